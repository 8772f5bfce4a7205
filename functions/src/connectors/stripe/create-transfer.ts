import { toMinor } from '@countersign/domain/money/money';
import type { MinorString } from '@countersign/domain/money/money';
import type Stripe from 'stripe';
import * as z from 'zod';
import type { Performed } from '../../effects/payment-provider.ts';
import { watchAttempts } from './client.ts';
import { toStripeAmount } from './exponents.ts';
import { mapStripeError } from './map-error.ts';

export interface TransferRequest {
  /** The connected account that is paid. */
  readonly account: string;
  /** ISO 4217 minor units. */
  readonly amountMinor: MinorString;
  readonly currency: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly idempotencyKey: string;
}

export const transferSchema = z.object({
  id: z.string(),
  amount: z.int(),
  currency: z.string(),
  destination: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  amount_reversed: z.int().nullish(),
  reversed: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export type StripeTransfer = z.infer<typeof transferSchema>;

/**
 * One transfer from the platform's own balance to a connected account's. Never throws for what Stripe answers or fails
 * to answer: `failed` is a definite refusal, `not_done` may be sent again, `unknown` may have been transferred.
 */
export async function createTransfer(client: Stripe, request: TransferRequest): Promise<Performed> {
  const amount = toStripeAmount(toMinor(request.amountMinor), request.currency);
  if (!amount.ok) return { status: 'failed', code: amount.code, message: amount.message, retryable: false };
  const params: Stripe.TransferCreateParams = {
    amount: amount.amount,
    currency: request.currency.toLowerCase(),
    destination: request.account,
    description: request.description,
    metadata: { ...request.metadata },
  };
  const { result, doubtfulBefore } = await watchAttempts(() =>
    client.transfers.create(params, { idempotencyKey: request.idempotencyKey }),
  );
  if (result.ok) return transferResultOf(result.value);
  const { outcome, code, message, retryable } = mapStripeError(result.error, { doubtfulBefore });
  return { status: outcome, code, message, retryable };
}

/** What a transfer of Stripe's amounts to. It settles at once; one that was taken back whole is a failure. */
export function transferResultOf(answer: unknown): Performed {
  const { data: transfer } = transferSchema.safeParse(answer);
  if (transfer === undefined)
    return {
      status: 'unknown',
      code: 'provider_answer',
      message: 'Stripe accepted the transfer, but its answer can not be read',
      retryable: false,
    };
  if (transfer.reversed === true)
    return {
      status: 'failed',
      code: 'transfer_reversed',
      message: `Stripe's transfer ${transfer.id} was reversed`,
      retryable: false,
      returnedId: transfer.id,
    };
  return { status: 'succeeded', providerId: transfer.id };
}
