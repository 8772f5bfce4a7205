import { expect, it } from 'vitest';
import { payoutStep } from './currencies.ts';
import { demoAccounts } from './demo-accounts.ts';
import { createLocalStripe } from './server.ts';

it('gives the same accounts for the same seed, and more of them when asked', () => {
  const accounts = demoAccounts(7, 20);
  expect(demoAccounts(7, 20)).toEqual(accounts);
  expect(demoAccounts(7, 50).slice(0, 20)).toEqual(accounts);
  expect(demoAccounts(8, 20)).not.toEqual(accounts);
  // A changed generator would change every demo: this id stands for all of them.
  expect(accounts[0]?.id).toMatchInlineSnapshot(`"acct_1SEYjF9lWCMIXIyF"`);
});

it('gives what a payout run meets: several currencies, hidden banks, payouts disabled', () => {
  const accounts = demoAccounts(1, 500);
  expect(new Set(accounts.map(({ id }) => id)).size).toBe(500);
  expect(new Set(accounts.map(({ defaultCurrency }) => defaultCurrency))).toEqual(
    new Set(['usd', 'eur', 'gbp', 'jpy', 'kwd']),
  );
  expect(accounts.filter(({ defaultCurrency }) => defaultCurrency === 'usd').length).toBeGreaterThan(250);
  expect(accounts.filter(({ payoutsEnabled }) => !payoutsEnabled)).toHaveLength(1);
  expect(accounts[2]?.type).toBe('standard');
  for (const account of accounts) {
    for (const [currency, amount] of Object.entries(account.available ?? {})) {
      expect(
        Number.isSafeInteger(amount) && amount >= 0 && amount % payoutStep(currency) === 0,
        `${amount} ${currency}`,
      ).toBe(true);
      expect(account.externalAccounts?.some((external) => external.currency === currency)).toBe(true);
    }
  }
});

it('is accepted by the local Stripe', async () => {
  const local = createLocalStripe();
  const { url } = await local.listen(0);
  try {
    const response = await fetch(`${url}/__local/accounts`, {
      method: 'POST',
      body: JSON.stringify(demoAccounts(1, 500)),
    });
    expect(await response.json()).toEqual({ accounts: 500 });
  } finally {
    await local.close();
  }
});
