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
import { journalDraftSchema, journalEntryDraftSchema, journalMetadataSchema } from './effect.ts';

export const accountTypeSchema = z.enum(['asset', 'liability', 'equity', 'income', 'expense']);

/**
 * What the writer holds an account to, in the order of the stream. Amounts are minor units. A guard on an account that
 * sums up others holds for the sum.
 */
export const guardSchema = z.discriminatedUnion('kind', [
  /** The available balance, on the account's normal side, stays at zero or above; in every currency. */
  z.strictObject({ kind: z.literal('not_below_zero') }),
  /** The available balance may go below zero by so much. */
  z.strictObject({ kind: z.literal('credit_limit'), currency: currencySchema, limitMinor: minorSchema }),
  /** Entries of one side that are recorded on one day (UTC) come to no more than this. What is voided the same day is free again. */
  z.strictObject({
    kind: z.literal('daily_limit'),
    currency: currencySchema,
    side: z.enum(['debit', 'credit']),
    limitMinor: minorSchema,
  }),
]);
export type Guard = z.infer<typeof guardSchema>;

/** What can change in an account that is open. */
export const accountChangeableSchema = z.strictObject({
  name: z.string().min(1).max(120),
  /** Subdivision of the organization that it belongs to. */
  branch: idSchema.nullable(),
  guards: z.array(guardSchema).max(10),
  closed: z.boolean(),
  /** The last day that it stood open for. */
  closedOn: daySchema.nullable(),
});
const accountChangeSchema = accountChangeableSchema.partial();
export type AccountChange = z.infer<typeof accountChangeSchema>;

/** One change of an account: a leaf of the ledger stream. `before` and `after` have the same fields. */
export const accountStepSchema = z.strictObject({
  /** The intent's. */
  id: idSchema,
  seq: z.int(),
  at: instantSchema,
  reason: z.string(),
  before: accountChangeSchema,
  after: accountChangeSchema,
});

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
  /** The only currency of its entries; null when it takes any. */
  currency: currencySchema.nullable().default(null),
  branch: idSchema.nullable().default(null),
  /** The first day that an entry may have; null when it may have any. */
  openedOn: daySchema.nullable().default(null),
  closed: z.boolean(),
  closedOn: daySchema.nullable().default(null),
  guards: z.array(guardSchema).max(10).default([]),
  /** The connected provider account that this one mirrors, if any. */
  mirrors: z.strictObject({ connector: z.literal('stripe'), account: z.string() }).nullable(),
  /** Its leaf in the ledger stream. */
  seq: z.int().min(0),
  createdAt: instantSchema,
  /** What has been changed since, in order. */
  changes: z.array(accountStepSchema).max(200).default([]),
  /** 1, and one more with each change. */
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
  /** The last day (UTC) on which entries were recorded, and their sums: what daily limits count. */
  day: daySchema.nullable().default(null),
  dayDebitMinor: minorSchema.default('0'),
  dayCreditMinor: minorSchema.default('0'),
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
  /** Journals that have taken back part of it, and how much of each entry they have, in minor units; empty without any. */
  partReversals: z.array(idSchema).max(50).default([]),
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

/** `orgs/{orgId}/periods/{periodId}`: days that are closed together. Each step is a leaf of the ledger stream. */
export const periodSchema = z.strictObject({
  id: idSchema,
  from: daySchema,
  to: daySchema,
  /** Locked is closed for good. */
  state: z.enum(['open', 'closed', 'locked']),
  steps: z
    .array(
      z.strictObject({
        id: idSchema,
        step: z.enum(['opened', 'closed', 'locked', 'reopened']),
        seq: z.int(),
        at: instantSchema,
        reason: z.string(),
      }),
    )
    .min(1)
    .max(200),
  version: z.int().min(1),
});
export type Period = z.infer<typeof periodSchema>;

/** An account as it is opened. */
export const openingAccountSchema = accountSchema
  .omit({ createdAt: true, version: true, depth: true, path: true, seq: true, changes: true, closedOn: true })
  .partial({ currency: true, branch: true, openedOn: true, guards: true });
export type OpeningAccount = z.infer<typeof openingAccountSchema>;

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

/** One account's share of one day: [account, currency, effective day, posted debit and credit, pending debit and credit]. */
export const feedCellSchema = z.tuple([
  idSchema,
  currencySchema,
  daySchema,
  minorSchema,
  minorSchema,
  minorSchema,
  minorSchema,
]);
export type FeedCell = z.infer<typeof feedCellSchema>;
/**
 * `streams/ledger/feed/{firstSeq, 16 digits}`: what one batch of the writer added (or, negative, took away), by account,
 * currency and effective day. Feeds follow each other without a gap; the months' roll-ups are made from them.
 */
export const feedSchema = z.strictObject({
  firstSeq: z.int().min(0),
  /** Of the next feed: one more than its last leaf. */
  nextSeq: z.int().min(1),
  /** The recorded day (UTC) of all its steps. */
  day: daySchema,
  cells: storedAsText(z.array(feedCellSchema)),
});
export type Feed = z.infer<typeof feedSchema>;

/**
 * `streams/ledger/leaves/{firstSeq, 16 digits}`: which documents tell the leaves of one batch of the writer, and when it
 * recorded them. So the leaves of some days are found by their places, and no index grows with the journals' times.
 */
export const leafBatchSchema = z.strictObject({
  firstSeq: z.int().min(0),
  /** One more than its last leaf. */
  nextSeq: z.int().min(1),
  recordedAt: instantSchema,
  /** `journals/{id}`, `accounts/{id}` or `periods/{id}` of each leaf, in order. */
  documents: storedAsText(z.array(z.string())),
});
export type LeafBatch = z.infer<typeof leafBatchSchema>;

/** One effective day as it was recorded on one day: [effective day, recorded day, posted debit and credit, pending debit and credit]. */
export const monthCellSchema = z.tuple([daySchema, daySchema, minorSchema, minorSchema, minorSchema, minorSchema]);
export type MonthCell = z.infer<typeof monthCellSchema>;
/**
 * `orgs/{orgId}/balanceMonths/{month}~{accountId}_{currency}`: what an account's entries of one effective month come to, by
 * effective and recorded day: past balances are sums of these, as known at the end of any recorded day. Made from the
 * feeds, behind the writer.
 */
export const balanceMonthSchema = z.strictObject({
  accountId: idSchema,
  currency: currencySchema,
  /** `YYYY-MM` */
  month: z.string().regex(/^\d{4}-\d{2}$/),
  cells: storedAsText(z.array(monthCellSchema)),
});
export type BalanceMonth = z.infer<typeof balanceMonthSchema>;
/** `streams/ledger/derived/months`: how far the months go. */
export const monthsCursorSchema = z.strictObject({
  /** The first leaf that they do not cover. */
  nextSeq: z.int().min(0),
  updatedAt: instantSchema,
});
export type MonthsCursor = z.infer<typeof monthsCursorSchema>;

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
  refused: z.array(
    z.strictObject({
      intentId: idSchema,
      code: z.string(),
      message: z.string(),
      /** Which account, in which currency, by how much: of a guard's refusal. */
      details: z.record(z.string(), z.string()).optional(),
    }),
  ),
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
