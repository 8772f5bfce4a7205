import { FX_RATE_TYPE, fxRateId } from '@countersign/domain/approval/base-amount';
import { AppError } from '@countersign/domain/errors';
import { datedRateId, quoteOfRecord, ratePairs } from '@countersign/domain/ledger/fx/rate-records';
import { paths } from '@countersign/domain/paths';
import type { RateQuote } from '@countersign/domain/schemas/fx';
import { recordSchema } from '@countersign/domain/schemas/record';
import type { Database } from '../../store/database.ts';

/** Currencies that most others are quoted in. */
const PIVOTS = ['USD', 'EUR'] as const;
export const MAX_RATE_CURRENCIES = 200;
export const MAX_RATE_DAYS = 31;
const READS_AT_ONCE = 20;
const RATES_PER_READ = 500;
/** Of one pair: a rate each day for more than a century. */
const MAX_PAGES = 100;
/** Of all pairs: some fifteen each day for ten years. */
const MAX_RATES = 50_000;
const FIRST_DAY = '0001-01-01';
const DAY_MS = 86_400_000;

/**
 * The rates of a day and the days before it that could compare these currencies with the base currency, directly or
 * through a pivot. One query a pair, which reads the rates that are there and no more.
 */
export async function ratesAround(
  db: Pick<Database, 'query'>,
  orgId: string,
  currencies: readonly string[],
  baseCurrency: string,
  day: string,
  maxAgeDays: number,
): Promise<RateQuote[]> {
  if (currencies.length > MAX_RATE_CURRENCIES || maxAgeDays > MAX_RATE_DAYS)
    throw new AppError(
      'limit_exceeded',
      `Rates are read for ${MAX_RATE_CURRENCIES} currencies and ${MAX_RATE_DAYS} days at most`,
    );
  const first = new Date(Date.parse(day) - maxAgeDays * DAY_MS).toISOString().slice(0, 10);
  return ratesBetween(db, orgId, currencies, baseCurrency, first, day);
}

/**
 * All rates of a span of days that could compare these currencies with the base currency.
 * @param first null for all that there are up to the last day
 * @throws AppError `limit_exceeded` beyond 200 currencies, or more rates than one statement can name
 */
export async function ratesBetween(
  db: Pick<Database, 'query'>,
  orgId: string,
  currencies: readonly string[],
  baseCurrency: string,
  first: string | null,
  last: string,
): Promise<RateQuote[]> {
  if (currencies.length > MAX_RATE_CURRENCIES)
    throw new AppError('limit_exceeded', `Rates are read for ${MAX_RATE_CURRENCIES} currencies at most`);
  const pairs = ratePairs(currencies, baseCurrency, PIVOTS);
  const quotes: RateQuote[] = [];
  for (let start = 0; start < pairs.length; start += READS_AT_ONCE) {
    const batch = pairs.slice(start, start + READS_AT_ONCE);
    const found = await Promise.all(
      batch.map(({ base, quote }) => ratesOfPair(db, orgId, base, quote, first ?? FIRST_DAY, last)),
    );
    for (const some of found) quotes.push(...some);
    if (quotes.length > MAX_RATES)
      throw new AppError(
        'limit_exceeded',
        `There are more than ${MAX_RATES.toLocaleString('en')} rates of these days. Choose a shorter period, or leave the base currency out.`,
      );
  }
  return quotes;
}

async function ratesOfPair(
  db: Pick<Database, 'query'>,
  orgId: string,
  base: string,
  quote: string,
  first: string,
  last: string,
): Promise<RateQuote[]> {
  const name = (day: string): string => `${FX_RATE_TYPE}~${datedRateId(base, quote, day)}`;
  const quotes: RateQuote[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const start: { startAfter?: readonly unknown[] } = after === null ? {} : { startAfter: [after] };
    const stored = await db.query({
      collection: paths.records(orgId),
      where: [
        ['__name__', '>=', name(first)],
        ['__name__', '<=', name(last)],
      ],
      orderBy: [['__name__', 'asc']],
      limit: RATES_PER_READ,
      ...start,
    });
    for (const { data } of stored) {
      // A record that is none is no rate: it is then missing, which is a problem that people see.
      const record = recordSchema.safeParse(data).data;
      const found = record === undefined ? null : quoteOfRecord(record.id, record.fields);
      if (found !== null && fxRateId(found.base, found.quote) === fxRateId(base, quote)) quotes.push(found);
    }
    const end = stored.at(-1);
    if (end === undefined || stored.length < RATES_PER_READ) return quotes;
    after = end.path.slice(end.path.lastIndexOf('/') + 1);
  }
  return quotes;
}
