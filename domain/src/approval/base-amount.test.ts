import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exponentOf } from '../money/currencies.ts';
import type { UsedRate } from '../schemas/plan-traits.ts';
import { convertUp, MAX_RATE_AGE_DAYS, toBase, usableRate } from './base-amount.ts';

const NOW = '2026-03-10T12:00:00.000Z';
const rate = (base: string, quote: string, text: string, asOf = NOW): UsedRate => ({
  base,
  quote,
  rate: text,
  source: 'ECB',
  asOf,
});

test.each<[bigint, string, string, UsedRate, bigint | null]>([
  [10_000n, 'EUR', 'USD', rate('EUR', 'USD', '1.0834'), 10_834n],
  [10_000n, 'EUR', 'USD', rate('EUR', 'USD', '1.08341'), 10_835n],
  [1n, 'EUR', 'USD', rate('EUR', 'USD', '0.0001'), 1n],
  [0n, 'EUR', 'USD', rate('EUR', 'USD', '1.5'), 0n],
  // The other direction: 1 EUR is 2 USD.
  [10_000n, 'USD', 'EUR', rate('EUR', 'USD', '2'), 5_000n],
  [10_001n, 'USD', 'EUR', rate('EUR', 'USD', '2'), 5_001n],
  [100n, 'USD', 'EUR', rate('EUR', 'USD', '3'), 34n],
  // Decimals differ: JPY has none, KWD three.
  [5_000n, 'JPY', 'USD', rate('JPY', 'USD', '0.0066'), 3_300n],
  [5_000n, 'JPY', 'USD', rate('USD', 'JPY', '151.5'), 3_301n],
  [1_000n, 'KWD', 'USD', rate('KWD', 'USD', '3.25'), 325n],
  [100n, 'USD', 'KWD', rate('USD', 'KWD', '0.3076'), 308n],
  // A rate of others is none.
  [1n, 'CHF', 'USD', rate('EUR', 'USD', '1'), null],
  [1n, 'USD', 'EUR', rate('EUR', 'GBP', '1'), null],
])('%s %s in %s', (amount, from, to, used, expected) => {
  expect(convertUp(amount, from, to, used)).toBe(expected);
});

test('never less than exact, and never a whole minor unit more, in either direction', () => {
  const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD');
  const text = fc
    .tuple(fc.nat(9_999), fc.nat(999_999))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`);
  fc.assert(
    fc.property(currency, currency, text, fc.bigInt({ min: 0n, max: 10n ** 24n }), (from, to, number, amount) => {
      fc.pre(from !== to && Number(number) > 0);
      const scaled = BigInt(number.replace('.', ''));
      const [places, placesTo] = [exponentOf(from) ?? 0, exponentOf(to) ?? 0];
      const power = (exponent: number): bigint => 10n ** BigInt(exponent);
      // result × divisor must lie in [exact, exact + divisor).
      const within = (result: bigint | null, exact: bigint, divisor: bigint): void => {
        expect(result).not.toBeNull();
        const excess = (result ?? 0n) * divisor - exact;
        expect(excess >= 0n && excess < divisor).toBe(true);
      };
      within(convertUp(amount, from, to, rate(from, to, number)), amount * scaled * power(placesTo), power(places + 6));
      within(convertUp(amount, from, to, rate(to, from, number)), amount * power(6 + placesTo), scaled * power(places));
    }),
  );
});

describe('toBase', () => {
  const totals = [
    { currency: 'EUR', amountMinor: '10000', count: 1 },
    { currency: 'JPY', amountMinor: '5000', count: 1 },
    { currency: 'USD', amountMinor: '1', count: 1 },
  ];

  test('adds up, and names the rates and the oldest of them', () => {
    const rates = [rate('EUR', 'USD', '1.1', '2026-03-09T00:00:00.000Z'), rate('USD', 'JPY', '100', NOW)];
    expect(toBase(totals, 'USD', rates)).toEqual({
      currency: 'USD',
      amountMinor: String(11_000 + 5_000 + 1),
      unknownCurrencies: [],
      rates,
      ratesAsOf: '2026-03-09T00:00:00.000Z',
    });
  });

  test('one rate that is missing makes the whole unknown', () => {
    expect(toBase(totals, 'USD', [rate('EUR', 'USD', '1.1')])).toMatchObject({
      amountMinor: null,
      unknownCurrencies: ['JPY'],
    });
  });

  test('the base currency needs no rate, and nothing is nothing', () => {
    expect(toBase(totals.slice(2), 'USD', [])).toMatchObject({ amountMinor: '1', ratesAsOf: null });
    expect(toBase([], 'USD', [])).toMatchObject({ amountMinor: '0' });
  });
});

describe('usableRate', () => {
  const fields = { base: 'EUR', quote: 'USD', rate: '1.1', source: 'ECB', asOf: NOW };
  const before = (days: number): string => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();

  test.each<[string, Record<string, unknown>, boolean]>([
    ['as it is', {}, true],
    ['a day instead of an instant', { asOf: '2026-03-09' }, true],
    ['as old as it may be', { asOf: before(MAX_RATE_AGE_DAYS) }, true],
    ['older', { asOf: before(MAX_RATE_AGE_DAYS + 0.001) }, false],
    ['of tomorrow', { asOf: before(-2) }, false],
    ['of no time', { asOf: 'yesterday' }, false],
    ['no rate', { rate: undefined }, false],
    ['a float', { rate: 1.1 }, false],
    ['zero', { rate: '0.000' }, false],
    ['negative', { rate: '-1.1' }, false],
    ['with an exponent', { rate: '1e3' }, false],
    ['of no currency', { base: 'ABC' }, false],
  ])('%s', (_, change, usable) => {
    expect(usableRate({ ...fields, ...change }, NOW) !== null).toBe(usable);
  });
});
