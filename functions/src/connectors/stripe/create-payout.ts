import { toMinor } from '@countersign/domain/money/money';
import type { MinorString } from '@countersign/domain/money/money';
import { formatMoney } from '@countersign/domain/money/money';
import type Stripe from 'stripe';
import * as z from 'zod';
import { watchAttempts } from './client.ts';
import { toStripeAmount } from './exponents.ts';
import { mapStripeError } from './map-error.ts';

export interface PayoutRequest {
  readonly account: string;
  /** ISO 4217 minor units. */
  readonly amountMinor: MinorString;
  readonly currency: string;
  /** Left out where Stripe hides the destinations: Stripe then pays to the account's own default. */
  readonly destinationId?: string | undefined;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly idempotencyKey: string;
  /** Refuse less than this, in ISO 4217 minor units. */
  readonly minimum?: MinorString | undefined;
}

export type PayoutResult =
  | {
      readonly status: 'succeeded';
      readonly providerId: string;
      readonly settlement: 'in_transit' | 'settled';
      readonly arrivalDate: string | null;
    }
  | {
      readonly status: 'failed' | 'unknown' | 'not_done';
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
      readonly returnedId?: string;
    };

export const payoutSchema = z.object({
  id: z.string(),
  status: z.string(),
  arrival_date: z.number().nullish(),
  failure_code: z.string().nullish(),
  failure_message: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export type StripePayout = z.infer<typeof payoutSchema>;

/**
 * One payout from a connected account's balance to its bank. Never throws for what Stripe answers or fails to
 * answer: `failed` is a definite refusal, `not_done` may be sent again, `unknown` may have been paid.
 */
export async function createPayout(client: Stripe, request: PayoutRequest): Promise<PayoutResult> {
  const amount = toStripeAmount(toMinor(request.amountMinor), request.currency);
  if (!amount.ok) return refusal(amount.code, amount.message);
  if (request.minimum !== undefined && toMinor(request.amountMinor) < toMinor(request.minimum)) {
    return refusal(
      'amount_too_small',
      `The least payout is ${formatMoney(toMinor(request.minimum), request.currency)}`,
    );
  }
  const params: Stripe.PayoutCreateParams = {
    amount: amount.amount,
    currency: request.currency.toLowerCase(),
    description: request.description,
    metadata: { ...request.metadata },
    ...(request.destinationId === undefined ? {} : { destination: request.destinationId }),
  };
  const { result, doubtfulBefore } = await watchAttempts(() =>
    client.payouts.create(params, { stripeAccount: request.account, idempotencyKey: request.idempotencyKey }),
  );
  if (result.ok) return resultOf(result.value);
  const { outcome, code, message, retryable } = mapStripeError(result.error, { doubtfulBefore });
  return { status: outcome, code, message, retryable };
}

/** What a payout of Stripe's amounts to: returned money is a failure, what is paid has arrived, all else is on its way. */
export function resultOf(answer: unknown): PayoutResult {
  const { data: payout } = payoutSchema.safeParse(answer);
  if (payout === undefined) {
    return {
      status: 'unknown',
      code: 'provider_answer',
      message: 'Stripe accepted the payout, but its answer can not be read',
      retryable: false,
    };
  }
  if (payout.status === 'failed' || payout.status === 'canceled') {
    const message = payout.failure_message ?? `Stripe's payout ${payout.id} is ${payout.status}`;
    return { ...refusal(payout.failure_code ?? payout.status, message), returnedId: payout.id };
  }
  return {
    status: 'succeeded',
    providerId: payout.id,
    settlement: payout.status === 'paid' ? 'settled' : 'in_transit',
    arrivalDate: dayOf(payout.arrival_date),
  };
}

function refusal(code: string, message: string): Extract<PayoutResult, { status: 'failed' | 'unknown' | 'not_done' }> {
  return { status: 'failed', code, message, retryable: false };
}

/** `YYYY-MM-DD` in UTC, from Unix seconds. */
function dayOf(seconds: number | null | undefined): string | null {
  return seconds === null || seconds === undefined ? null : new Date(seconds * 1000).toISOString().slice(0, 10);
}
