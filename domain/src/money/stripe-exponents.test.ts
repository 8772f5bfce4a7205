import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyCodes } from './currencies.ts';
import { parseAmount } from './parse-amount.ts';
import { floorStripeBalance, floorToStripeStep, fromStripeAmount, toStripeAmount } from './stripe-exponents.ts';
import { stripeMinimum } from './stripe-minimums.ts';

/** Amounts as Stripe's page on currencies gives them: major units, currency, Stripe's `amount`. */
const documented: readonly (readonly [string, string, number])[] = [
  ['10', 'USD', 1000],
  ['500', 'JPY', 500],
  ['5.120', 'KWD', 5120],
  ['5.130', 'KWD', 5130],
  ['5', 'ISK', 500],
  ['10', 'HUF', 1000],
  ['800', 'TWD', 80000],
  ['5', 'UGX', 500],
  ['1000', 'MGA', 1000],
];

const refused: readonly (readonly [string, string, string])[] = [
  ['5.124', 'KWD', 'amount_not_representable'],
  ['10.45', 'HUF', 'amount_not_representable'],
  ['800.45', 'TWD', 'amount_not_representable'],
  ['10.50', 'MGA', 'amount_not_representable'],
  ['1.000', 'IQD', 'currency_unsupported'],
  ['10000000000.00', 'USD', 'amount_too_large'],
];

const minor = (text: string, currency: string): bigint => {
  const parsed = parseAmount(text, currency);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.amountMinor;
};

describe('toStripeAmount', () => {
  it.each(documented)('%s %s is %i', (text, currency, amount) => {
    expect(toStripeAmount(minor(text, currency), currency)).toEqual({ ok: true, amount });
  });

  it.each(refused)('%s %s is refused: %s', (text, currency, code) => {
    expect(toStripeAmount(minor(text, currency), currency)).toMatchObject({ ok: false, code });
  });

  it('names the nearest amount that Stripe can pay', () => {
    expect(toStripeAmount(1045n, 'HUF')).toMatchObject({ message: expect.stringContaining('HUF 10.00') });
  });

  it('what it accepts comes back unchanged, in every currency', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencyCodes), fc.bigInt(1n, 10n ** 13n), (currency, amountMinor) => {
        const stripe = toStripeAmount(amountMinor, currency);
        if (stripe.ok) expect(fromStripeAmount(stripe.amount, currency)).toBe(amountMinor);
      }),
    );
  });

  it('a floored balance never becomes more than Stripe has', () => {
    fc.assert(
      fc.property(fc.constantFrom('ISK', 'UGX', 'USD', 'KWD', 'MGA'), fc.nat(), (currency, amount) => {
        const floor = floorStripeBalance(amount, currency) as bigint;
        const back = toStripeAmount(floor, currency);
        if (back.ok) expect(back.amount).toBeLessThanOrEqual(amount);
      }),
    );
  });
});

describe('floorToStripeStep', () => {
  it.each([
    ['HUF', 1045n, 1000n],
    ['KWD', 5124n, 5120n],
    ['MGA', 1050n, 1000n],
    ['USD', 1045n, 1045n],
    ['ISK', 5n, 5n],
    ['HUF', 99n, 0n],
  ] as const)('%s %s is %s', (currency, amountMinor, floored) => {
    expect(floorToStripeStep(amountMinor, currency)).toBe(floored);
  });

  it('gives what Stripe can pay, and not more than was asked', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('USD', 'HUF', 'TWD', 'UGX', 'ISK', 'MGA', 'KWD', 'JPY'),
        fc.bigInt(1n, 10n ** 9n),
        (currency, amountMinor) => {
          const floored = floorToStripeStep(amountMinor, currency);
          expect(floored).toBeLessThanOrEqual(amountMinor);
          if (floored > 0n) expect(toStripeAmount(floored, currency).ok).toBe(true);
        },
      ),
    );
  });
});

describe('stripeMinimum', () => {
  it("counts in the currency's own minor units", () => {
    expect(stripeMinimum('EUR')?.minimumMinor).toBe(100n);
    expect(stripeMinimum('BHD')?.minimumMinor).toBe(1000n);
    expect(stripeMinimum('CLP')?.minimumMinor).toBe(23000n);
    expect(stripeMinimum('USD')).toBeUndefined();
  });
});
