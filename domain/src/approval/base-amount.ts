import { convert } from '../ledger/fx/convert.ts';
import { decimalFraction, inverse, magnitude } from '../ledger/fx/fraction.ts';
import { exponentOf } from '../money/currencies.ts';
import { fromMinor, toMinor } from '../money/money.ts';
import type { Total } from '../schemas/common.ts';
import type { BaseAmount, UsedRate } from '../schemas/plan-traits.ts';

/** The type of the records that hold exchange rates; a record's id is `BASE-QUOTE`. */
export const FX_RATE_TYPE = 'fx-rate';

/** Its fields. `rate`: units of `quote` for one of `base`. */
export const FX_RATE_FIELDS = [
  { name: 'base', type: 'string', required: true },
  { name: 'quote', type: 'string', required: true },
  { name: 'rate', type: 'decimal', required: true },
  { name: 'source', type: 'string', required: true },
  /** A day or an instant, ISO 8601. */
  { name: 'asOf', type: 'string', required: true },
  /** The member who typed it in. */
  { name: 'setBy', type: 'string', required: false },
  /** What two people decided last: later rates of the same source may differ from it by so much, by one person's hand. */
  { name: 'agreedRate', type: 'decimal', required: false },
  { name: 'agreedSource', type: 'string', required: false },
  { name: 'agreedAt', type: 'string', required: false },
  /** The day that it is the rate of: of a record that keeps one day's rate, beside the record of the newest. */
  { name: 'day', type: 'date', required: false },
] as const;

/**
 * How far one person's rate may be from the one that two have agreed on, and for how long after they did. Ordinary
 * currencies move less than this in a month; and so much smaller an amount can look to a policy, and no more, however
 * many steps are taken: the distance is from what was agreed, not from the step before.
 */
export const RATE_BAND_PERCENT = 5;
export const AGREED_RATE_DAYS = 31;

/** A rate that is older than this, or from the future, is none: what it would say of an amount is not known. */
export const MAX_RATE_AGE_DAYS = 7;
const DAY_MS = 86_400_000;

export const fxRateId = (base: string, quote: string): string => `${base}-${quote}`;

/** A rate out of a record's fields; null when it is malformed, too old, or of a time to come. */
export function usableRate(fields: Readonly<Record<string, unknown>>, now: string): UsedRate | null {
  const { base, quote, rate, source, asOf } = fields;
  if (typeof base !== 'string' || typeof quote !== 'string' || typeof rate !== 'string' || typeof asOf !== 'string')
    return null;
  const ageMs = Date.parse(now) - Date.parse(asOf);
  if (!(ageMs <= MAX_RATE_AGE_DAYS * DAY_MS && ageMs >= -DAY_MS)) return null;
  if (decimalFraction(rate) === null || exponentOf(base) === undefined || exponentOf(quote) === undefined) return null;
  return { base, quote, rate, source: typeof source === 'string' ? source : '', asOf };
}

/** Whether a rate is of the source that two people agreed on, near the rate that they agreed on, not long after. */
export function isNearAgreedRate(
  { rate, source }: { readonly rate: string; readonly source: string },
  recorded: Readonly<Record<string, unknown>> | null,
  now: string,
): boolean {
  const { agreedRate, agreedSource, agreedAt } = recorded ?? {};
  if (typeof agreedRate !== 'string' || typeof agreedAt !== 'string' || agreedSource !== source) return false;
  const ageMs = Date.parse(now) - Date.parse(agreedAt);
  if (!(ageMs >= 0 && ageMs <= AGREED_RATE_DAYS * DAY_MS)) return false;
  const [next, agreed] = [decimalFraction(rate), decimalFraction(agreedRate)];
  if (next === null || agreed === null) return false;
  const [nextValue, agreedValue] = [next.numerator * agreed.denominator, agreed.numerator * next.denominator];
  return magnitude(nextValue - agreedValue) * 100n <= agreedValue * BigInt(RATE_BAND_PERCENT);
}

/**
 * An amount in another currency, rounded up to the next minor unit: against the one who asks. Exact up to that one
 * rounding, for the rate is a decimal and the arithmetic is in integers. The rate may be given in either direction.
 * @throws never; null when the rate is of other currencies
 */
export function convertUp(amountMinor: bigint, from: string, to: string, used: UsedRate): bigint | null {
  const rate = decimalFraction(used.rate);
  if (rate === null || exponentOf(from) === undefined || exponentOf(to) === undefined) return null;
  if (used.base === from && used.quote === to) return convert(amountMinor, from, to, rate, 'CEILING');
  return used.base === to && used.quote === from ? convert(amountMinor, from, to, inverse(rate), 'CEILING') : null;
}

/** Totals of several currencies as one amount in the base currency; its `amountMinor` is null when a rate is missing. */
export function toBase(totals: readonly Total[], baseCurrency: string, rates: readonly UsedRate[]): BaseAmount {
  let sum = 0n;
  const used: UsedRate[] = [];
  const unknown: string[] = [];
  for (const { currency, amountMinor } of totals) {
    if (currency === baseCurrency) {
      sum += toMinor(amountMinor);
      continue;
    }
    const rate = rates.find(
      ({ base, quote }) =>
        (base === currency && quote === baseCurrency) || (base === baseCurrency && quote === currency),
    );
    const converted = rate === undefined ? null : convertUp(toMinor(amountMinor), currency, baseCurrency, rate);
    if (rate === undefined || converted === null) {
      unknown.push(currency);
      continue;
    }
    used.push(rate);
    sum += converted;
  }
  return {
    currency: baseCurrency,
    amountMinor: unknown.length > 0 ? null : fromMinor(sum),
    unknownCurrencies: unknown,
    rates: used,
    ratesAsOf: used.map(({ asOf }) => asOf).sort()[0] ?? null,
  };
}
