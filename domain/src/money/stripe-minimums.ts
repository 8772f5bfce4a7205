import { AppError } from '../errors.ts';
import { parseAmount } from './parse-amount.ts';

export interface StripeMinimum {
  readonly minimumMinor: bigint;
  readonly source: string;
}

const CROSS_BORDER_SOURCE = 'https://docs.stripe.com/connect/cross-border-payouts/special-requirements';
const CROSS_BORDER =
  'ALL 3000, AMD 12100, AOA 23000, ARS 4600, AZN 50, BAM 50, BDT 20, BHD 1, BND 1, BOB 200, BSD 1, BTN 2500, BWP 1, ' +
  'CLP 23000, COP 140000, DZD 1, EUR 1, KHR 123000, XCD 1, XOF 1';
const PAYOUTS_SOURCE = 'https://docs.stripe.com/payouts';
const PAYOUTS = 'HUF 360';

/**
 * The least that Stripe pays out, in major units, where Stripe says so. Where countries that share a currency differ,
 * the lowest is here, so that nothing is refused that Stripe would pay. For currencies that are not here Stripe's own
 * answer decides when the payout is made.
 */
const MINIMUMS: ReadonlyMap<string, StripeMinimum> = new Map([
  ...table(CROSS_BORDER, CROSS_BORDER_SOURCE),
  ...table(PAYOUTS, PAYOUTS_SOURCE),
]);

/** Undefined where Stripe publishes none that we know of. */
export function stripeMinimum(currency: string): StripeMinimum | undefined {
  return MINIMUMS.get(currency);
}

function table(text: string, source: string): [string, StripeMinimum][] {
  return text.split(', ').map((entry) => {
    const [currency = '', amount = ''] = entry.split(' ');
    const parsed = parseAmount(amount, currency);
    if (!parsed.ok) throw new AppError('internal', `${entry}: ${parsed.message}`);
    return [currency, { minimumMinor: parsed.amountMinor, source }];
  });
}
