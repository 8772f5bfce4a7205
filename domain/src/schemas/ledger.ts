import * as z from 'zod';
import {
  storedAsText,
  currencySchema,
  daySchema,
  idSchema,
  instantSchema,
  minorSchema,
  sha256Schema,
} from './common.ts';
import { journalDraftSchema, journalEntryDraftSchema } from './effect.ts';

export const accountTypeSchema = z.enum(['asset', 'liability', 'equity', 'income', 'expense']);

/** `orgs/{orgId}/accounts/{accountId}`. Normal side: debit for assets and expenses, credit for the others. */
export const accountSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(120),
  type: accountTypeSchema,
  parentId: idSchema.nullable(),
  depth: z.int().min(0).max(8),
  /** Ids from the root to the parent: balances roll up along it. */
  path: z.array(idSchema).max(8),
  /** Only a leaf takes entries. */
  postable: z.boolean(),
  closed: z.boolean(),
  /** The connected provider account that this one mirrors, if any. */
  mirrors: z.strictObject({ connector: z.literal('stripe'), account: z.string() }).nullable(),
  /** Its leaf in the ledger stream. */
  seq: z.int().min(0),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type Account = z.infer<typeof accountSchema>;

/** `orgs/{orgId}/balances/{accountId}_{currency}`: sums of entries, of leaves and rolled up into their ancestors. */
export const balanceSchema = z.strictObject({
  accountId: idSchema,
  currency: currencySchema,
  parentId: idSchema.nullable(),
  depth: z.int(),
  postable: z.boolean(),
  postedDebitMinor: minorSchema,
  postedCreditMinor: minorSchema,
  pendingDebitMinor: minorSchema,
  pendingCreditMinor: minorSchema,
  /** Stream size just after the step that changed it last. */
  asOfSize: z.int(),
  updatedAt: instantSchema,
});
export type Balance = z.infer<typeof balanceSchema>;

export const journalStateSchema = z.enum(['pending', 'posted', 'voided']);
/** A step in a journal's life: each is one leaf of the ledger stream. */
export const journalStepSchema = z.strictObject({
  step: z.enum(['pending', 'posted', 'voided']),
  seq: z.int(),
  at: instantSchema,
  reason: z.string().nullable(),
});

/** `orgs/{orgId}/journals/{journalId}`; the id derives from the intent's. Entries never change; steps are only added. */
export const journalSchema = z.strictObject({
  id: idSchema,
  state: journalStateSchema,
  memo: z.string(),
  effectiveDay: daySchema,
  entries: storedAsText(z.array(journalEntryDraftSchema).min(2).max(500)),
  /** Distinct account ids, for the register's query. */
  accounts: z.array(idSchema),
  source: z.strictObject({ executionId: idSchema.nullable(), effectId: idSchema.nullable(), kind: z.string() }),
  steps: storedAsText(z.array(journalStepSchema).min(1).max(3)),
  /** The journal that this one takes back, side for side; and the one that has taken this one back. */
  reverses: idSchema.nullable().default(null),
  reversedBy: idSchema.nullable().default(null),
  recordedAt: instantSchema,
});
export type Journal = z.infer<typeof journalSchema>;

export function toStoredJournal(journal: Journal): Record<string, unknown> {
  return { ...journal, entries: JSON.stringify(journal.entries), steps: JSON.stringify(journal.steps) };
}

/** What a commit asks of the ledger writer. Ids are given by whoever asks, so that asking twice is once. */
export const ledgerIntentSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('open_account'),
    id: idSchema,
    account: accountSchema.omit({ createdAt: true, version: true, depth: true, path: true, seq: true }),
  }),
  /** `pending` for money about to move, `posted` for what has happened already. */
  z.strictObject({
    type: z.literal('record'),
    id: idSchema,
    state: z.enum(['pending', 'posted']),
    journal: journalDraftSchema,
    source: journalSchema.shape.source,
  }),
  z.strictObject({ type: z.literal('post'), id: idSchema, journalId: idSchema }),
  z.strictObject({ type: z.literal('void'), id: idSchema, journalId: idSchema, reason: z.string() }),
  /** Takes a posted journal back, by a posted journal of its own (of this id) with the sides swapped. Once. */
  z.strictObject({
    type: z.literal('reverse'),
    id: idSchema,
    journalId: idSchema,
    memo: z.string().max(300),
    source: journalSchema.shape.source,
  }),
]);
export type LedgerIntent = z.infer<typeof ledgerIntentSchema>;

export const streamNameSchema = z.enum(['ledger', 'audit']);
export type StreamName = z.infer<typeof streamNameSchema>;

/** `orgs/{orgId}/streams/{name}`: the head. Hashes are hex. */
export const streamHeadSchema = z.strictObject({
  name: streamNameSchema,
  size: z.int().min(0),
  root: sha256Schema,
  /** RFC 6962 frontier: roots of the complete subtrees, largest first. */
  frontier: z.array(sha256Schema).max(64),
  checkpointSize: z.int().min(0),
  checkpointAt: instantSchema.nullable(),
  /** When the first leaf that no checkpoint covers came in; null when all are covered. The tick looks for it. */
  unsealedSince: instantSchema.nullable(),
  updatedAt: instantSchema,
});
export type StreamHead = z.infer<typeof streamHeadSchema>;

/** `streams/{name}/inbox/{id}`: all intents of one commit as JSON text of an array, at most 500 KiB and 1,000 intents. */
export const inboxSchema = z.strictObject({
  id: idSchema,
  createdAt: instantSchema,
  count: z.int().min(1).max(1000),
  intents: z.string(),
});
export type Inbox = z.infer<typeof inboxSchema>;

/**
 * `streams/{name}/results/{inboxId}`: what was refused, written in the commit that deletes the inbox document, and only
 * when something was: an inbox document that is gone without a result was accepted whole.
 */
export const inboxResultSchema = z.strictObject({
  id: idSchema,
  refused: z.array(z.strictObject({ intentId: idSchema, code: z.string(), message: z.string() })),
  decidedAt: instantSchema,
});
export type InboxResult = z.infer<typeof inboxResultSchema>;

/** `streams/{name}/tiles/{level}-{index}`: up to 256 hashes, concatenated hex. */
export const tileSchema = z.strictObject({
  level: z.int(),
  index: z.int(),
  width: z.int().min(1).max(256),
  hashes: z.string(),
});
export type Tile = z.infer<typeof tileSchema>;

/** `orgs/{orgId}/checkpoints/{name}-{size}`: a signed note in the C2SP checkpoint format. */
export const checkpointSchema = z.strictObject({
  stream: streamNameSchema,
  origin: z.string(),
  size: z.int(),
  root: sha256Schema,
  note: z.string(),
  keyId: z.string(),
  at: instantSchema,
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
