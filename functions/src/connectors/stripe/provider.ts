import { sha256Hex } from '@countersign/domain/hash';
import Stripe from 'stripe';
import type { PayIds, PaymentProvider, Performed } from '../../effects/payment-provider.ts';
import { createStripeClient, modeOf } from './client.ts';
import type { StripeClientOptions } from './client.ts';
import { createPayout, resultOf } from './create-payout.ts';
import { EFFECT_KEY, EXECUTION_KEY, findPayoutByEffect } from './find-payout.ts';
import { readAccounts } from './read-balances.ts';
import { read } from './read-error.ts';

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
    pay: async (request) => {
      if (request.kind === 'transfer') return NO_TRANSFERS;
      const { data, ids } = request;
      return performed(
        await createPayout(client, {
          account: data.account,
          amountMinor: data.amountMinor,
          currency: data.currency,
          destinationId: data.destination.kind === 'bank' ? data.destination.id : undefined,
          description: data.description,
          metadata: metadataOf(ids, data.reference),
          idempotencyKey: ids.idempotencyKey,
        }),
      );
    },
    find: async (query) => {
      const payout = await findPayoutByEffect(client, query);
      return payout === null ? null : performed(resultOf(payout));
    },
  };
}

function metadataOf(ids: PayIds, reference: string): Record<string, string> {
  return {
    [EFFECT_KEY]: ids.effectId,
    [EXECUTION_KEY]: ids.executionId,
    countersign_org: ids.orgId,
    countersign_page: ids.page,
    countersign_key: ids.idempotencyKey,
    countersign_reference: reference,
  };
}

const NO_TRANSFERS: Performed = {
  status: 'failed',
  code: 'transfers_unsupported',
  message: 'This connector makes no transfers',
  retryable: false,
};

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
  return result.status === 'succeeded' ? { status: 'succeeded', providerId: result.providerId } : result;
}
