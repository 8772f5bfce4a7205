import { AppError } from '../../errors.ts';
import type { RateQuote } from '../../schemas/fx.ts';
import { decimalFraction, inverse, ONE, times, type Fraction } from './fraction.ts';

/** A quote that a rate was made from. */
export interface RateLeg {
  readonly quote: RateQuote;
  /** It is used the other way round: one unit of its `quote` is 1/rate of its `base`. */
  readonly inverted: boolean;
  readonly ageDays: number;
}

/** Units of `to` for one of `from`, exactly, and what it was made from: no leg for a currency and itself, at most two. */
export interface CrossRate {
  readonly from: string;
  readonly to: string;
  readonly day: string;
  readonly rate: Fraction;
  readonly legs: readonly RateLeg[];
  /** Of the oldest leg; 0 without any. */
  readonly ageDays: number;
}

export interface RateOptions {
  /** A quote that is older than this counts as none. */
  readonly maxAgeDays?: number;
  /** The currency through which others are compared when no quote of the two is there; other pivots come after it. */
  readonly pivot?: string;
}

export const DEFAULT_MAX_AGE_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * A rate table that is asked often: each pair's quotes by day. Statements ask for hundreds of days.
 * Of one day and direction the quote that was seen later counts, and then the greater by text; so the same table gives
 * the same rate, whatever order it is in.
 */
export class RateIndex {
  /** Ascending; by `base quote`. */
  readonly #pairs = new Map<string, RateQuote[]>();
  readonly currencies: readonly string[];

  constructor(table: readonly RateQuote[]) {
    for (const quote of table) {
      const key = `${quote.base} ${quote.quote}`;
      const there = this.#pairs.get(key);
      if (there === undefined) this.#pairs.set(key, [quote]);
      else there.push(quote);
    }
    for (const quotes of this.#pairs.values()) quotes.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    this.currencies = [...new Set(table.flatMap(({ base, quote }) => [base, quote]))].sort();
  }

  /** The newest quote of the two that counts on a day, in whichever direction: as it is, where both are of one day. */
  leg(from: string, to: string, day: string, maxAgeDays: number): RateLeg | null {
    const [straight, inverted] = [this.#newest(from, to, day), this.#newest(to, from, day)];
    const quote =
      straight === null ? inverted : inverted === null || straight.day >= inverted.day ? straight : inverted;
    if (quote === null) return null;
    const ageDays = (Date.parse(day) - Date.parse(quote.day)) / DAY_MS;
    return ageDays <= maxAgeDays ? { quote, inverted: quote !== straight, ageDays } : null;
  }

  #newest(base: string, quote: string, day: string): RateQuote | null {
    const quotes = this.#pairs.get(`${base} ${quote}`) ?? [];
    let [low, high] = [0, quotes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((quotes[middle] as RateQuote).day <= day) low = middle + 1;
      else high = middle;
    }
    return quotes[low - 1] ?? null;
  }
}

const rank = ({ day, observedAt, source, rate }: RateQuote): string => [day, observedAt, source, rate].join('\n');

/**
 * The rate between two currencies on a day. Quotes of later days are not seen. In this order: the newest quote of the
 * two, in whichever direction (as it is, where both are of one day); else two quotes through `pivot`; else through the
 * pivot whose older quote is the youngest, the first by name of several.
 * @throws AppError `failed_precondition` when there is none (`reason: rate_missing`) or only older ones (`rate_stale`)
 */
export function rateOn(
  table: readonly RateQuote[] | RateIndex,
  from: string,
  to: string,
  day: string,
  options: RateOptions = {},
): CrossRate {
  if (from === to) return { from, to, day, rate: ONE, legs: [], ageDays: 0 };
  const index = table instanceof RateIndex ? table : new RateIndex(table);
  const maxAgeDays = options.maxAgeDays ?? DEFAULT_MAX_AGE_DAYS;
  const legs = find(index, from, to, day, options.pivot, maxAgeDays);
  if (legs !== null) return crossRate(from, to, day, legs);
  const old = find(index, from, to, day, options.pivot, Number.POSITIVE_INFINITY);
  if (old === null)
    throw new AppError('failed_precondition', `There is no rate between ${from} and ${to} on ${day} or before`, {
      details: { reason: 'rate_missing', from, to, day },
    });
  const { ageDays } = crossRate(from, to, day, old);
  throw new AppError(
    'failed_precondition',
    `The rate between ${from} and ${to} is ${ageDays} days old on ${day}; ${maxAgeDays} is the most that counts`,
    { details: { reason: 'rate_stale', from, to, day, ageDays, maxAgeDays } },
  );
}

/** As `rateOn`; null when there is none that counts. */
export function rateOrNull(index: RateIndex, from: string, to: string, day: string, options: RateOptions = {}) {
  const legs = from === to ? [] : find(index, from, to, day, options.pivot, options.maxAgeDays ?? DEFAULT_MAX_AGE_DAYS);
  return legs === null ? null : crossRate(from, to, day, legs);
}

/** For a journal's metadata, so that the books say what they were valued with: `1 EUR = 1.0834 USD, ECB, 2026-01-30`. */
export function legInWords({ quote }: RateLeg): string {
  return `1 ${quote.base} = ${quote.rate} ${quote.quote}, ${quote.source.slice(0, 60)}, ${quote.day}`;
}

function crossRate(from: string, to: string, day: string, legs: readonly RateLeg[]): CrossRate {
  return {
    from,
    to,
    day,
    rate: legs.map(fractionOf).reduce(times, ONE),
    legs,
    ageDays: oldest(legs),
  };
}

function fractionOf({ quote, inverted }: RateLeg): Fraction {
  const rate = decimalFraction(quote.rate);
  if (rate === null) throw new AppError('invalid_argument', `"${quote.rate}" is no rate`);
  return inverted ? inverse(rate) : rate;
}

function find(
  index: RateIndex,
  from: string,
  to: string,
  day: string,
  pivot: string | undefined,
  maxAgeDays: number,
): readonly RateLeg[] | null {
  const direct = index.leg(from, to, day, maxAgeDays);
  if (direct !== null) return [direct];
  const through = (via: string): RateLeg[] | null => {
    const first = index.leg(from, via, day, maxAgeDays);
    const second = first === null ? null : index.leg(via, to, day, maxAgeDays);
    return first === null || second === null ? null : [first, second];
  };
  const preferred = pivot === undefined || pivot === from || pivot === to ? null : through(pivot);
  if (preferred !== null) return preferred;
  let best: readonly RateLeg[] | null = null;
  for (const via of index.currencies) {
    const legs = via === from || via === to || via === pivot ? null : through(via);
    if (legs !== null && (best === null || oldest(legs) < oldest(best))) best = legs;
  }
  return best;
}

const oldest = (legs: readonly RateLeg[]): number => Math.max(0, ...legs.map(({ ageDays }) => ageDays));
