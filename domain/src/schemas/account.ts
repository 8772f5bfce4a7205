import * as z from 'zod';
import { currencySchema, daySchema, idSchema, instantSchema, minorSchema } from './common.ts';

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

export const accountChangeSchema = accountChangeableSchema.partial();
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

/** An account as it is opened. */
export const openingAccountSchema = accountSchema
  .omit({ createdAt: true, version: true, depth: true, path: true, seq: true, changes: true, closedOn: true })
  .partial({ currency: true, branch: true, openedOn: true, guards: true });
export type OpeningAccount = z.infer<typeof openingAccountSchema>;
