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
  const pairs = ratePairs(currencies, baseCurrency, PIVOTS);
  const first = new Date(Date.parse(day) - maxAgeDays * DAY_MS).toISOString().slice(0, 10);
  const quotes: RateQuote[] = [];
  for (let start = 0; start < pairs.length; start += READS_AT_ONCE) {
    const batch = pairs.slice(start, start + READS_AT_ONCE);
    const found = await Promise.all(batch.map(({ base, quote }) => ratesOfPair(db, orgId, base, quote, first, day)));
    quotes.push(...found.flat());
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
  const stored = await db.query({
    collection: paths.records(orgId),
    where: [
      ['__name__', '>=', name(first)],
      ['__name__', '<=', name(last)],
    ],
    orderBy: [['__name__', 'asc']],
    limit: MAX_RATE_DAYS + 1,
  });
  return stored.flatMap(({ data }) => {
    // A record that is none is no rate: it is then missing, which is a problem that people see.
    const record = recordSchema.safeParse(data).data;
    const found = record === undefined ? null : quoteOfRecord(record.id, record.fields);
    return found !== null && fxRateId(found.base, found.quote) === fxRateId(base, quote) ? [found] : [];
  });
}
