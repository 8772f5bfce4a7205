import * as z from 'zod';
import { instantSchema } from './common.ts';

/**
 * `orgs/{orgId}/checks/latest`: what the continuous check found last. It reads the streams, documents, balances and
 * roll-ups, recomputes what can be computed, and compares; what does not hold is an alert as well.
 */
export const checkResultSchema = z.strictObject({
  at: instantSchema,
  /** Everything held. */
  ok: z.boolean(),
  /**
   * `full`: all of it; `cycle`: what is new, and the next part of a walk over everything, of books that are too large for one
   * go; `clock`: only what waits too long, since the streams never stood still.
   */
  scope: z.enum(['full', 'cycle', 'clock']),
  /** Why it was not all of it. */
  because: z.string().nullable(),
  ledgerSize: z.int().min(0),
  auditSize: z.int().min(0),
  findingCount: z.int().min(0),
  /** The first of them. */
  findings: z.array(z.strictObject({ check: z.string(), where: z.string(), message: z.string() })).max(20),
  /** Of a check in parts: how far it is. */
  cycle: z
    .strictObject({
      number: z.int().min(0),
      /** Of the one that is under way; null when none is. */
      startedAt: instantSchema.nullable(),
      percent: z.int().min(0).max(100).nullable(),
      turns: z.int().min(0),
      /** The last one that came to its end: whatever was changed before it began was found by it. */
      last: z
        .strictObject({ startedAt: instantSchema, endedAt: instantSchema, findingCount: z.int().min(0) })
        .nullable(),
    })
    .nullable()
    .default(null),
  tookMs: z.int().min(0),
  nextAt: instantSchema,
});
export type CheckResult = z.infer<typeof checkResultSchema>;
