import type { JournalEntryDraft } from '../../schemas/effect.ts';
import type { Account } from '../../schemas/account.ts';
import type { CashActivity, StatementLine, StatementSettings } from '../../schemas/statement.ts';
import { FX_POSITION } from '../fx/accounts.ts';
import { cashCheck } from './checks.ts';
import { netDebit, ofBranch, type Chart, type LeafSum } from './leaf-sums.ts';
import { belongsTo, controlTotals, ROUNDING, type SectionResult, type TreeAsked } from './section.ts';
import { otherLine, treeLines, type Amounts, type Section } from './tree-lines.ts';

export type CashSettings = Pick<StatementSettings, 'cashAccounts' | 'activities'>;

/** The accounts that hold cash: those that are named, and all that lie below them. */
export function cashLeaves(chart: Chart, { cashAccounts }: CashSettings): Set<string> {
  const named = new Set(cashAccounts);
  const isCash = (account: Account): boolean => [...account.path, account.id].some((id) => named.has(id));
  return new Set([...chart.values()].filter((account) => account.postable && isCash(account)).map(({ id }) => id));
}

type Activity = CashActivity | 'exchange';

/**
 * Of the nearest account that says so. Else what goes against a currency position is an exchange, which is a flow in one
 * currency and its opposite in another; equity is financing, and all else operating.
 */
export function activityOf(account: Account, { activities }: CashSettings): Activity {
  const named = new Map(activities.map(({ accountId, activity }) => [accountId, activity]));
  const upwards = [account.id, ...[...account.path].reverse()];
  const nearest = upwards.find((id) => named.has(id));
  const said = nearest === undefined ? undefined : named.get(nearest);
  if (said !== undefined) return said;
  if (upwards.includes(FX_POSITION)) return 'exchange';
  return account.type === 'equity' ? 'financing' : 'operating';
}

/**
 * Adds up, journal by journal, what moved the cash, by the accounts on the other side. The entries against cash come to
 * exactly the cash entries, as a journal balances in each currency; so nothing is divided or rounded. A journal whose
 * cash entries cancel out moves cash from one account to another, and is no flow.
 */
export class CashFlows {
  readonly #cash: ReadonlySet<string>;
  readonly #flows = new Map<string, LeafSum>();

  constructor(cash: ReadonlySet<string>) {
    this.#cash = cash;
  }

  add(entries: readonly JournalEntryDraft[]): void {
    for (const currency of new Set(entries.map((entry) => entry.currency))) {
      const ours = entries.filter((entry) => entry.currency === currency);
      const moved = ours
        .filter(({ accountId }) => this.#cash.has(accountId))
        .reduce((total, entry) => total + signed(entry), 0n);
      if (moved === 0n) continue;
      for (const entry of ours) if (!this.#cash.has(entry.accountId)) this.#put(entry);
    }
  }

  /** By counter account: what came in for it (debit of the flow), what went out for it (credit). */
  flows(): LeafSum[] {
    return [...this.#flows.values()];
  }

  #put({ accountId, currency, side, amountMinor }: JournalEntryDraft): void {
    const key = `${accountId} ${currency}`;
    const before = this.#flows.get(key) ?? { accountId, currency, debitMinor: 0n, creditMinor: 0n };
    const amount = BigInt(amountMinor);
    // A credit on the other side is a debit of cash.
    this.#flows.set(key, {
      ...before,
      debitMinor: before.debitMinor + (side === 'credit' ? amount : 0n),
      creditMinor: before.creditMinor + (side === 'debit' ? amount : 0n),
    });
  }
}

const signed = ({ side, amountMinor }: JournalEntryDraft): bigint =>
  (side === 'debit' ? 1n : -1n) * BigInt(amountMinor);

const ACTIVITIES = [
  ['operating', 'Operating activities', 'Net cash from operating activities'],
  ['investing', 'Investing activities', 'Net cash from investing activities'],
  ['financing', 'Financing activities', 'Net cash from financing activities'],
  ['exchange', 'Exchanged with other currencies', 'Net exchange with other currencies'],
  ['transfers', 'Transfers with other branches', 'Net transfers with other branches'],
] as const;

export interface CashInputs {
  /** Cash leaves of the branch that is asked for, or all. */
  readonly cash: ReadonlySet<string>;
  /** Balances of all accounts up to the day before the period, and up to its last. */
  readonly opening: readonly LeafSum[];
  readonly closing: readonly LeafSum[];
  readonly flows: readonly LeafSum[];
}

/** Where cash came from and went to in a period, by the direct method, in one currency. */
export function cashFlow(
  chart: Chart,
  settings: CashSettings,
  inputs: CashInputs,
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const cashOf = (sums: readonly LeafSum[]): bigint =>
    sums.reduce(
      (total, sum) =>
        sum.currency === section.currency && inputs.cash.has(sum.accountId) ? total + netDebit(sum) : total,
      0n,
    );
  const [opening, closing] = [cashOf(inputs.opening), cashOf(inputs.closing)];
  const lines: StatementLine[] = [];
  let net = 0n;
  for (const [activity, heading, total] of ACTIVITIES) {
    const part = activityLines(chart, settings, inputs, section, asked, activity);
    if (part === null) continue;
    const amount = part.totals['amount'] ?? 0n;
    net += amount;
    lines.push(
      otherLine(section, 'heading', activity, heading),
      ...part.lines,
      otherLine(section, 'total', activity, total, { amount }),
    );
  }
  const difference = closing - opening - net;
  const rounding = section.converted ? difference : 0n;
  if (rounding !== 0n) lines.push(otherLine(section, 'computed', ...ROUNDING, { amount: rounding }));
  lines.push(
    otherLine(section, 'total', 'net_cash', 'Net change in cash', { amount: net + rounding }),
    otherLine(section, 'computed', 'opening_cash', 'Cash at the beginning', { amount: opening }),
    otherLine(section, 'total', 'closing_cash', 'Cash at the end', { amount: closing }),
  );
  return {
    lines,
    checks: [cashCheck(section, difference - rounding)],
    controlTotals: controlTotals(section, [
      ['opening_cash', 'Cash at the beginning', opening],
      ['net_cash', 'Net change in cash', net + rounding],
      ['closing_cash', 'Cash at the end', closing],
    ]),
  };
}

function activityLines(
  chart: Chart,
  settings: CashSettings,
  { flows }: CashInputs,
  section: Section,
  { maxLevel, zeroLines }: TreeAsked,
  activity: (typeof ACTIVITIES)[number][0],
) {
  const allCash = cashLeaves(chart, settings);
  // Cash that is not ours lies in another branch.
  const belongs = (account: Account): boolean =>
    allCash.has(account.id) ? activity === 'transfers' : activityOf(account, settings) === activity;
  const leaves = new Map<string, Amounts>();
  for (const flow of flows) {
    const account = chart.get(flow.accountId);
    if (flow.currency === section.currency && account !== undefined && belongs(account))
      leaves.set(flow.accountId, { amount: netDebit(flow) });
  }
  if (leaves.size === 0) return null;
  const fits = belongsTo(section, ofBranch(chart, null));
  return treeLines(chart, leaves, {
    ...section,
    maxLevel,
    zeroLines: zeroLines && activity !== 'transfers',
    level: 1,
    // One group may lie in two activities.
    idPrefix: `${activity}:`,
    belongs: (account) => leaves.has(account.id) && fits(account),
  });
}
