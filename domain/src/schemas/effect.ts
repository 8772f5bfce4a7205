import * as z from 'zod';
import {
  currencySchema,
  idSchema,
  instantSchema,
  minorSchema,
  roleSchema,
  sha256Schema,
  storedAsText,
  totalSchema,
} from './common.ts';
import { destinationSchema, problemSchema } from './execution.ts';

/** One side of a journal. Amounts are positive; `side` says which. */
export const journalEntryDraftSchema = z.strictObject({
  accountId: idSchema,
  side: z.enum(['debit', 'credit']),
  amountMinor: minorSchema,
  currency: currencySchema,
});
export const journalMetadataSchema = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,39}$/), z.string().max(200))
  .refine((metadata) => Object.keys(metadata).length <= 20, 'takes at most 20 entries');
export const journalDraftSchema = z.strictObject({
  memo: z.string().max(300),
  effectiveDay: z.string().nullable(),
  entries: z.array(journalEntryDraftSchema).min(2).max(500),
  /** Facts of the caller's own, such as an invoice number; part of the journal's leaf. */
  metadata: journalMetadataSchema.optional(),
  /** What becomes of it when its day is in a closed period: refused unless this says `route`. Without a day it is never late. */
  late: z.enum(['refuse', 'route']).optional(),
});
export type JournalDraft = z.infer<typeof journalDraftSchema>;
export type JournalEntryDraft = z.infer<typeof journalEntryDraftSchema>;

/** What kind of business key a claim is; the same reference may be spent once per kind. */
export const claimKindSchema = z.enum(['payout', 'transfer', 'journal']);
export type ClaimKind = z.infer<typeof claimKindSchema>;
export const claimDraftSchema = z.strictObject({ kind: claimKindSchema, reference: z.string().min(1).max(200) });

/** `needs`: keys of effects before this one. It is skipped unless all of them succeeded. */
const effectBase = {
  key: z.string().min(1).max(200),
  line: z.int().nullable(),
  needs: z.array(z.string().min(1).max(200)).max(20).default([]),
};
/**
 * JSON of a record or a call. An object that is exactly `{"$providerIdOf": key}` stands for the provider's id of an
 * effect that this one needs, and is put in when it is performed.
 */
const jsonSchema = z.json();

export const stripePayoutDataSchema = z.strictObject({
  account: z.string(),
  amountMinor: minorSchema,
  currency: currencySchema,
  destination: destinationSchema,
  description: z.string().max(300),
  reference: z.string(),
  /** The account's available balance when it was planned, in this currency. */
  balanceBeforeMinor: minorSchema,
  /** What must stay available after this payout; looked at again before it is sent. */
  reserveMinor: minorSchema.default('0'),
});
export type StripePayoutData = z.infer<typeof stripePayoutDataSchema>;

/** From the platform's own Stripe balance to a connected account's. */
export const stripeTransferDataSchema = z.strictObject({
  account: z.string(),
  amountMinor: minorSchema,
  currency: currencySchema,
  description: z.string().max(300),
  reference: z.string(),
});
export type StripeTransferData = z.infer<typeof stripeTransferDataSchema>;

/** A file that the plan has made as a draft; applying it publishes exactly these bytes. */
export const filePublishDataSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,120}$/),
  contentType: z.enum(['text/csv', 'text/plain', 'application/json']),
  storagePath: z.string().max(1000),
  generation: z.string().max(40),
  sha256: sha256Schema,
  sizeBytes: z.int().min(0),
  rowCount: z.int().min(0).nullable(),
});

/** The next version of a record of a registered type; version 0 means that there is none yet. */
export const recordWriteDataSchema = z.strictObject({
  type: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  recordId: idSchema,
  expectedVersion: z.int().min(0),
  fields: z.record(z.string().max(100), jsonSchema),
});

export const notifyDataSchema = z.strictObject({
  to: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('member'), uid: idSchema }),
    z.strictObject({ kind: z.literal('role'), role: roleSchema }),
  ]),
  title: z.string().min(1).max(200),
  body: z.string().max(2000),
});

/** A call to a host that the organization has allowed. Without a header for a key, it is made at most once. */
export const httpCallDataSchema = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,60}$/), z.string().max(1000)),
  body: jsonSchema.nullable(),
  idempotencyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,60}$/)
    .nullable(),
});

/** One thing done to the world. `key` is unique in its plan; `line` points into the input file. */
export const effectSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...effectBase,
    kind: z.literal('stripe.payout'),
    data: stripePayoutDataSchema,
    claim: claimDraftSchema,
    journal: journalDraftSchema,
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('stripe.transfer'),
    data: stripeTransferDataSchema,
    claim: claimDraftSchema,
    journal: journalDraftSchema,
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('ledger.journal'),
    data: z.strictObject({ description: z.string().max(300) }),
    claim: claimDraftSchema.nullable(),
    journal: journalDraftSchema,
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('file.publish'),
    data: filePublishDataSchema,
    claim: z.null(),
    journal: z.null(),
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('record.write'),
    data: recordWriteDataSchema,
    claim: z.null(),
    journal: z.null(),
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('notify'),
    data: notifyDataSchema,
    claim: z.null(),
    journal: z.null(),
  }),
  z.strictObject({
    ...effectBase,
    kind: z.literal('http.call'),
    data: httpCallDataSchema,
    claim: z.null(),
    journal: z.null(),
  }),
]);
export type Effect = z.infer<typeof effectSchema>;
export type EffectKind = Effect['kind'];
export type EffectOf<K extends EffectKind> = Extract<Effect, { kind: K }>;

/** `executions/{id}/pages/{attempt-index}`: a page of signed effects; created once, never changed. */
export const pageSchema = z.strictObject({
  attempt: z.int(),
  index: z.int(),
  effects: storedAsText(z.array(effectSchema).max(200)),
  hash: sha256Schema,
  totals: z.array(totalSchema),
  createdAt: instantSchema,
});
export type PlanPage = z.infer<typeof pageSchema>;

export function toStoredPage(page: PlanPage): Record<string, unknown> {
  return { ...page, effects: JSON.stringify(page.effects) };
}

export const outcomeSchema = z.strictObject({
  effectId: idSchema,
  key: z.string(),
  line: z.int().nullable(),
  status: z.enum(['succeeded', 'failed', 'unknown', 'not_done']),
  providerId: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  journalId: idSchema.nullable(),
  /**
   * What became later of money that the provider accepted: on its way, arrived, or come back. One that came back is
   * `failed`, its journal reversed and its claim free.
   */
  settlement: z
    .strictObject({ state: z.enum(['in_transit', 'settled', 'returned']), at: instantSchema })
    .nullable()
    .default(null),
  at: instantSchema,
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** `executions/{id}/outcomes/{attempt-index}`: intents are committed before the page is performed, outcomes after. */
export const pageOutcomesSchema = z.strictObject({
  attempt: z.int(),
  index: z.int(),
  state: z.enum(['intended', 'settled']),
  intents: storedAsText(
    z
      .array(
        z.strictObject({
          effectId: idSchema,
          idempotencyKey: z.string(),
          journalId: idSchema.nullable(),
          /** One of those that it needs did not succeed: it is not performed. */
          skip: z.boolean().default(false),
        }),
      )
      .max(200),
  ),
  outcomes: storedAsText(z.array(outcomeSchema).max(200)),
  intendedAt: instantSchema,
  settledAt: instantSchema.nullable(),
});
export type PageOutcomes = z.infer<typeof pageOutcomesSchema>;

export function toStoredOutcomes(page: PageOutcomes): Record<string, unknown> {
  return { ...page, intents: JSON.stringify(page.intents), outcomes: JSON.stringify(page.outcomes) };
}

/** `executions/{id}/problems/{attempt-index}`: rows that can't be paid, and why; in pages. */
export const problemPageSchema = z.strictObject({
  attempt: z.int(),
  index: z.int(),
  problems: z.array(problemSchema).max(500),
});
export type ProblemPage = z.infer<typeof problemPageSchema>;

/** `executions/{id}/reads/{attempt-index}`: what the plan read from outside, as hashes; part of the digest. */
export const readPageSchema = z.strictObject({
  attempt: z.int(),
  index: z.int(),
  reads: z
    .array(z.strictObject({ call: z.string(), argsHash: sha256Schema, resultHash: sha256Schema, at: instantSchema }))
    .max(500),
});
export type ReadPage = z.infer<typeof readPageSchema>;

/** `executions/{id}/logs/{zero-padded first sequence}` */
export const logPageSchema = z.strictObject({
  first: z.int(),
  lines: z
    .array(
      z.strictObject({
        at: instantSchema,
        level: z.enum(['debug', 'info', 'warn', 'error']),
        source: z.enum(['platform', 'plugin']),
        message: z.string().max(2000),
      }),
    )
    .max(200),
});
export type LogPage = z.infer<typeof logPageSchema>;
export type LogLine = LogPage['lines'][number];

/** `executions/{id}/approvals/{uid}`: a member's signature, or refusal, of a digest. */
export const approvalSchema = z.strictObject({
  uid: z.string(),
  /** Whom a delegate stood for; the two count as one. */
  forUid: z.string().nullable().default(null),
  role: z.string(),
  level: z.int(),
  digest: sha256Schema,
  decision: z.enum(['approved', 'rejected']),
  comment: z.string().max(1000),
  /** Stands for the comment in hashes: see `audit/event.ts`. */
  commitment: sha256Schema,
  salt: z.string(),
  policyId: z.string(),
  policyVersion: z.int(),
  at: instantSchema,
  version: z.int().min(1),
});
export type Approval = z.infer<typeof approvalSchema>;

/**
 * `orgs/{orgId}/claims/{hash}`: a business key that the organization can spend only once. Free when `executionId` is
 * null: then an earlier attempt provably failed, and `attempt`, part of the provider's key, has grown.
 */
export const claimSchema = z.strictObject({
  kind: claimKindSchema,
  reference: z.string(),
  normalized: z.string(),
  executionId: idSchema.nullable(),
  effectId: idSchema.nullable(),
  attempt: z.int().min(1),
  /**
   * It was begun under this attempt since then, and not found at the provider when its run stopped: a worker that
   * stalled may still have sent it, so the next holder asks before it sends.
   */
  askSince: instantSchema.nullable().default(null),
  takenAt: instantSchema,
});
export type Claim = z.infer<typeof claimSchema>;
