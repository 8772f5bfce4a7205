import type { PaymentProvider } from '../../effects/payment-provider.ts';
import type { SecretReader } from '../../secret-in-force.ts';
import { createStripeProvider } from './provider.ts';

/**
 * Stripe with a key that is fetched when it is needed, and again when the secret's cache has run out: a rotated key
 * needs no restart.
 */
export function lazyProvider(apiBase: string | null, readSecret: SecretReader): PaymentProvider {
  let current: { key: string; provider: PaymentProvider } | null = null;
  const provider = async (): Promise<PaymentProvider> => {
    const key = await readSecret('stripe-secret-key');
    if (current?.key !== key)
      current = {
        key,
        provider: createStripeProvider({ secretKey: key, apiBase: apiBase === null ? undefined : new URL(apiBase) }),
      };
    return current.provider;
  };
  return {
    identity: async () => (await provider()).identity(),
    readAccounts: async (accounts) => (await provider()).readAccounts(accounts),
    readPlatformBalance: async () => (await provider()).readPlatformBalance(),
    pay: async (request) => (await provider()).pay(request),
    find: async (request) => (await provider()).find(request),
    retrieve: async (request) => (await provider()).retrieve(request),
  };
}
