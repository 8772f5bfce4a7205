import { fxRateId } from '../../approval/base-amount.ts';
import { rateQuoteSchema, type RateQuote } from '../../schemas/fx.ts';

/**
 * Rates are records of the type `fx-rate`. `EUR-USD` is the newest, by which policies compare amounts;
 * `EUR-USD.2026-01-31` is the one of that day, and stays: the books are valued by these.
 */
export const datedRateId = (base: string, quote: string, day: string): string => `${fxRateId(base, quote)}.${day}`;

/** The quote in a dated record; null when the record is none, or says something else than its id. */
export function quoteOfRecord(id: string, fields: Readonly<Record<string, unknown>>): RateQuote | null {
  const { base, quote, rate, source, asOf, day } = fields;
  const parsed = rateQuoteSchema.safeParse({ base, quote, rate, source, observedAt: asOf, day }).data;
  return parsed !== undefined && datedRateId(parsed.base, parsed.quote, parsed.day) === id ? parsed : null;
}

/** Between which currencies rates are looked for: each and the base currency, and both and a pivot. */
export function ratePairs(
  currencies: readonly string[],
  baseCurrency: string,
  pivots: readonly string[],
): { readonly base: string; readonly quote: string }[] {
  const pairs = new Map<string, { base: string; quote: string }>();
  const add = (one: string, other: string): void => {
    if (one === other) return;
    pairs.set(fxRateId(one, other), { base: one, quote: other });
    pairs.set(fxRateId(other, one), { base: other, quote: one });
  };
  for (const currency of currencies) {
    add(currency, baseCurrency);
    if (currency !== baseCurrency) for (const pivot of pivots) add(currency, pivot);
  }
  for (const pivot of pivots) add(pivot, baseCurrency);
  return [...pairs.values()];
}
