import * as z from 'zod';
import { idSchema, instantSchema, minorSchema, storedAsText } from './common.ts';

/** Money of one execution that counts for a requester or a payee; null amount: not known in the base currency. */
export const rollupEntrySchema = z.strictObject({
  /** Null for older entries that were put together. */
  executionId: idSchema.nullable(),
  at: instantSchema,
  amountMinor: minorSchema.nullable(),
});
export type RollupEntry = z.infer<typeof rollupEntrySchema>;

/**
 * `orgs/{orgId}/rollups/{id}`: what lately went, or waits to go, for a requester, to a payee, or from a file (by its
 * SHA-256). An entry is made before the plan asks for signatures and is taken out when the execution ends undone.
 */
export const rollupSchema = z.strictObject({
  kind: z.enum(['requester', 'payee', 'file']),
  subject: z.string(),
  entries: storedAsText(z.array(rollupEntrySchema).max(500)),
  /** Those that have an entry of their own: where an ended execution finds its entries. */
  executionIds: z.array(idSchema).max(500),
  /** Entries were put together, so `executionIds` does not name all. */
  folded: z.boolean(),
  updatedAt: instantSchema,
});
export type Rollup = z.infer<typeof rollupSchema>;

export function toStoredRollup(rollup: Rollup): Record<string, unknown> {
  return { ...rollup, entries: JSON.stringify(rollup.entries) };
}
