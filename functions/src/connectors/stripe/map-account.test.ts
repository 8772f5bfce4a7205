import { describe, expect, it } from 'vitest';
import { accountSchema, mapAccount } from './map-account.ts';
import { balanceSchema, mapAvailable } from './map-balance.ts';

const map = (account: object) => mapAccount(accountSchema.parse(account));

describe('mapAccount', () => {
  it('reads banks and debit cards, and skips what it does not know', () => {
    const account = map({
      id: 'acct_1',
      payouts_enabled: true,
      business_profile: { name: 'Anna Ltd', extra: 1 },
      external_accounts: {
        data: [
          {
            id: 'ba_1',
            object: 'bank_account',
            bank_name: 'First Bank',
            last4: '1111',
            currency: 'usd',
            country: 'US',
            default_for_currency: true,
          },
          { id: 'card_1', object: 'card', brand: 'Visa', last4: '4242', currency: 'usd', country: 'US' },
          { object: 'something_new' },
        ],
      },
    });
    expect(account).toEqual({
      id: 'acct_1',
      businessName: 'Anna Ltd',
      payoutsEnabled: true,
      destinations: [
        { id: 'ba_1', bankName: 'First Bank', last4: '1111', currency: 'USD', country: 'US', isDefault: true },
        { id: 'card_1', bankName: 'Visa', last4: '4242', currency: 'USD', country: 'US', isDefault: false },
      ],
    });
  });

  it('tells hidden destinations from none', () => {
    expect(map({ id: 'acct_1' }).destinations).toBe('hidden');
    expect(map({ id: 'acct_1', external_accounts: { data: [] } }).destinations).toEqual([]);
  });

  it('falls back on names, and takes payouts for disabled when nothing says otherwise', () => {
    expect(
      map({ id: 'acct_1', business_profile: { name: null }, settings: { dashboard: { display_name: 'Anna' } } }),
    ).toMatchObject({ businessName: 'Anna', payoutsEnabled: false });
    expect(map({ id: 'acct_1', business_profile: null })).toMatchObject({ businessName: 'acct_1' });
  });
});

describe('mapAvailable', () => {
  it('converts to ISO minor units and leaves out what ISO does not know', () => {
    const balance = {
      object: 'balance',
      available: [
        { amount: 550, currency: 'isk' },
        { amount: -12, currency: 'mga' },
        { amount: 5, currency: 'std' },
      ],
      pending: [],
    };
    expect(mapAvailable(balanceSchema.parse(balance))).toEqual([
      { currency: 'ISK', amountMinor: '5' },
      { currency: 'MGA', amountMinor: '-1200' },
    ]);
  });
});
