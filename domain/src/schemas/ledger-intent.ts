import * as z from 'zod';
import { accountChangeSchema, openingAccountSchema } from './account.ts';
import { daySchema, idSchema, instantSchema, minorSchema } from './common.ts';
import { journalDraftSchema } from './effect.ts';
import { journalSchema } from './journal.ts';
import { periodSchema } from './period.ts';

const recordIntentSchema = z.strictObject({
  type: z.literal('record'),
  id: idSchema,
  /** `pending` for money about to move, `posted` for what has happened already. */
  state: z.enum(['pending', 'posted']),
  journal: journalDraftSchema,
  source: journalSchema.shape.source,
  expiresAt: instantSchema.optional(),
  /** It has happened and can't be refused: late, it is routed; past a guard, booked; without its account, in suspense. */
  must: z.literal(true).optional(),
});

/** What a commit asks of the ledger writer. Ids are given by whoever asks, so that asking twice is once. */
export const ledgerIntentSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('open_account'),
    id: idSchema,
    account: openingAccountSchema,
  }),
  z.strictObject({
    type: z.literal('change_account'),
    id: idSchema,
    accountId: idSchema,
    set: accountChangeSchema,
    reason: z.string().max(300),
  }),
  z.strictObject({
    type: z.literal('open_period'),
    id: idSchema,
    period: periodSchema.pick({ id: true, from: true, to: true }),
  }),
  z.strictObject({
    type: z.enum(['close_period', 'lock_period', 'reopen_period']),
    id: idSchema,
    periodId: idSchema,
    reason: z.string().max(300),
  }),
  recordIntentSchema,
  /** All or none. */
  z.strictObject({
    type: z.literal('record_linked'),
    id: idSchema,
    journals: z.array(recordIntentSchema).min(2).max(100),
  }),
  /** Can't be refused while the journal is there: a closed period routes it, and what was voided is booked anew. */
  z.strictObject({ type: z.literal('post'), id: idSchema, journalId: idSchema }),
  z.strictObject({ type: z.literal('void'), id: idSchema, journalId: idSchema, reason: z.string() }),
  /** Voids a pending journal whose time has come. */
  z.strictObject({ type: z.literal('expire'), id: idSchema, journalId: idSchema }),
  /**
   * Takes a posted journal back, or part of it, by a posted journal of its own (of this id) with the sides swapped.
   * Without `day` or `guarded` it can't be refused for its time or its guards: what came back is there.
   */
  z.strictObject({
    type: z.literal('reverse'),
    id: idSchema,
    journalId: idSchema,
    memo: z.string().max(300),
    source: journalSchema.shape.source,
    /** Of each entry, in its order, how much is taken back; all that is left without it. */
    amounts: z.array(minorSchema).max(500).optional(),
    day: daySchema.optional(),
    guarded: z.literal(true).optional(),
  }),
]);
export type LedgerIntent = z.infer<typeof ledgerIntentSchema>;
