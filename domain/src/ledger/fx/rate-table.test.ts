import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RateQuote } from '../../schemas/fx.ts';
import { convert } from './convert.ts';
import { rateOn, type CrossRate, type RateOptions } from './rate-table.ts';

const quote = (pair: string, rate: string, day: string, source = 'ECB', observedAt = day): RateQuote => {
  const [base = '', counter = ''] = pair.split('-');
  return { base, quote: counter, rate, source, observedAt, day };
};
const used = ({ legs }: CrossRate): string =>
  legs
    .map(({ quote: { base, quote: counter, day }, inverted }) => `${inverted ? '1/' : ''}${base}-${counter} ${day}`)
    .join(' ');
const find = (table: readonly RateQuote[], pair: string, day: string, options?: RateOptions): CrossRate => {
  const [from = '', to = ''] = pair.split('-');
  return rateOn(table, from, to, day, options);
};

describe('which quotes are used', () => {
  const jan = (day: number): string => `2026-01-${String(day).padStart(2, '0')}`;
  const TABLE = [
    quote('EUR-USD', '1.10', jan(9)),
    quote('EUR-USD', '1.20', jan(12)),
    quote('USD-EUR', '0.90', jan(10)),
    quote('GBP-USD', '1.30', jan(10)),
    quote('CHF-EUR', '1.05', jan(10)),
    quote('CHF-JPY', '170', jan(8)),
    quote('EUR-JPY', '160', jan(4)),
  ];
  test.each<[string, string, string, RateOptions?]>([
    // The newest of the day or before, in either direction.
    ['EUR-USD', jan(9), 'EUR-USD 2026-01-09'],
    ['EUR-USD', jan(11), '1/USD-EUR 2026-01-10'],
    ['EUR-USD', jan(12), 'EUR-USD 2026-01-12'],
    ['USD-EUR', jan(12), '1/EUR-USD 2026-01-12'],
    // Through a pivot.
    ['GBP-EUR', jan(11), 'GBP-USD 2026-01-10 USD-EUR 2026-01-10'],
    ['EUR-GBP', jan(12), 'EUR-USD 2026-01-12 1/GBP-USD 2026-01-10'],
    // The named pivot goes before another whose quotes are younger; an old one does not count at all.
    ['USD-CHF', jan(11), 'USD-EUR 2026-01-10 1/CHF-EUR 2026-01-10'],
    ['EUR-JPY', jan(11), 'EUR-JPY 2026-01-04'],
    ['EUR-JPY', jan(12), '1/CHF-EUR 2026-01-10 CHF-JPY 2026-01-08'],
    ['EUR-EUR', jan(1), ''],
  ])('%s on %s: %s', (pair, day, expected, options) => {
    expect(used(find(TABLE, pair, day, options))).toBe(expected);
  });

  test('a pivot that is named goes before one that is younger', () => {
    const table = [...TABLE, quote('GBP-CHF', '1.15', jan(11)), quote('CHF-USD', '1.12', jan(11))];
    expect(used(find(table.slice(0, -1), 'GBP-EUR', jan(11)))).toBe('GBP-CHF 2026-01-11 CHF-EUR 2026-01-10');
    expect(used(find(table, 'GBP-EUR', jan(11), { pivot: 'USD' }))).toBe('GBP-USD 2026-01-10 USD-EUR 2026-01-10');
  });

  test('of one day: straight before inverse, then what was seen last, then by source', () => {
    const both = [quote('EUR-USD', '1.1', jan(9)), quote('USD-EUR', '0.9', jan(9))];
    expect(used(find(both, 'USD-EUR', jan(9)))).toBe('USD-EUR 2026-01-09');
    const seen = [
      quote('EUR-USD', '1.1', jan(9), 'ECB', '2026-01-09T16:00:00.000Z'),
      quote('EUR-USD', '1.2', jan(9), 'ECB', '2026-01-09T17:00:00.000Z'),
      quote('EUR-USD', '1.3', jan(9), 'Desk', '2026-01-09T17:00:00.000Z'),
    ];
    expect(find(seen, 'EUR-USD', jan(9)).legs[0]?.quote.rate).toBe('1.2');
  });

  test('age: of the older leg; older than the limit is none', () => {
    expect(find(TABLE, 'EUR-GBP', jan(14)).ageDays).toBe(4);
    expect(find(TABLE, 'EUR-USD', jan(19)).ageDays).toBe(7);
    expect(() => find(TABLE, 'EUR-USD', jan(20))).toThrow(
      expect.objectContaining({
        code: 'failed_precondition',
        details: expect.objectContaining({ reason: 'rate_stale', ageDays: 8, maxAgeDays: 7 }),
      }),
    );
    expect(find(TABLE, 'EUR-USD', jan(20), { maxAgeDays: 8 }).ageDays).toBe(8);
    expect(() => find(TABLE, 'EUR-USD', jan(10), { maxAgeDays: -1 })).toThrow('0 days old');
  });

  test.each([
    ['EUR-USD', jan(8)],
    ['EUR-NOK', jan(12)],
    // Two pivots would be needed.
    ['GBP-JPY', jan(3)],
  ])('%s on %s: there is none', (pair, day) => {
    expect(() => find(TABLE, pair, day)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: 'rate_missing' }) }),
    );
  });
});

const text = fc
  .tuple(fc.nat(9_999), fc.nat(999_999))
  .map(([whole, parts]) => `${whole}.${String(parts).padStart(6, '0')}`)
  .filter((rate) => /[1-9]/.test(rate));
const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF');

test('the order of the table does not matter', () => {
  const quotes = fc.array(
    fc.record({
      base: currency,
      quote: currency,
      rate: text,
      source: fc.constantFrom('ECB', 'Desk'),
      observedAt: fc.constantFrom('2026-01-01', '2026-01-02'),
      day: fc.constantFrom('2026-01-01', '2026-01-02', '2026-01-03'),
    }),
    { maxLength: 12 },
  );
  const tried = (table: readonly RateQuote[]): unknown => {
    try {
      const { rate, legs } = rateOn(table, 'EUR', 'USD', '2026-01-03');
      return [rate, legs.map((leg) => leg.quote)];
    } catch (error) {
      return (error as Error).message;
    }
  };
  fc.assert(
    fc.property(quotes, (table) => {
      expect(tried(table.toReversed())).toEqual(tried(table));
    }),
  );
});

test('there and back: at most half a unit of the one, and what half a unit of the other is worth', () => {
  const table = fc
    .tuple(text, text, fc.boolean())
    .map(([one, other, inverted]) => [
      inverted ? quote('KWD-JPY', one, '2026-01-01') : quote('JPY-KWD', one, '2026-01-01'),
      quote('JPY-CLF', other, '2026-01-01'),
    ]);
  const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
  fc.assert(
    fc.property(table, amount, fc.constantFrom('JPY-KWD', 'KWD-CLF', 'CLF-JPY'), (quotes, there, pair) => {
      const [from = '', to = ''] = pair.split('-');
      const exponents: Record<string, bigint> = { JPY: 1n, KWD: 1_000n, CLF: 10_000n };
      const forth = rateOn(quotes, from, to, '2026-01-01');
      const backRate = rateOn(quotes, to, from, '2026-01-01').rate;
      expect(backRate.numerator * forth.rate.numerator).toBe(backRate.denominator * forth.rate.denominator);
      const back = convert(convert(there, from, to, forth.rate), to, from, backRate);
      const off = back < there ? there - back : back - there;
      // off ≤ ½ + ½ × (minor units of `from` for one of `to`), multiplied out.
      const [numerator, denominator] = [
        backRate.numerator * (exponents[from] as bigint),
        backRate.denominator * (exponents[to] as bigint),
      ];
      expect(2n * off * denominator <= denominator + numerator).toBe(true);
    }),
    { numRuns: 300 },
  );
});
