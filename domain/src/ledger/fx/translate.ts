import type { RateQuote, RoundingMode } from '../../schemas/fx.ts';
import { FX_ROUNDING } from './accounts.ts';
import { convert } from './convert.ts';
import { rateOn, type CrossRate, type RateOptions } from './rate-table.ts';

/** A balance, as a debit, in minor units of its currency. */
export interface DebitBalance {
  readonly accountId: string;
  readonly currency: string;
  readonly debitMinor: bigint;
}

export interface TranslatedBalance extends DebitBalance {
  /** The same in the base currency. */
  readonly baseDebitMinor: bigint;
}

export interface Translation {
  readonly rows: readonly TranslatedBalance[];
  /** What rounding each row has made of a sum that is exactly zero: a row of the statement on `accountId`. */
  readonly rounding: { readonly accountId: string; readonly baseDebitMinor: bigint };
  readonly rates: readonly CrossRate[];
}

/**
 * Balances in the base currency, for a statement in one currency. Balances that are zero in each currency stay zero in
 * sum, with the rounding row that is named. Nothing is posted.
 * @throws AppError `failed_precondition` when a currency has no usable rate on the day
 */
export function translate(
  balances: readonly DebitBalance[],
  baseCurrency: string,
  day: string,
  table: readonly RateQuote[],
  options: { readonly rates?: RateOptions; readonly mode?: RoundingMode } = {},
): Translation {
  const rates = new Map<string, CrossRate>();
  for (const { currency } of balances)
    if (!rates.has(currency))
      rates.set(currency, rateOn(table, currency, baseCurrency, day, { pivot: baseCurrency, ...options.rates }));
  const rows = balances.map((balance) => {
    const { rate } = rates.get(balance.currency) as CrossRate;
    const baseDebitMinor = convert(balance.debitMinor, balance.currency, baseCurrency, rate, options.mode);
    return { ...balance, baseDebitMinor };
  });
  const sums = new Map<string, bigint>();
  for (const { currency, debitMinor } of balances) sums.set(currency, (sums.get(currency) ?? 0n) + debitMinor);
  // A balance sheet alone is not zero in sum: what it is, translated once, is what its rows should come to.
  let expected = 0n;
  for (const [currency, sum] of sums)
    expected += convert(sum, currency, baseCurrency, (rates.get(currency) as CrossRate).rate, options.mode);
  const sum = rows.reduce((total, { baseDebitMinor }) => total + baseDebitMinor, 0n);
  return { rows, rounding: { accountId: FX_ROUNDING, baseDebitMinor: expected - sum }, rates: [...rates.values()] };
}
