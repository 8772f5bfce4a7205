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
  /** `full`: all of it; `clock`: only what waits too long, since the streams never stood still or are too long to be read in one go. */
  scope: z.enum(['full', 'clock']),
  /** Why it was not all of it. */
  because: z.string().nullable(),
  ledgerSize: z.int().min(0),
  auditSize: z.int().min(0),
  findingCount: z.int().min(0),
  /** The first of them. */
  findings: z.array(z.strictObject({ check: z.string(), where: z.string(), message: z.string() })).max(20),
  tookMs: z.int().min(0),
  nextAt: instantSchema,
});
export type CheckResult = z.infer<typeof checkResultSchema>;
