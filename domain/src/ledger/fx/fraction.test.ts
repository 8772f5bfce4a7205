import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundingModeSchema, type RoundingMode } from '../../schemas/fx.ts';
import { decimalFraction, divideRounded, inverse } from './fraction.ts';

/** The table of java.math.RoundingMode, in tenths. */
test.each<[RoundingMode, string]>([
  ['UP', '6 3 2 2 1 -1 -2 -2 -3 -6'],
  ['DOWN', '5 2 1 1 1 -1 -1 -1 -2 -5'],
  ['CEILING', '6 3 2 2 1 -1 -1 -1 -2 -5'],
  ['FLOOR', '5 2 1 1 1 -1 -2 -2 -3 -6'],
  ['HALF_UP', '6 3 2 1 1 -1 -1 -2 -3 -6'],
  ['HALF_DOWN', '5 2 2 1 1 -1 -1 -2 -2 -5'],
  ['HALF_EVEN', '6 2 2 1 1 -1 -1 -2 -2 -6'],
])('%s', (mode, expected) => {
  const tenths = [55n, 25n, 16n, 11n, 10n, -10n, -11n, -16n, -25n, -55n];
  expect(tenths.map((value) => divideRounded(value, 10n, mode)).join(' ')).toBe(expected);
});

test('never a whole unit from the exact quotient, nor more than half of one where the mode says so', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.bigInt({ min: 1n, max: 10n ** 20n }),
      fc.constantFrom(...roundingModeSchema.options),
      (dividend, divisor, mode) => {
        const off = divideRounded(dividend, divisor, mode) * divisor - dividend;
        const distance = off < 0n ? -off : off;
        return mode.startsWith('HALF') ? distance * 2n <= divisor : distance < divisor;
      },
    ),
  );
});

test.each(['', '0', '0.00', '-1', '+1', '1e3', '.5', '5.', '1,5', ' 1', '1'.repeat(41), `0.${'1'.repeat(41)}`])(
  '"%s" is no rate',
  (text) => expect(decimalFraction(text)).toBeNull(),
);

test('a decimal is what it says, and its inverse what makes one of it', () => {
  expect(decimalFraction('1.0834')).toEqual({ numerator: 10_834n, denominator: 10_000n });
  expect(inverse({ numerator: 3n, denominator: 7n })).toEqual({ numerator: 7n, denominator: 3n });
  expect(() => inverse({ numerator: 0n, denominator: 7n })).toThrow('above zero');
  expect(() => divideRounded(1n, 0n, 'UP')).toThrow('above zero');
});
