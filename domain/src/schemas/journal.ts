import * as z from 'zod';
import { storedAsText, daySchema, idSchema, instantSchema, minorSchema } from './common.ts';
import { journalEntryDraftSchema, journalMetadataSchema } from './effect.ts';

export const journalStateSchema = z.enum(['pending', 'posted', 'voided']);

/** A step in a journal's life: each is one leaf of the ledger stream. */
export const journalStepSchema = z.strictObject({
  step: z.enum(['pending', 'posted', 'voided']),
  seq: z.int(),
  at: instantSchema,
  reason: z.string().nullable(),
  /** The day that it had, when posting it had to take another because that one's period had closed. */
  routedFrom: daySchema.nullable().default(null),
});

/** `orgs/{orgId}/journals/{journalId}`; the id derives from the intent's. Entries never change; steps are only added. */
export const journalSchema = z.strictObject({
  id: idSchema,
  state: journalStateSchema,
  memo: z.string(),
  /** The day that it counts for. */
  effectiveDay: daySchema,
  entries: storedAsText(z.array(journalEntryDraftSchema).min(2).max(500)),
  /** Distinct account ids, for the register's query. */
  accounts: z.array(idSchema),
  metadata: journalMetadataSchema.default({}),
  source: z.strictObject({ executionId: idSchema.nullable(), effectId: idSchema.nullable(), kind: z.string() }),
  steps: storedAsText(z.array(journalStepSchema).min(1).max(3)),
  /** The day that was asked for, in a period that was closed by then: it counts for the first open day instead. */
  lateFor: daySchema.nullable().default(null),
  /** All journals recorded with it, all or none. */
  group: idSchema.nullable().default(null),
  /** A pending journal that is neither posted nor voided by then is voided. */
  expiresAt: instantSchema.nullable().default(null),
  /** The journal that this one takes back, side for side; and the one that has taken all (or the last) of this one back. */
  reverses: idSchema.nullable().default(null),
  reversedBy: idSchema.nullable().default(null),
  /** Journals that have taken back part of it (fifty, and one that takes the rest), and how much of each entry they have,
   * in minor units; empty without any. */
  partReversals: z.array(idSchema).max(51).default([]),
  reversedMinor: z.array(minorSchema).max(500).default([]),
  /** The voided journal whose money moved after all, and the one that booked it then. */
  revives: idSchema.nullable().default(null),
  revivedBy: idSchema.nullable().default(null),
  /** Entries that could not go where they should, and lie in the suspense account. */
  suspended: z
    .array(z.strictObject({ entry: z.int().min(0), accountId: idSchema, reason: z.string() }))
    .max(500)
    .default([]),
  recordedAt: instantSchema,
});
export type Journal = z.infer<typeof journalSchema>;

/** Fields that most journals say nothing in: absent in the document, since each would be stored and indexed. */
const OFTEN_EMPTY = [
  'metadata',
  'lateFor',
  'group',
  'expiresAt',
  'partReversals',
  'reversedMinor',
  'revives',
  'revivedBy',
  'suspended',
] as const satisfies readonly (keyof Journal)[];

export function toStoredJournal(journal: Journal): Record<string, unknown> {
  const stored: Record<string, unknown> = {
    ...journal,
    entries: JSON.stringify(journal.entries),
    steps: JSON.stringify(journal.steps),
  };
  for (const field of OFTEN_EMPTY) {
    const value = journal[field];
    if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) delete stored[field];
  }
  return stored;
}
