import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/**
 * `orgs/{orgId}/lineages/{executionId}`: an execution that was resumed, with all that resumed it or one another. At most
 * one of them is open at a time: commands read this in their transaction.
 */
export const lineageSchema = z.strictObject({
  /** The first is the one that was asked for; the others in the order in which they began. */
  members: z.array(idSchema).min(1).max(50),
  updatedAt: instantSchema,
});
export type Lineage = z.infer<typeof lineageSchema>;
