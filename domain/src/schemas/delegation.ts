import * as z from 'zod';
import { idSchema, instantSchema, roleSchema, sha256Schema } from './common.ts';

export const MAX_DELEGATION_DAYS = 90;

/**
 * `orgs/{orgId}/delegations/{id}`: `toUid` may sign in these roles of `fromUid`, from a time to a time. While it is in
 * force the two count as one person. `endedAt`: taken back early, which voids the signatures that wait on it.
 */
export const delegationSchema = z.strictObject({
  id: idSchema,
  fromUid: z.string(),
  toUid: z.string(),
  roles: z.array(roleSchema).min(1).max(8),
  startsAt: instantSchema,
  endsAt: instantSchema,
  /** Why. */
  comment: z.string().max(1000),
  /** Stands for the comment in hashes: see `audit/event.ts`. */
  commitment: sha256Schema,
  salt: z.string(),
  createdBy: z.string(),
  createdAt: instantSchema,
  endedAt: instantSchema.nullable().default(null),
  endedBy: z.string().nullable().default(null),
  version: z.int().min(1),
});
export type Delegation = z.infer<typeof delegationSchema>;
