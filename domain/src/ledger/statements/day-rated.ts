import { FX_POSITION } from '../fx/accounts.ts';
import type { Account } from '../../schemas/account.ts';
import type { StatementKind } from '../../schemas/statement.ts';
import { MissingRates, type BaseRates } from './base-rates.ts';

/**
 * Accounts whose amounts count at the rates of the days on which they came about: income, expenses, and equity (IAS 21.39;
 * for equity the standard names no rate, and what was paid in does not change with the rate). All else is a balance, at the
 * closing rate; so are currency positions, which are equity by their type and mirror what the other accounts hold.
 */
export function isOfDays({ type, id, path }: Pick<Account, 'type' | 'id' | 'path'>): boolean {
  if (isEarning({ type })) return true;
  return type === 'equity' && id !== FX_POSITION && !path.includes(FX_POSITION);
}

export const isEarning = ({ type }: Pick<Account, 'type'>): boolean => type === 'income' || type === 'expense';

/** Accounts whose days a kind of statement needs: of a period's profit and loss, equity is no part. */
export const ofDaysIn = (kind: StatementKind): ((account: Account) => boolean) =>
  kind === 'profit_and_loss' ? isEarning : isOfDays;

/**
 * What accounts moved in foreign currencies, day by day, each at its day's rate: added up between the days that a
 * statement's columns begin and end with, so that memory does not grow with the number of days.
 */
export class DayRated {
  readonly #rates: BaseRates;
  /** Ascending; each ends the days that are added up in its bucket. */
  readonly #ends: readonly string[];
  readonly #buckets: readonly { readonly sums: Map<string, bigint>; readonly missing: MissingRates }[];

  /** @param ends the last days of what is asked for with `between`, and the days before it begins */
  constructor(rates: BaseRates, ends: readonly string[]) {
    this.#rates = rates;
    this.#ends = [...new Set(ends)].sort();
    this.#buckets = this.#ends.map(() => ({ sums: new Map(), missing: new MissingRates() }));
  }

  /** Days after the last that is asked for count for nothing. */
  add(accountId: string, currency: string, day: string, netMinor: bigint): void {
    const bucket = this.#buckets[this.#ends.findIndex((end) => day <= end)];
    if (bucket === undefined || netMinor === 0n) return;
    const value = this.#rates.value(netMinor, currency, day, 'day');
    if (value === null) bucket.missing.add(currency, day);
    else bucket.sums.set(accountId, (bucket.sums.get(accountId) ?? 0n) + value);
  }

  /** By account: from the day after `after` (null: from the beginning) to `to`; minor units times `GUARD`. */
  between(after: string | null, to: string): { readonly sums: Map<string, bigint>; readonly missing: MissingRates } {
    const sums = new Map<string, bigint>();
    const missing = new MissingRates();
    this.#ends.forEach((end, index) => {
      const bucket = this.#buckets[index];
      if (bucket === undefined || end > to || (after !== null && end <= after)) return;
      for (const [id, value] of bucket.sums) sums.set(id, (sums.get(id) ?? 0n) + value);
      missing.addAll(bucket.missing);
    });
    return { sums, missing };
  }
}
