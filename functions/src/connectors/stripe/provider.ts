import { sha256Hex } from '@countersign/domain/hash';
import Stripe from 'stripe';
import type { PaymentProvider, PayRequest, Performed } from '../../effects/payment-provider.ts';
import { createStripeClient, modeOf } from './client.ts';
import type { StripeClientOptions } from './client.ts';
import { createPayout, resultOf } from './create-payout.ts';
import { createTransfer, transferResultOf } from './create-transfer.ts';
import { findPayout, findTransfer } from './find-payment.ts';
import { metadataOf } from './metadata.ts';
import { readAccounts, readPlatformBalance } from './read-balances.ts';
import { read } from './read-error.ts';
import { retrievePayment } from './retrieve-payment.ts';

export interface StripeProviderOptions extends StripeClientOptions {
  /** Accounts read at once; each takes two calls. */
  readonly readsAtOnce?: number;
}

/** Stripe as the engine's payment provider. */
export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const client: Stripe = createStripeClient(options);
  const mode = modeOf(options.secretKey);
  return {
    identity: async () => ({ connector: 'stripe', account: await ownAccount(client, options.secretKey), mode }),
    readAccounts: (accounts) => readAccounts(client, accounts, { concurrency: options.readsAtOnce ?? 12 }),
    readPlatformBalance: () => readPlatformBalance(client),
    pay: (request) => pay(client, request),
    find: async (query) => {
      if (query.kind === 'transfer') {
        const transfer = await findTransfer(client, query);
        return transfer === null ? null : transferResultOf(transfer);
      }
      const payout = await findPayout(client, query);
      return payout === null ? null : performed(resultOf(payout));
    },
    retrieve: (query) => retrievePayment(client, query),
  };
}

async function pay(client: Stripe, request: PayRequest): Promise<Performed> {
  const { data, ids } = request;
  const common = {
    account: data.account,
    amountMinor: data.amountMinor,
    currency: data.currency,
    description: data.description,
    metadata: metadataOf(ids, data.reference),
    idempotencyKey: ids.idempotencyKey,
  };
  if (request.kind === 'transfer') return createTransfer(client, common);
  const { destination } = request.data;
  const destinationId = destination.kind === 'bank' ? destination.id : undefined;
  return performed(await createPayout(client, { ...common, destinationId }));
}

const NOT_FOUND = 404;

/**
 * The platform's own account. A Stripe-compatible server that has no such page is named by the key it is called with:
 * what approvals are bound to must still be one and the same account.
 */
async function ownAccount(client: Stripe, secretKey: string): Promise<string> {
  try {
    return (await read(() => client.accounts.retrieveCurrent())).id;
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof Stripe.errors.StripeError) || cause.statusCode !== NOT_FOUND) throw error;
    return `key-${sha256Hex(secretKey).slice(0, 16)}`;
  }
}

function performed(result: ReturnType<typeof resultOf>): Performed {
  if (result.status !== 'succeeded') return result;
  const { status, providerId, settlement } = result;
  return { status, providerId, settlement };
}
