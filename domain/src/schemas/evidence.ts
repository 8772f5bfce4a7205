import * as z from 'zod';
import { daySchema, idSchema, instantSchema, sha256Schema } from './common.ts';

/** What an evidence pack is about: see `evidence/pack.ts`. */
export const evidenceSubjectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('execution'), executionId: idSchema }),
  /** Days in UTC, both included. */
  z.strictObject({ kind: z.literal('period'), from: daySchema, to: daySchema }),
  /** Proofs from checkpoints of these sizes to the newest: what ties an older pack to a later checkpoint. */
  z.strictObject({ kind: z.literal('consistency'), audit: z.int().min(1), ledger: z.int().min(1) }),
]);
export type EvidenceSubject = z.infer<typeof evidenceSubjectSchema>;

/** `beancount`, `hledger`: for those tools. `csv`: journals as `journal-import` reads them. `chart`: the accounts as CSV. */
export const ledgerFormatSchema = z.enum(['beancount', 'hledger', 'csv', 'chart']);
export type LedgerFormat = z.infer<typeof ledgerFormatSchema>;
/** The whole ledger as it stands, as a file for another tool. */
export const ledgerSubjectSchema = z.strictObject({ kind: z.literal('ledger'), format: ledgerFormatSchema });

/** `orgs/{orgId}/exports/{exportId}`: an evidence pack, or the ledger, that somebody asked for as a file, and where it lies when it is made. */
export const evidenceExportSchema = z.strictObject({
  id: idSchema,
  subject: z.discriminatedUnion('kind', [...evidenceSubjectSchema.options, ledgerSubjectSchema]),
  /** Whether it opens the commitments of personal values. */
  personal: z.boolean(),
  state: z.enum(['waiting', 'ready', 'failed']),
  requestedBy: z.string(),
  requestedAt: instantSchema,
  file: z
    .strictObject({
      name: z.string(),
      storagePath: z.string(),
      generation: z.string(),
      sha256: sha256Schema,
      sizeBytes: z.int().min(0),
    })
    .nullable(),
  counts: z
    .strictObject({
      lines: z.int(),
      executions: z.int(),
      documents: z.int(),
      events: z.int(),
      journals: z.int(),
      leaves: z.int(),
    })
    .nullable(),
  /** Sizes of the checkpoints that all its proofs lead to; null without proofs. */
  checkpoints: z.strictObject({ audit: z.int(), ledger: z.int() }).nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  endedAt: instantSchema.nullable(),
  version: z.int().min(1),
});
export type EvidenceExport = z.infer<typeof evidenceExportSchema>;
/** One for an evidence pack. */
export type EvidenceRequest = EvidenceExport & { readonly subject: EvidenceSubject };
