import type { AccountInput } from './local-accounts.ts';

/** The platform's own account: what a key belongs to, and what a request without `Stripe-Account` acts on. */
export const PLATFORM: AccountInput = {
  id: 'acct_1LocalPlatform00',
  businessName: 'Countersign demo platform',
  platform: true,
  type: 'standard',
  country: 'US',
  defaultCurrency: 'usd',
  email: 'platform@example.com',
  available: { usd: 25_000_000, eur: 10_000_000 },
  externalAccounts: [
    { id: 'ba_1LocalPlatformUsd00000', bankName: 'STRIPE TEST BANK', last4: '0001', currency: 'usd', country: 'US' },
  ],
};
