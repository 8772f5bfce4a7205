import { formatMoney, toMinor } from '@countersign/domain/money/money';
import { floorToStripeStep, toStripeAmount } from '@countersign/domain/money/stripe-exponents';
import { stripeMinimum } from '@countersign/domain/money/stripe-minimums';
import type { Destination, Problem } from '@countersign/domain/schemas/execution';
import {
  stripePayout,
  type ClaimHolder,
  type MissingStripeAccount,
  type StripeAccount,
  type StripePayoutEffect,
} from '@countersign/plugin-sdk';
import type { Mode, PayoutRow } from './read-rows.ts';
import type { Reserves } from './reserve.ts';
import { notice, refusal, type RowFault } from './row-problem.ts';

/** What the plan knows of the world, all read before it decides. */
export interface World {
  readonly accounts: ReadonlyMap<string, StripeAccount | MissingStripeAccount>;
  /** By the reference as the file writes it. */
  readonly claims: ReadonlyMap<string, ClaimHolder>;
}

export interface RowPlan {
  /** By account, then by line: a page of effects touches few accounts, and rechecks are made by account. */
  readonly effects: readonly StripePayoutEffect[];
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  readonly refused: readonly PayoutRow[];
}

/**
 * Decide row by row, in the order of the file, what can be paid. Each payout that is accepted takes its amount from
 * the account's balance before the next row is looked at, so the plan as a whole never exceeds a balance.
 */
export function planRows(rows: readonly PayoutRow[], mode: Mode, reserves: Reserves, world: World): RowPlan {
  const effects: StripePayoutEffect[] = [];
  const problems: Problem[] = [];
  const refused: PayoutRow[] = [];
  const firstLine = new Map<string, number>();
  const paidLine = new Map<string, number>();
  const balances = new Balances(world.accounts);

  for (const row of rows) {
    if (!firstLine.has(row.key) && world.claims.get(row.reference)?.resumed === true) {
      firstLine.set(row.key, row.line);
      continue;
    }
    const faults = row.faults.length > 0 ? row.faults : faultsAmongRows(row, firstLine, world.claims);
    if (row.key !== '' && !firstLine.has(row.key)) firstLine.set(row.key, row.line);
    const decided = faults.length > 0 ? { faults } : decide(row, mode, reserves, world, balances);
    if ('faults' in decided) {
      refused.push(row);
      for (const fault of decided.faults) problems.push(refusal(row, fault));
      continue;
    }
    const { effect } = decided;
    effects.push(effect);
    const like = `${row.account} ${row.currency} ${effect.data.amountMinor}`;
    const before = paidLine.get(like);
    if (before === undefined) paidLine.set(like, row.line);
    else problems.push(notice(row, possibleDuplicate(row, effect, before)));
  }
  effects.sort((a, b) => compare(a.data.account, b.data.account) || (a.line ?? 0) - (b.line ?? 0));
  return { effects, problems, refused };
}

type Decision = { readonly effect: StripePayoutEffect } | { readonly faults: readonly RowFault[] };

function faultsAmongRows(row: PayoutRow, firstLine: ReadonlyMap<string, number>, claims: World['claims']): RowFault[] {
  const first = firstLine.get(row.key);
  if (first !== undefined) {
    return [
      {
        column: 'reference',
        code: 'duplicate_reference',
        message: `Reference ${row.reference} repeats line ${first}`,
        remedy: 'Give it a reference of its own, or take the row out',
      },
    ];
  }
  const holder = claims.get(row.reference);
  if (holder === undefined) return [];
  return [
    {
      column: 'reference',
      code: 'claim_taken',
      message: `Reference ${row.reference} is taken by execution ${holder.executionId} (${holder.at.slice(0, 10)})`,
      remedy: 'It is paid or being paid there; if it is another payout, give it another reference',
    },
  ];
}

function decide(row: PayoutRow, mode: Mode, reserves: Reserves, world: World, balances: Balances): Decision {
  const account = world.accounts.get(row.account);
  if (account !== undefined && 'missing' in account && account.code === 'account_not_in_ledger')
    return refuse('account', account.code, account.message, 'Ask a treasurer to open it, then run the file again');
  if (account === undefined || 'missing' in account)
    return refuse(
      'account',
      'account_unknown',
      `Stripe knows no connected account ${row.account}`,
      'Correct the account, or have it connected to the platform first',
    );
  if (!account.payoutsEnabled)
    return refuse(
      'account',
      'payouts_disabled',
      `Stripe has payouts of ${account.businessName} (${row.account}) disabled`,
      'See in Stripe what the account still has to provide',
    );
  const destination = chooseDestination(account, row.currency);
  if (destination === null)
    return refuse(
      'currency',
      'no_bank_account',
      `${account.businessName} (${row.account}) has no bank account for ${row.currency}`,
      'Add a bank account in this currency at Stripe, or pay in another currency',
    );
  const wanted = mode === 'sweep' ? sweepAmount(row, reserves, balances) : enough(row, balances);
  if ('faults' in wanted) return wanted;
  balances.take(row, wanted.amountMinor);
  return {
    effect: stripePayout({
      reference: row.reference,
      line: row.line,
      account: row.account,
      currency: row.currency,
      description: row.description,
      destination,
      amountMinor: wanted.amountMinor,
      balanceBeforeMinor: balances.atStart(row),
      reserveMinor: reserves.get(row.currency) ?? 0n,
    }),
  };
}

type Amount = { readonly amountMinor: bigint } | { readonly faults: readonly RowFault[] };

function enough(row: PayoutRow, balances: Balances): Amount {
  const amountMinor = row.amountMinor as bigint;
  const left = balances.left(row);
  if (amountMinor <= left) return { amountMinor };
  const start = balances.atStart(row);
  const money = (minor: bigint): string => formatMoney(minor, row.currency);
  const there =
    left === start
      ? `${row.account} has ${money(start)} available`
      : `${row.account} has ${money(left)} left of ${money(start)} after the payouts above`;
  return refuse(
    'amount',
    'balance_too_low',
    `${there}; ${money(amountMinor - left)} is missing for ${money(amountMinor)}`,
    'Lower the amount, take the row out, or run it again when the balance has grown',
  );
}

/** The whole available balance less the reserve, rounded down to what Stripe can pay. */
function sweepAmount(row: PayoutRow, reserves: Reserves, balances: Balances): Amount {
  const before = balances.takenOn(row);
  if (before !== undefined)
    return refuse(
      'account',
      'duplicate_sweep',
      `Line ${before} sweeps ${row.account} in ${row.currency} already`,
      'Take one of the two rows out',
    );
  const start = balances.atStart(row);
  const reserve = reserves.get(row.currency) ?? 0n;
  const amountMinor = floorToStripeStep(start - reserve, row.currency);
  const held = `${row.account} has ${formatMoney(start, row.currency)} available${reserve > 0n ? `, ${formatMoney(reserve, row.currency)} of it is kept as reserve` : ''}`;
  if (amountMinor <= 0n)
    return refuse(
      'account',
      'nothing_to_sweep',
      `${held}: nothing is left to pay out`,
      'Take the row out, or lower the reserve',
    );
  const minimum = stripeMinimum(row.currency);
  if (minimum !== undefined && amountMinor < minimum.minimumMinor) {
    return refuse(
      'account',
      'below_minimum',
      `${held}; Stripe pays out at least ${formatMoney(minimum.minimumMinor, row.currency)}`,
      `Sweep it when more is there (the minimum is from ${minimum.source})`,
    );
  }
  const stripe = toStripeAmount(amountMinor, row.currency);
  return stripe.ok
    ? { amountMinor }
    : refuse('currency', stripe.code, stripe.message, 'Take the row out, or pay it in another way');
}

/** The account's default for the currency; Stripe hides the banks of some accounts, and pays those to its own default. */
function chooseDestination(account: StripeAccount, currency: string): Destination | null {
  if (account.destinations === 'hidden') return { kind: 'hidden' };
  const inCurrency = account.destinations.filter((destination) => destination.currency === currency);
  const chosen = inCurrency.find((destination) => destination.isDefault) ?? inCurrency[0];
  return chosen === undefined
    ? null
    : { kind: 'bank', id: chosen.id, bankName: chosen.bankName, last4: chosen.last4, currency: chosen.currency };
}

/** Available balances, and what the rows so far have taken of them. */
class Balances {
  readonly #start = new Map<string, bigint>();
  readonly #taken = new Map<string, { minor: bigint; firstLine: number }>();

  constructor(accounts: World['accounts']) {
    for (const [id, account] of accounts) {
      if ('missing' in account) continue;
      for (const { currency, amountMinor } of account.available)
        this.#start.set(`${id} ${currency}`, toMinor(amountMinor));
    }
  }

  atStart(row: PayoutRow): bigint {
    return this.#start.get(slot(row)) ?? 0n;
  }

  left(row: PayoutRow): bigint {
    return this.atStart(row) - (this.#taken.get(slot(row))?.minor ?? 0n);
  }

  /** The first line that took something from this balance. */
  takenOn(row: PayoutRow): number | undefined {
    return this.#taken.get(slot(row))?.firstLine;
  }

  take(row: PayoutRow, amountMinor: bigint): void {
    const taken = this.#taken.get(slot(row)) ?? { minor: 0n, firstLine: row.line };
    this.#taken.set(slot(row), { ...taken, minor: taken.minor + amountMinor });
  }
}

const slot = (row: PayoutRow): string => `${row.account} ${row.currency}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function refuse(
  column: string,
  code: string,
  message: string,
  remedy: string,
): { readonly faults: readonly RowFault[] } {
  return { faults: [{ column, code, message, remedy }] };
}

function possibleDuplicate(row: PayoutRow, effect: StripePayoutEffect, before: number): RowFault {
  return {
    column: null,
    code: 'possible_duplicate',
    message: `Same account, amount and currency as line ${before}: ${formatMoney(toMinor(effect.data.amountMinor), row.currency)} to ${row.account}`,
    remedy: 'Make sure that both are meant; the references differ, so both are paid',
  };
}
