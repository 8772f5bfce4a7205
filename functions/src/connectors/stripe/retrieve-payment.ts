import { AppError, isAppError } from '@countersign/domain/errors';
import type Stripe from 'stripe';
import * as z from 'zod';
import type { PaymentNow, RetrieveRequest } from '../../effects/payment-provider.ts';
import { payoutSchema } from './create-payout.ts';
import { transferSchema } from './create-transfer.ts';
import { fromStripeAmount } from './exponents.ts';
import { EFFECT_KEY, KEY_KEY } from './metadata.ts';
import { read } from './read-error.ts';

const retrievedPayoutSchema = payoutSchema.extend({ amount: z.int(), currency: z.string() });

/**
 * A payout or a transfer as it stands at Stripe now, whatever the events about it said and in what order they came.
 * @throws AppError `unavailable` (retryable) or `provider_error`
 */
export async function retrievePayment(client: Stripe, query: RetrieveRequest): Promise<PaymentNow | null> {
  try {
    return query.kind === 'payout' ? await retrievePayout(client, query) : await retrieveTransfer(client, query);
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found') return null;
    throw error;
  }
}

async function retrievePayout(client: Stripe, { account, providerId }: RetrieveRequest): Promise<PaymentNow> {
  const answer = await read(() => client.payouts.retrieve(providerId, {}, { stripeAccount: account }));
  const payout = parse(retrievedPayoutSchema, answer);
  const returned = payout.status === 'failed' || payout.status === 'canceled';
  return {
    ...common(payout, account),
    state: returned ? 'returned' : payout.status === 'paid' ? 'settled' : 'in_transit',
    code: returned ? (payout.failure_code ?? payout.status) : null,
    message: returned ? (payout.failure_message ?? `Stripe's payout ${payout.id} is ${payout.status}`) : null,
  };
}

/** A transfer of which only a part was taken back stands: its journal says all of it, and the balances then differ. */
async function retrieveTransfer(client: Stripe, { account, providerId }: RetrieveRequest): Promise<PaymentNow | null> {
  const transfer = parse(transferSchema, await read(() => client.transfers.retrieve(providerId)));
  const destination = typeof transfer.destination === 'string' ? transfer.destination : transfer.destination?.id;
  if (destination !== account) return null;
  const returned = transfer.reversed === true;
  return {
    ...common(transfer, account),
    state: returned ? 'returned' : 'settled',
    code: returned ? 'transfer_reversed' : null,
    message: returned ? `Stripe's transfer ${transfer.id} was reversed` : null,
  };
}

function common(
  payment: {
    readonly id: string;
    readonly amount: number;
    readonly currency: string;
    readonly metadata?: Record<string, string> | null | undefined;
  },
  account: string,
): Pick<PaymentNow, 'providerId' | 'account' | 'currency' | 'amountMinor' | 'effectId' | 'idempotencyKey'> {
  return {
    providerId: payment.id,
    account,
    currency: payment.currency.toUpperCase(),
    amountMinor: fromStripeAmount(payment.amount, payment.currency)?.toString() ?? null,
    effectId: payment.metadata?.[EFFECT_KEY] ?? null,
    idempotencyKey: payment.metadata?.[KEY_KEY] ?? null,
  };
}

function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const { data, error } = schema.safeParse(answer);
  if (data === undefined) throw new AppError('provider_error', `Stripe's answer is not as expected: ${error?.message}`);
  return data;
}
