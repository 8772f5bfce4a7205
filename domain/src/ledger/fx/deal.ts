import { AppError } from '../../errors.ts';
import { formatMoney } from '../../money/money.ts';
import type { RoundingMode } from '../../schemas/fx.ts';
import { convert, exactly } from './convert.ts';
import { decimalFraction, inverse, magnitude, type Fraction } from './fraction.ts';

/** An amount above zero that an account gives or takes. */
export interface Leg {
  readonly accountId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** The rate that two parties agreed on: `rate` units of `quote` for one of `base`. */
export interface DealQuote {
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
}

/** @throws AppError `invalid_argument` when it is no positive decimal */
export function dealRate(deal: DealQuote): { readonly rate: Fraction; readonly inWords: string } {
  const rate = decimalFraction(deal.rate);
  if (rate === null) throw new AppError('invalid_argument', `"${deal.rate}" is no rate`);
  return { rate, inWords: `1 ${deal.base} = ${deal.rate} ${deal.quote}` };
}

/**
 * Bought less what the agreed rate makes of the sold amount, in minor units of the bought currency: a rounding
 * difference, by whichever side was rounded.
 * @throws AppError `failed_precondition` (`reason: amounts_off_rate`) when rounding one amount can't explain it: a
 *   spread or a fee has a name of its own and is not hidden here; `invalid_argument` for a rate of other currencies
 */
export function dealDifference(sold: Leg, bought: Leg, deal: DealQuote, mode: RoundingMode): bigint {
  const { rate: agreed, inWords } = dealRate(deal);
  const straight = deal.base === sold.currency && deal.quote === bought.currency;
  if (!straight && !(deal.base === bought.currency && deal.quote === sold.currency))
    throw new AppError(
      'invalid_argument',
      `A rate of ${deal.base} and ${deal.quote} says nothing of ${sold.currency} and ${bought.currency}`,
    );
  const rate = straight ? agreed : inverse(agreed);
  const withinAUnit = (from: Leg, to: Leg, factor: Fraction): boolean => {
    const { numerator, denominator } = exactly(from.amountMinor, from.currency, to.currency, factor);
    return magnitude(to.amountMinor * denominator - numerator) < denominator;
  };
  if (!withinAUnit(sold, bought, rate) && !withinAUnit(bought, sold, inverse(rate)))
    throw new AppError(
      'failed_precondition',
      `${formatMoney(bought.amountMinor, bought.currency)} for ${formatMoney(sold.amountMinor, sold.currency)} is not the agreed rate, ${inWords}, also not rounded`,
      { details: { reason: 'amounts_off_rate' } },
    );
  return bought.amountMinor - convert(sold.amountMinor, sold.currency, bought.currency, rate, mode);
}
