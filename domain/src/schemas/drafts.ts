import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/**
 * `orgs/{orgId}/drafts/{executionId-attempt}`: that this attempt at a plan may have made files in Storage, written before
 * it makes the first; and when to look what became of them.
 */
export const draftsSchema = z.strictObject({
  orgId: idSchema,
  executionId: idSchema,
  attempt: z.int().min(0),
  madeAt: instantSchema,
  lookAt: instantSchema,
});
export type Drafts = z.infer<typeof draftsSchema>;
