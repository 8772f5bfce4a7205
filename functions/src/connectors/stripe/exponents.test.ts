import { currencyCodes, exponentOf } from '@countersign/domain/money/currencies';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floorStripeBalance, fromStripeAmount, toStripeAmount } from './exponents.ts';

describe('toStripeAmount', () => {
  it.each([
    ['USD', 1_234n, 1_234],
    ['JPY', 500n, 500],
    ['ISK', 5n, 500],
    ['UGX', 5n, 500],
    ['HUF', 1_000n, 1_000],
    ['TWD', 80_000n, 80_000],
    ['KWD', 5_120n, 5_120],
    ['MGA', 1_200n, 12],
    ['USD', 999_999_999_999n, 999_999_999_999],
  ])('%s %s is %s', (currency, minor, amount) => {
    expect(toStripeAmount(minor, currency)).toEqual({ ok: true, amount });
    expect(fromStripeAmount(amount, currency.toLowerCase())).toBe(minor);
  });

  it.each([
    ['HUF', 1_045n, 'amount_not_representable'],
    ['TWD', 80_045n, 'amount_not_representable'],
    ['KWD', 5_124n, 'amount_not_representable'],
    ['MGA', 1_210n, 'amount_not_representable'],
    ['USD', 0n, 'amount_not_positive'],
    ['USD', -1n, 'amount_not_positive'],
    ['USD', 1_000_000_000_000n, 'amount_too_large'],
    ['UGX', 10_000_000_000n, 'amount_too_large'],
    ['IQD', 1_000n, 'currency_unsupported'],
    ['CLF', 10_000n, 'currency_unsupported'],
    ['usd', 100n, 'currency_unknown'],
    ['XXX', 100n, 'currency_unknown'],
  ])('refuses %s %s: %s', (currency, minor, code) => {
    expect(toStripeAmount(minor, currency)).toMatchObject({ ok: false, code });
  });

  it('names an amount that can be paid', () => {
    const of = (minor: bigint, currency: string): string =>
      (toStripeAmount(minor, currency) as { message: string }).message;
    expect(of(1_045n, 'HUF')).toBe('Stripe pays HUF in steps of HUF 1.00: HUF 10.45 must become HUF 10.00 or the like');
    expect(of(4n, 'KWD')).toBe('Stripe pays KWD in steps of KWD 0.010: KWD 0.004 must become KWD 0.010 or the like');
    expect(of(1_210n, 'MGA')).toBe('Stripe pays MGA in steps of MGA 1.00: MGA 12.10 must become MGA 12.00 or the like');
  });

  it('never changes the value: what is sent means the same amount as ours', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencyCodes), fc.bigInt({ min: 1n, max: 10n ** 13n }), (currency, minor) => {
        const sent = toStripeAmount(minor, currency);
        if (!sent.ok) return;
        expect(Number.isSafeInteger(sent.amount)).toBe(true);
        expect(fromStripeAmount(sent.amount, currency)).toBe(minor);
      }),
      { numRuns: 2_000 },
    );
  });

  it('can pay whole hundreds of every currency that both Stripe and ISO 4217 know', () => {
    const payable = currencyCodes.filter(
      (currency) => toStripeAmount(100n * 10n ** BigInt(exponentOf(currency) ?? 0), currency).ok,
    );
    expect(payable.length).toBeGreaterThan(130);
  });
});

describe('balances', () => {
  it('rounds down what ISO 4217 can not hold', () => {
    expect(fromStripeAmount(550, 'isk')).toBeUndefined();
    expect(floorStripeBalance(550, 'isk')).toBe(5n);
    expect(floorStripeBalance(-550, 'isk')).toBe(-6n);
    expect(floorStripeBalance(1_045, 'huf')).toBe(1_045n);
    expect(floorStripeBalance(12, 'mga')).toBe(1_200n);
    expect(floorStripeBalance(1.5, 'usd')).toBeUndefined();
    expect(floorStripeBalance(100, 'std')).toBeUndefined();
  });
});
