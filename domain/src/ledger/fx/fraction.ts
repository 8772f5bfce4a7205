import type { RoundingMode } from '../../schemas/fx.ts';
import { assert } from '../../errors.ts';

/** An exact number. The denominator is above zero; not necessarily in lowest terms. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ONE: Fraction = { numerator: 1n, denominator: 1n };

const DECIMAL = /^(\d{1,40})(?:\.(\d{1,40}))?$/;

/** A positive plain decimal such as `1.0834`, exactly; null when it is none, or zero. */
export function decimalFraction(text: string): Fraction | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const numerator = BigInt(`${match[1] ?? ''}${match[2] ?? ''}`);
  return numerator === 0n ? null : { numerator, denominator: 10n ** BigInt(match[2]?.length ?? 0) };
}

export const times = (a: Fraction, b: Fraction): Fraction => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

/** @throws AppError `internal` unless it is above zero */
export function inverse({ numerator, denominator }: Fraction): Fraction {
  assert(numerator > 0n, 'only what is above zero has an inverse here');
  return { numerator: denominator, denominator: numerator };
}

export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
export const signOf = (value: bigint): -1 | 0 | 1 => (value === 0n ? 0 : value < 0n ? -1 : 1);

/** An exact quotient as a whole number. @param divisor above zero */
export function divideRounded(dividend: bigint, divisor: bigint, mode: RoundingMode): bigint {
  assert(divisor > 0n, 'a divisor is above zero');
  const towardsZero = dividend / divisor;
  const rest = magnitude(dividend % divisor);
  if (rest === 0n) return towardsZero;
  const negative = dividend < 0n;
  return awayFromZero(mode, rest * 2n - divisor, negative, towardsZero % 2n !== 0n)
    ? towardsZero + (negative ? -1n : 1n)
    : towardsZero;
}

/** @param half below zero: nearer to zero; zero: in the middle; above: nearer to the other */
function awayFromZero(mode: RoundingMode, half: bigint, negative: boolean, odd: boolean): boolean {
  switch (mode) {
    case 'UP':
      return true;
    case 'DOWN':
      return false;
    case 'CEILING':
      return !negative;
    case 'FLOOR':
      return negative;
    case 'HALF_UP':
      return half >= 0n;
    case 'HALF_DOWN':
      return half > 0n;
    case 'HALF_EVEN':
      return half > 0n || (half === 0n && odd);
  }
}
