import * as z from 'zod';
import {
  currencySchema,
  idSchema,
  instantSchema,
  minorSchema,
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
export const journalDraftSchema = z.strictObject({
  memo: z.string().max(300),
  effectiveDay: z.string().nullable(),
  entries: z.array(journalEntryDraftSchema).min(2).max(500),
});
export type JournalDraft = z.infer<typeof journalDraftSchema>;
export type JournalEntryDraft = z.infer<typeof journalEntryDraftSchema>;

export const claimDraftSchema = z.strictObject({ kind: z.literal('payout'), reference: z.string().min(1).max(200) });

export const stripePayoutDataSchema = z.strictObject({
  account: z.string(),
  amountMinor: minorSchema,
  currency: currencySchema,
  destination: destinationSchema,
  description: z.string().max(300),
  reference: z.string(),
  /** The account's available balance when it was planned, in this currency. */
  balanceBeforeMinor: minorSchema,
});
export type StripePayoutData = z.infer<typeof stripePayoutDataSchema>;

/** One thing done to the world. `key` is unique in its plan; `line` points into the input file. */
export const effectSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('stripe.payout'),
    key: z.string().min(1).max(200),
    line: z.int().nullable(),
    data: stripePayoutDataSchema,
    claim: claimDraftSchema,
    journal: journalDraftSchema,
  }),
]);
export type Effect = z.infer<typeof effectSchema>;
export type EffectKind = Effect['kind'];

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
  at: instantSchema,
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** `executions/{id}/outcomes/{attempt-index}`: intents are committed before the page is performed, outcomes after. */
export const pageOutcomesSchema = z.strictObject({
  attempt: z.int(),
  index: z.int(),
  state: z.enum(['intended', 'settled']),
  intents: storedAsText(
    z.array(z.strictObject({ effectId: idSchema, idempotencyKey: z.string(), journalId: idSchema })).max(200),
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
  kind: z.literal('payout'),
  reference: z.string(),
  normalized: z.string(),
  executionId: idSchema.nullable(),
  effectId: idSchema.nullable(),
  attempt: z.int().min(1),
  takenAt: instantSchema,
});
export type Claim = z.infer<typeof claimSchema>;
