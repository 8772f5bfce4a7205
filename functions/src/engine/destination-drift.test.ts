import { exampleEffect } from '@countersign/domain/plan/example-effect';
import type { Effect } from '@countersign/domain/schemas/effect';
import { describe, expect, test } from 'vitest';
import type { AccountSnapshot } from '../effects/payment-provider.ts';
import { AccountReader } from './account-reader.ts';
import { destinationDrift, destinationRecheck, driftSentence, type Drift } from './drift.ts';
import { ScriptedProvider } from './testing/scripted-provider.ts';

type Bank = Exclude<AccountSnapshot['destinations'], 'hidden'>[number];
const bank = (fields: Partial<Bank> = {}): Bank => ({
  id: 'ba_1',
  bankName: 'ALPHA BANK',
  last4: '1111',
  currency: 'USD',
  country: 'US',
  isDefault: true,
  ...fields,
});
const account = (destinations: AccountSnapshot['destinations']): AccountSnapshot => ({
  id: 'acct_1',
  businessName: 'Seller',
  payoutsEnabled: true,
  destinations,
  available: [],
});
const { id, bankName, last4, currency } = bank();
const toBank = exampleEffect({ destination: { kind: 'bank', id, bankName, last4, currency } });
const toHidden = exampleEffect();

describe('the bank behind an account', () => {
  test.each<[string, typeof toBank, AccountSnapshot]>([
    ['is the one that was signed', toBank, account([bank()])],
    ['is one of several', toBank, account([bank({ id: 'ba_2', last4: '2222' }), bank({ isDefault: false })])],
    ['was hidden and is', toHidden, account('hidden')],
  ])('%s: no drift', (_, effect, snapshot) => {
    expect(destinationDrift(effect, snapshot)).toBeNull();
  });

  const gone = { missing: true, code: 'c', message: 'm' } as const;
  const other = bank({ id: 'ba_2', bankName: 'BRAVO BANK', last4: '2222' });
  test.each<[string, typeof toBank, Parameters<typeof destinationDrift>[1], string, string]>([
    ['an account that is gone', toBank, gone, 'ALPHA BANK ••1111', 'the account is no longer there'],
    ['an account that nobody has', toHidden, undefined, 'hidden by Stripe', 'the account is no longer there'],
    ['a bank that is hidden now', toBank, account('hidden'), 'ALPHA BANK ••1111', 'hidden by Stripe'],
    ['a bank that is shown now', toHidden, account([bank()]), 'hidden by Stripe', 'now shown by Stripe'],
    ['no bank any more', toBank, account([]), 'ALPHA BANK ••1111', 'no bank account'],
    ['another bank', toBank, account([other]), 'ALPHA BANK ••1111', 'BRAVO BANK ••2222'],
    [
      'another number under the same id',
      toBank,
      account([bank({ last4: '9' })]),
      'ALPHA BANK ••1111',
      'ALPHA BANK ••9',
    ],
    [
      'the same number under another id',
      toBank,
      account([bank({ id: 'x' })]),
      'ALPHA BANK ••1111',
      'ALPHA BANK ••1111',
    ],
    [
      'of several, the default of the currency is named',
      toBank,
      account([bank({ id: 'x', currency: 'EUR', last4: '3' }), bank({ id: 'y', isDefault: false, last4: '4' }), other]),
      'ALPHA BANK ••1111',
      'BRAVO BANK ••2222',
    ],
    [
      'without a default of the currency, the first is',
      toBank,
      account([bank({ id: 'x', currency: 'EUR', last4: '3' }), bank({ id: 'y', isDefault: false, last4: '4' })]),
      'ALPHA BANK ••1111',
      'ALPHA BANK ••3',
    ],
  ])('%s', (_, effect, snapshot, signed, found) => {
    expect(destinationDrift(effect, snapshot)).toEqual({ what: 'destination', subject: 'acct_1', signed, found });
  });
});

describe('a page', () => {
  const recheck = (provider: ScriptedProvider) =>
    destinationRecheck(new AccountReader({ provider, now: () => new Date('2026-11-22T10:00:00.000Z') }));
  const notice = { ...toHidden, kind: 'notify', data: {} } as unknown as Effect;

  test('that pays nobody asks nobody', async () => {
    const provider = new ScriptedProvider();
    provider.brokenReads = 1;
    expect(await recheck(provider)([notice])).toBeNull();
    expect(provider.brokenReads).toBe(1);
  });

  test('has drifted with any of its payees, all of whom are read in one call', async () => {
    const provider = new ScriptedProvider().open('acct_1', { USD: 1n });
    const found = provider.accounts.get('acct_1');
    if (found !== undefined) found.destinations = 'hidden';
    let calls = 0;
    const readAccounts = provider.readAccounts.bind(provider);
    provider.readAccounts = async (ids) => {
      calls += 1;
      return readAccounts(ids);
    };
    const second = exampleEffect({ account: 'acct_2' });
    expect(await recheck(provider)([toHidden, notice])).toBeNull();
    calls = 0;
    expect(await recheck(provider)([toHidden, second])).toMatchObject({ subject: 'acct_2' });
    expect(calls).toBe(1);
  });
});

test.each<[Drift['what'], string]>([
  ['destination', 'The bank account of S has changed'],
  ['plan', 'The stored plan has changed'],
  ['page', 'The stored effects of S have changed'],
  ['policy', 'The approval policy has become stricter'],
  ['role', 'A signature no longer holds'],
  ['code', 'The plugin has changed'],
  ['provider', 'The payment provider’s account has changed'],
  ['record', 'S has changed'],
])('what is said of drift in the %s', (what, begins) => {
  expect(driftSentence({ what, subject: 'S', signed: 'old', found: 'new' })).toBe(
    `${begins} since the plan was signed: signed was old, found is new. Nothing more was done. Run it again to plan with what is true now.`,
  );
});
