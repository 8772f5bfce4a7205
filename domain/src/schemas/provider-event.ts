import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/**
 * `orgs/{orgId}/providerEvents/{eventId}`: what the provider told us of a payment after it was made, once for each event
 * of its. It says only that there is news: what the news is, the provider is asked. The outcome itself, and the audit
 * event of its change, stay with the execution.
 */
export const providerEventSchema = z.strictObject({
  id: idSchema,
  /** The provider's own word, such as `payout.failed`. */
  type: z.string().max(60),
  kind: z.enum(['payout', 'transfer']),
  /** The connected account that was paid. */
  account: z.string().max(100),
  providerId: z.string().max(100),
  executionId: idSchema,
  /** `attempt-index` of the page of outcomes, and the effect in it. */
  page: z.string().regex(/^\d{1,9}-\d{1,9}$/),
  effectId: idSchema,
  /**
   * `waiting` for the outcome to be there, or for the provider's answer; `applied` when it changed the outcome;
   * `unchanged` when that was so already; `refused` when the payment is not what it calls itself; `abandoned` when it
   * had waited too long.
   */
  state: z.enum(['waiting', 'applied', 'unchanged', 'refused', 'abandoned']),
  reason: z.string().max(300).nullable(),
  receivedAt: instantSchema,
  doneAt: instantSchema.nullable(),
});
export type ProviderEvent = z.infer<typeof providerEventSchema>;
