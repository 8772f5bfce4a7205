import * as z from 'zod';
import { daySchema, idSchema, instantSchema } from './common.ts';

/** `orgs/{orgId}/periods/{periodId}`: days that are closed together. Each step is a leaf of the ledger stream. */
export const periodSchema = z.strictObject({
  id: idSchema,
  from: daySchema,
  to: daySchema,
  /** Locked is closed for good. */
  state: z.enum(['open', 'closed', 'locked']),
  steps: z
    .array(
      z.strictObject({
        id: idSchema,
        step: z.enum(['opened', 'closed', 'locked', 'reopened']),
        seq: z.int(),
        at: instantSchema,
        reason: z.string(),
      }),
    )
    .min(1)
    .max(200),
  version: z.int().min(1),
});
export type Period = z.infer<typeof periodSchema>;
