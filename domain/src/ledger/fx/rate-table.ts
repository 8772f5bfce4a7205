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
 * The rate between two currencies on a day. Quotes of later days are not seen. In this order: the newest quote of the
 * two, in whichever direction (as it is, where both are of one day); else two quotes through `pivot`; else through the
 * pivot whose older quote is the youngest, the first by name of several. So the same table gives the same rate,
 * whatever order it is in.
 * @throws AppError `failed_precondition` when there is none (`reason: rate_missing`) or only older ones (`rate_stale`)
 */
export function rateOn(
  table: readonly RateQuote[],
  from: string,
  to: string,
  day: string,
  options: RateOptions = {},
): CrossRate {
  if (from === to) return { from, to, day, rate: ONE, legs: [], ageDays: 0 };
  const maxAgeDays = options.maxAgeDays ?? DEFAULT_MAX_AGE_DAYS;
  const legs = find(table, from, to, day, options.pivot, maxAgeDays);
  if (legs !== null) return crossRate(from, to, day, legs);
  const old = find(table, from, to, day, options.pivot, Number.POSITIVE_INFINITY);
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
    ageDays: Math.max(...legs.map((leg) => leg.ageDays)),
  };
}

function fractionOf({ quote, inverted }: RateLeg): Fraction {
  const rate = decimalFraction(quote.rate);
  if (rate === null) throw new AppError('invalid_argument', `"${quote.rate}" is no rate`);
  return inverted ? inverse(rate) : rate;
}

function find(
  table: readonly RateQuote[],
  from: string,
  to: string,
  day: string,
  pivot: string | undefined,
  maxAgeDays: number,
): readonly RateLeg[] | null {
  const direct = legBetween(table, from, to, day, maxAgeDays);
  if (direct !== null) return [direct];
  const through = (via: string): RateLeg[] | null => {
    const first = legBetween(table, from, via, day, maxAgeDays);
    const second = first === null ? null : legBetween(table, via, to, day, maxAgeDays);
    return first === null || second === null ? null : [first, second];
  };
  const preferred = pivot === undefined || pivot === from || pivot === to ? null : through(pivot);
  if (preferred !== null) return preferred;
  const others = [...new Set(table.flatMap(({ base, quote }) => [base, quote]))].filter(
    (via) => via !== from && via !== to && via !== pivot,
  );
  let best: readonly RateLeg[] | null = null;
  for (const via of others.sort()) {
    const legs = through(via);
    if (legs !== null && (best === null || oldest(legs) < oldest(best))) best = legs;
  }
  return best;
}

const oldest = (legs: readonly RateLeg[]): number => Math.max(...legs.map(({ ageDays }) => ageDays));

function legBetween(
  table: readonly RateQuote[],
  from: string,
  to: string,
  day: string,
  maxAgeDays: number,
): RateLeg | null {
  let best: RateLeg | null = null;
  for (const quote of table) {
    const straight = quote.base === from && quote.quote === to;
    if (!straight && !(quote.base === to && quote.quote === from)) continue;
    const ageDays = (Date.parse(day) - Date.parse(quote.day)) / DAY_MS;
    if (!(ageDays >= 0 && ageDays <= maxAgeDays)) continue;
    const leg: RateLeg = { quote, inverted: !straight, ageDays };
    if (best === null || goesBefore(leg, best)) best = leg;
  }
  return best;
}

/** Younger, straight, seen later, and then by text: two quotes that differ are never equal here. */
function goesBefore(a: RateLeg, b: RateLeg): boolean {
  if (a.ageDays !== b.ageDays) return a.ageDays < b.ageDays;
  if (a.inverted !== b.inverted) return !a.inverted;
  const rank = ({ quote }: RateLeg): string => `${quote.observedAt}\n${quote.source}\n${quote.rate}`;
  return rank(a) > rank(b);
}
