import * as z from 'zod';
import { currencySchema, idSchema, instantSchema, minorSchema, storedAsText } from './common.ts';
import { claimKindSchema } from './effect.ts';

/** One planned payment. It counts while its execution pays it or has: what came to nothing needs no clean-up. */
export const recentPaymentSchema = z.strictObject({
  amountMinor: minorSchema,
  executionId: idSchema,
  reference: z.string(),
  at: instantSchema,
});
export type RecentPayment = z.infer<typeof recentPaymentSchema>;

/** `orgs/{orgId}/recentPayments/{hash}`: payments of one kind to one account in one currency, of the last 30 days. */
export const recentPaymentsSchema = z.strictObject({
  kind: claimKindSchema,
  account: z.string(),
  currency: currencySchema,
  entries: storedAsText(z.array(recentPaymentSchema).max(5_000)),
  updatedAt: instantSchema,
});
export type RecentPayments = z.infer<typeof recentPaymentsSchema>;
