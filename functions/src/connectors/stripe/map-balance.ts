import * as z from 'zod';
import type { AccountSnapshot } from '../../effects/payment-provider.ts';
import { floorStripeBalance } from './exponents.ts';

export const balanceSchema = z.object({
  available: z.array(z.object({ amount: z.int(), currency: z.string() })),
});

/**
 * What can be paid out, by currency in ISO 4217 minor units. Rounded down where Stripe counts finer than ISO does;
 * a currency that is not in ISO 4217, such as STD, can't be paid by us and is left out.
 */
export function mapAvailable(balance: z.infer<typeof balanceSchema>): AccountSnapshot['available'] {
  return balance.available.flatMap(({ amount, currency }) => {
    const amountMinor = floorStripeBalance(amount, currency);
    return amountMinor === undefined ? [] : { currency: currency.toUpperCase(), amountMinor: amountMinor.toString() };
  });
}
