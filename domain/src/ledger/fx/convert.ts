import { requireExponent } from '../../money/money.ts';
import type { RoundingMode } from '../../schemas/fx.ts';
import { divideRounded, type Fraction } from './fraction.ts';

/** Exact minor units of `to` for an amount in minor units of `from`; `rate` is in major units, as rates are quoted. */
export function exactly(amountMinor: bigint, from: string, to: string, rate: Fraction): Fraction {
  return {
    numerator: amountMinor * rate.numerator * 10n ** BigInt(requireExponent(to)),
    denominator: rate.denominator * 10n ** BigInt(requireExponent(from)),
  };
}

/**
 * An amount in another currency: one rounding, of the mode that is named, and none before.
 * @param rate units of `to` for one unit of `from`
 * @throws AppError `invalid_argument` for a currency that ISO 4217 does not list
 */
export function convert(
  amountMinor: bigint,
  from: string,
  to: string,
  rate: Fraction,
  mode: RoundingMode = 'HALF_EVEN',
): bigint {
  const { numerator, denominator } = exactly(amountMinor, from, to, rate);
  return divideRounded(numerator, denominator, mode);
}
