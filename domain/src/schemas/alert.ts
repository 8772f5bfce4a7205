import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/**
 * `orgs/{orgId}/alerts/{id}`: something that a treasurer, an auditor or an admin should look at. Derived ids: the same
 * finding is one alert. Made by the ledger's writer and by the continuous check; `acknowledgeAlert` takes it off the list.
 */
export const alertSchema = z.strictObject({
  id: idSchema,
  kind: z.enum([
    /** Entries lie in suspense. */
    'suspense',
    /** Posted for another day, because the period had closed. */
    'late_posting',
    /** A voided journal's money moved after all. */
    'revived',
    /** The ledger's writer did not accept a change of an account or a period. */
    'refused',
    /** Findings of the continuous check. */
    'balance_differs',
    'stream_differs',
    'unsealed',
    'document_differs',
    'checkpoint_differs',
    /** A witness has not cosigned for long. */
    'witness_silent',
    /** A witness has seen another log under the same name. */
    'witness_disagrees',
  ]),
  severity: z.enum(['notice', 'warning', 'critical']),
  message: z.string().max(1000),
  /** The journal or the document that it is about; paths are below the organization. */
  journalId: idSchema.nullable(),
  path: z.string().max(1000).nullable(),
  at: instantSchema,
  /** Found again since then. */
  lastSeenAt: instantSchema,
  state: z.enum(['open', 'acknowledged']),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: instantSchema.nullable(),
  note: z.string().max(1000).nullable(),
});
export type Alert = z.infer<typeof alertSchema>;
