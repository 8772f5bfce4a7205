import type { JournalEntryDraft } from '../../schemas/effect.ts';
import type { Account } from '../../schemas/account.ts';
import type { CashActivity, StatementLine, StatementSettings } from '../../schemas/statement.ts';
import { FX_POSITION } from '../fx/accounts.ts';
import { DayRated } from './day-rated.ts';
import type { BaseRates } from './base-rates.ts';
import { cashCheck, roundingCheck } from './checks.ts';
import { amountsOf, leavesOf, sectionColumn, type Column } from './columns.ts';
import { rateEffect, roundedIn, type InBaseOfDays } from './in-base.ts';
import { ofBranch, type Chart, type LeafSum } from './leaf-sums.ts';
import { amountIn, belongsTo, controlTotals, ROUNDING, type SectionResult, type TreeAsked } from './section.ts';
import { sumOf, within, type Stand } from './stand.ts';
import { addAmounts, otherLine, treeLines, type Amounts, type Section } from './tree-lines.ts';

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
  readonly #rated: DayRated | null;
  readonly #to: string;

  /**
   * @param to the last day of the period
   * @param rates for the base currency, when it is asked for: each flow at its day's
   */
  constructor(cash: ReadonlySet<string>, to: string, rates: BaseRates | null) {
    this.#cash = cash;
    this.#to = to;
    this.#rated = rates === null ? null : new DayRated(rates, [to]);
  }

  add(entries: readonly JournalEntryDraft[], day: string): void {
    for (const currency of new Set(entries.map((entry) => entry.currency))) {
      const ours = entries.filter((entry) => entry.currency === currency);
      const moved = ours
        .filter(({ accountId }) => this.#cash.has(accountId))
        .reduce((total, entry) => total + signed(entry), 0n);
      if (moved === 0n) continue;
      for (const entry of ours) if (!this.#cash.has(entry.accountId)) this.#put(entry, day);
    }
  }

  /** By counter account: what came in for it (debit of the flow), what went out for it (credit). */
  flows(): LeafSum[] {
    return [...this.#flows.values()];
  }

  /** The same in the base currency at the rates of the days, by counter account. */
  ofDays(): InBaseOfDays | null {
    return this.#rated?.between(null, this.#to) ?? null;
  }

  #put(entry: JournalEntryDraft, day: string): void {
    const { accountId, currency, side, amountMinor } = entry;
    const key = `${accountId} ${currency}`;
    const before = this.#flows.get(key) ?? { accountId, currency, debitMinor: 0n, creditMinor: 0n };
    const amount = BigInt(amountMinor);
    // A credit on the other side is a debit of cash.
    this.#flows.set(key, {
      ...before,
      debitMinor: before.debitMinor + (side === 'credit' ? amount : 0n),
      creditMinor: before.creditMinor + (side === 'debit' ? amount : 0n),
    });
    this.#rated?.add(accountId, currency, day, -signed(entry));
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

export interface CashFigures {
  /** Balances of all accounts on the day before the period, and on its last; converted, of cash accounts. */
  readonly before: Stand;
  readonly at: Stand;
  /** By counter account. */
  readonly flows: Stand;
}

/**
 * Where cash came from and went to in a period, by the direct method, in one currency. Converted, flows are at the rates of
 * their days and balances at the closing rates of theirs; what the change of rates has made of the cash is a line (IAS 7.28).
 * @param cash leaves of the branch that is asked for, or all
 */
export function cashFlow(
  chart: Chart,
  settings: CashSettings,
  cash: ReadonlySet<string>,
  columns: readonly Column<CashFigures>[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const isCash = (id: string): boolean => cash.has(id);
  const opening = amountsOf(columns, ({ before }) => sumOf(before, isCash));
  const closing = amountsOf(columns, ({ at }) => sumOf(at, isCash));
  const lines: StatementLine[] = [];
  let net = amountsOf(columns, () => 0n);
  for (const [activity, heading, total] of ACTIVITIES) {
    const part = activityLines(chart, settings, columns, section, asked, activity);
    if (part === null) continue;
    const amounts = addAmounts(
      amountsOf(columns, () => 0n),
      part.totals,
    );
    net = addAmounts(net, amounts);
    lines.push(
      otherLine(section, 'heading', activity, heading),
      ...part.lines,
      otherLine(section, 'total', activity, total, amounts),
    );
  }
  const effects = amountsOf(columns, ({ before, flows }) => rateEffect(within(before, isCash), flows));
  const differences: Amounts = Object.fromEntries(
    columns.map((column) => [
      column.id('amount'),
      amountIn(closing, column) - amountIn(opening, column) - amountIn(net, column) - amountIn(effects, column),
    ]),
  );
  if (section.converted) {
    for (const [id, label, amounts] of [[...EFFECT, effects] as const, [...ROUNDING, differences] as const]) {
      if (Object.values(amounts).every((amount) => amount === 0n)) continue;
      lines.push(otherLine(section, 'computed', id, label, amounts));
      net = addAmounts(net, amounts);
    }
  }
  lines.push(
    otherLine(section, 'total', 'net_cash', 'Net change in cash', net),
    otherLine(section, 'computed', 'opening_cash', 'Cash at the beginning', opening),
    otherLine(section, 'total', 'closing_cash', 'Cash at the end', closing),
  );
  return {
    lines,
    checks: columns.map((column) => {
      const { before, at, flows } = column.figures;
      const about = sectionColumn(section, column);
      // The effect is rounded as well.
      const rounded = roundedIn(before, isCash) + roundedIn(at, isCash) + roundedIn(flows) + 1;
      const difference = amountIn(differences, column);
      return section.converted ? roundingCheck(about, difference, rounded) : cashCheck(about, difference);
    }),
    controlTotals: columns.flatMap((column) =>
      controlTotals(sectionColumn(section, column), [
        ['opening_cash', 'Cash at the beginning', amountIn(opening, column)],
        ['net_cash', 'Net change in cash', amountIn(net, column)],
        ['closing_cash', 'Cash at the end', amountIn(closing, column)],
      ]),
    ),
  };
}

const EFFECT = ['rate_effect', 'Effect of exchange rates on cash'] as const;

function activityLines(
  chart: Chart,
  settings: CashSettings,
  columns: readonly Column<CashFigures>[],
  section: Section,
  { maxLevel, zeroLines }: TreeAsked,
  activity: (typeof ACTIVITIES)[number][0],
) {
  const allCash = cashLeaves(chart, settings);
  // Cash that is not ours lies in another branch.
  const belongs = (account: Account): boolean =>
    allCash.has(account.id) ? activity === 'transfers' : activityOf(account, settings) === activity;
  const leaves = leavesOf(columns, ({ flows }) =>
    [...flows.nets]
      .filter(([id]) => {
        const account = chart.get(id);
        return account !== undefined && belongs(account);
      })
      .map(([id, amount]) => [id, { amount }] as const),
  );
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
