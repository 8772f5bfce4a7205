import * as z from 'zod';
import { currencySchema, idSchema, instantSchema, minorSchema, sha256Schema, totalSchema } from './common.ts';

/** Effects that one proposal can settle: its decision is one commit. */
export const MAX_SETTLED_AT_ONCE = 50;

/**
 * `orgs/{orgId}/unknowns/{effectId}`: an effect of which nobody knows yet whether it was done. Written in the commit
 * that makes it unknown, deleted in the one that settles it; the outcome itself stays with its execution.
 */
export const unknownSchema = z.strictObject({
  effectId: idSchema,
  executionId: idSchema,
  /** The run's title. */
  title: z.string(),
  /** `attempt-index` of the page of outcomes that holds it. */
  page: z.string().regex(/^\d+-\d+$/),
  key: z.string(),
  kind: z.string(),
  reference: z.string(),
  line: z.int().nullable(),
  /** Whom it pays, and how much; null for an effect that moves no money. */
  account: z.string().nullable(),
  currency: currencySchema.nullable(),
  amountMinor: minorSchema.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  since: instantSchema,
  /** The open proposal that would settle it. */
  proposalId: idSchema.nullable(),
});
export type UnknownEffect = z.infer<typeof unknownSchema>;

/** What people found out about an unknown effect, at the provider or at the bank. */
export const findingSchema = z.enum(['paid', 'not_paid']);
export type Finding = z.infer<typeof findingSchema>;

/**
 * `orgs/{orgId}/unknownProposals/{id}`: one person says what became of unknown effects, another decides. `superseded`:
 * the provider has answered meanwhile.
 */
export const unknownProposalSchema = z.strictObject({
  id: idSchema,
  executionId: idSchema,
  title: z.string(),
  effects: z
    .array(z.strictObject({ effectId: idSchema, key: z.string(), page: z.string() }))
    .min(1)
    .max(MAX_SETTLED_AT_ONCE),
  totals: z.array(totalSchema),
  finding: findingSchema,
  /** The provider's id of the payment, where it is known and there is one effect. */
  providerId: z.string().nullable(),
  state: z.enum(['open', 'approved', 'rejected', 'superseded']),
  /** The reasons: free text, so hashes cover `commitment` instead; see `audit/event.ts`. */
  comment: z.strictObject({ proposed: z.string(), decided: z.string().nullable() }),
  commitment: sha256Schema,
  salt: z.string(),
  proposedBy: z.string(),
  proposedAt: instantSchema,
  decidedBy: z.string().nullable(),
  decidedAt: instantSchema.nullable(),
  version: z.int().min(1),
});
export type UnknownProposal = z.infer<typeof unknownProposalSchema>;
