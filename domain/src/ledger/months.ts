import type { BalanceMonth, Feed, FeedCell, MonthCell } from '../schemas/balance-month.ts';
import type { Journal } from '../schemas/journal.ts';
import { firstDay } from './leaf.ts';

/** Sums of an account in one currency, minor units. */
export interface LeafSums {
  postedDebit: bigint;
  postedCredit: bigint;
  pendingDebit: bigint;
  pendingCredit: bigint;
}

export const noSums = (): LeafSums => ({ postedDebit: 0n, postedCredit: 0n, pendingDebit: 0n, pendingCredit: 0n });

/** One account and currency in one effective month. Neither ids, currencies nor months hold a space. */
export const monthKey = (month: string, accountId: string, currency: string): string =>
  `${month} ${accountId} ${currency}`;

/** Months while feeds are added to them. */
export class Months {
  readonly #months = new Map<string, Map<string, LeafSums>>();

  /** Keys of all months that were added to or loaded, in `monthKey`'s form. */
  keys(): string[] {
    return [...this.#months.keys()];
  }

  get size(): number {
    return this.#months.size;
  }

  /** How many months a feed would add that are not among these. */
  newIn({ cells }: Pick<Feed, 'cells'>): number {
    const keys = cells.map(([accountId, currency, effective]) => monthKey(effective.slice(0, 7), accountId, currency));
    return new Set(keys.filter((key) => !this.#months.has(key))).size;
  }

  load({ month, accountId, currency, cells }: BalanceMonth): void {
    const days = this.#month(monthKey(month, accountId, currency));
    for (const [effective, recorded, ...amounts] of cells) addTo(days, `${effective} ${recorded}`, amounts);
  }

  /** @param recordedDay of the feed that the cell is of */
  add([accountId, currency, effective, ...amounts]: FeedCell, recordedDay: string): void {
    addTo(this.#month(monthKey(effective.slice(0, 7), accountId, currency)), `${effective} ${recordedDay}`, amounts);
  }

  /** Documents, with their cells by effective and recorded day. Cells that came to nothing are left out. */
  *documents(): Generator<BalanceMonth> {
    for (const [key, days] of this.#months) {
      const [month, accountId, currency] = key.split(' ') as [string, string, string];
      const cells = [...days]
        .filter(([, sums]) => (sums.postedDebit || sums.postedCredit || sums.pendingDebit || sums.pendingCredit) !== 0n)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([days_, { postedDebit, postedCredit, pendingDebit, pendingCredit }]): MonthCell => {
          const [effective, recorded] = days_.split(' ') as [string, string];
          return [effective, recorded, `${postedDebit}`, `${postedCredit}`, `${pendingDebit}`, `${pendingCredit}`];
        });
      yield { accountId, currency, month, cells };
    }
  }

  #month(key: string): Map<string, LeafSums> {
    let days = this.#months.get(key);
    if (days === undefined) this.#months.set(key, (days = new Map()));
    return days;
  }
}

type Amounts = [postedDebit: string, postedCredit: string, pendingDebit: string, pendingCredit: string];

function addTo(days: Map<string, LeafSums>, key: string, amounts: Amounts): void {
  let sums = days.get(key);
  if (sums === undefined) days.set(key, (sums = noSums()));
  addAmounts(sums, amounts);
}

function addAmounts(sums: LeafSums, [postedDebit, postedCredit, pendingDebit, pendingCredit]: Amounts): void {
  sums.postedDebit += BigInt(postedDebit);
  sums.postedCredit += BigInt(postedCredit);
  sums.pendingDebit += BigInt(pendingDebit);
  sums.pendingCredit += BigInt(pendingCredit);
}

export interface Span {
  /** The first effective day; null from the beginning. */
  readonly from: string | null;
  /** The last effective day. */
  readonly to: string;
  /** As known at the end of this recorded day (UTC); null as known now. */
  readonly knownAt: string | null;
}

/** Adds what a month's cells come to within a span. */
export function addSpan(sums: LeafSums, cells: readonly MonthCell[], { from, to, knownAt }: Span): void {
  for (const [effective, recorded, ...amounts] of cells) {
    if ((from !== null && effective < from) || effective > to || (knownAt !== null && recorded > knownAt)) continue;
    addAmounts(sums, amounts);
  }
}

/**
 * What a journal's steps before a place in the stream put into the feeds: for what is rebuilt or checked from journals.
 * @param before the place; Infinity for all
 */
export function cellsOfJournal(journal: Journal, before: number): { cell: FeedCell; recordedDay: string }[] {
  const cells: { cell: FeedCell; recordedDay: string }[] = [];
  journal.steps.forEach(({ step, seq, at }, index) => {
    if (seq >= before) return;
    const recordedDay = at.slice(0, 10);
    for (const { accountId, currency, side, amountMinor } of journal.entries) {
      const cell = (day: string, state: 'pending' | 'posted', amount: string): void => {
        const sums = (of: 'pending' | 'posted', one: 'debit' | 'credit'): string =>
          of === state && one === side ? amount : '0';
        cells.push({
          recordedDay,
          cell: [
            accountId,
            currency,
            day,
            sums('posted', 'debit'),
            sums('posted', 'credit'),
            sums('pending', 'debit'),
            sums('pending', 'credit'),
          ],
        });
      };
      if (index > 0) cell(firstDay(journal), 'pending', `-${amountMinor}`);
      if (step === 'pending') cell(firstDay(journal), 'pending', amountMinor);
      if (step === 'posted') cell(journal.effectiveDay, 'posted', amountMinor);
    }
  });
  return cells;
}
