import * as z from 'zod';
import { currencySchema, daySchema, idSchema, instantSchema, minorSchema, sha256Schema } from './common.ts';

export const STATEMENT_KINDS = [
  'trial_balance',
  'balance_sheet',
  'profit_and_loss',
  'cash_flow',
  'account_register',
] as const;
export const statementKindSchema = z.enum(STATEMENT_KINDS);
export type StatementKind = z.infer<typeof statementKindSchema>;

const knownAt = {
  /** The recorded day (UTC) at whose end the ledger is looked at; today's, as far as it has come, when left out. */
  knownAt: daySchema.nullable().default(null),
};
const ofTree = {
  ...knownAt,
  /** Only accounts of this branch. What it owes others, or they owe it, is a line of its own. */
  branch: idSchema.nullable().default(null),
  /** Accounts that lie deeper are summed up into the one above them; 1 shows roots only. */
  maxLevel: z.int().min(1).max(9).default(9),
  /** Accounts whose amounts are all zero as well. */
  zeroLines: z.boolean().default(false),
  /** A further section in the organization's base currency: balances at the closing rate, flows at those of their days. */
  inBase: z.boolean().default(false),
};
const MAX_COMPARED = 2;
const day = {
  day: daySchema,
  /** Further columns: the end of the financial year before, of the month before, the day a year ago, or any other day. */
  compare: z
    .array(z.union([z.enum(['prior_year_end', 'prior_month_end', 'prior_year']), daySchema]))
    .max(MAX_COMPARED)
    .default([]),
};
const period = { from: daySchema, to: daySchema };
const comparedPeriod = {
  ...period,
  /** Further columns: the period of the same length right before, the same period a year ago. */
  compare: z
    .array(z.enum(['prior_period', 'prior_year']))
    .max(MAX_COMPARED)
    .default([]),
};

/** What a statement is asked for with: days are effective days, both ends included. */
export const statementParametersSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trial_balance'), ...day, ...ofTree }),
  z.strictObject({ kind: z.literal('balance_sheet'), ...day, ...ofTree }),
  z.strictObject({ kind: z.literal('profit_and_loss'), ...comparedPeriod, ...ofTree }),
  z.strictObject({ kind: z.literal('cash_flow'), ...comparedPeriod, ...ofTree }),
  z.strictObject({
    kind: z.literal('account_register'),
    accountId: idSchema,
    /** All of the account's when left out, each by itself. */
    currency: currencySchema.nullable().default(null),
    ...period,
    ...knownAt,
  }),
]);
export type StatementParameters = z.infer<typeof statementParametersSchema>;
export type StatementParametersInput = z.input<typeof statementParametersSchema>;
export type ParametersOf<K extends StatementKind> = Extract<StatementParameters, { kind: K }>;

/**
 * One line. `group`: an account that sums up those below it, which follow it one level deeper; `account`: one that has
 * none below it here; `computed`: neither, but worked out (earnings, rounding, other branches); `total`: of a section;
 * `heading`: has no amounts; `entry`: one of the register's.
 */
export const statementLineSchema = z.strictObject({
  /** The same in every issue of the statement; unique within its currency. */
  id: z.string().min(1).max(300),
  /** Of its amounts, which are never added to those of another. */
  currency: currencySchema,
  /** The section in the base currency, which holds all currencies converted. */
  converted: z.boolean().default(false),
  kind: z.enum(['heading', 'group', 'account', 'computed', 'total', 'entry']),
  level: z.int().min(0).max(10),
  label: z.string().max(400),
  accountId: idSchema.nullable(),
  /** Minor units by column id; a column that says nothing about the line is left out. */
  amounts: z.record(z.string(), minorSchema),
  /** Of an entry in a register. */
  entry: z
    .strictObject({ day: daySchema, journalId: idSchema, recordedAt: instantSchema, counter: z.array(idSchema) })
    .optional(),
});
export type StatementLine = z.infer<typeof statementLineSchema>;

/** Something that must hold in a currency, and whether it does. */
export const statementCheckSchema = z.strictObject({
  id: z.enum([
    /** Debits are credits: exactly zero between them. */
    'zero_sum',
    /** Assets are liabilities, equity and earnings. */
    'sheet_balances',
    /** The cash flows come to the change of the cash accounts. */
    'cash_reconciles',
    /** Of a conversion: what is between the sides is no more than rounding each amount once can have made. */
    'rounding_only',
    /** Opening balance and entries come to the closing balance. */
    'register_closes',
  ]),
  currency: currencySchema,
  converted: z.boolean().default(false),
  /** The days that it is of, when they are not the statement's own but compared with. */
  of: z.string().max(60).optional(),
  holds: z.boolean(),
  /** What is between the two sides: zero when it holds. */
  differenceMinor: minorSchema,
  text: z.string(),
});
export type StatementCheck = z.infer<typeof statementCheckSchema>;

/** Totals by which two statements are compared at a glance. */
export const controlTotalSchema = z.strictObject({
  id: z.string().max(60),
  label: z.string().max(120),
  currency: currencySchema,
  converted: z.boolean().default(false),
  /** As of a check. */
  of: z.string().max(60).optional(),
  amountMinor: minorSchema,
});
export type ControlTotal = z.infer<typeof controlTotalSchema>;

export const statementColumnSchema = z.strictObject({
  /** `debit`, `credit`, `balance`, `amount`; of days that are compared with, `amount:2025-12-31`. */
  id: z.string().max(40),
  label: z.string().max(60),
});
export type StatementColumn = z.infer<typeof statementColumnSchema>;

/** A rate of a converted section: units of `quote` for one of `base`. */
export const statementRateSchema = z.strictObject({
  base: currencySchema,
  quote: currencySchema,
  rate: z.string().max(90),
  source: z.string().max(300),
  /** The day that it is the rate of. */
  asOf: z.string().max(40),
  /** When it was observed, as its source has it: a day or an instant. */
  observedAt: z.string().max(40).optional(),
  /** For balances (`closing`), for what happened on days (`day`), or both. */
  used: z.enum(['closing', 'day', 'both']).optional(),
});
export type StatementRate = z.infer<typeof statementRateSchema>;
/** Of some ten currencies, each day of five years. */
export const MAX_STATEMENT_RATES = 20_000;

/** Where the ledger stood when the statement was made, and what proves it. */
export const statementEvidenceSchema = z.strictObject({
  /** Leaves of the ledger stream that were there when it was made. */
  ledgerSize: z.int().min(0),
  /** The newest signed checkpoint; null before there is one. It covers everything if its size is at least `ledgerSize`. */
  checkpoint: z
    .strictObject({ origin: z.string(), size: z.int().min(0), root: sha256Schema, at: instantSchema })
    .nullable(),
});
export type StatementEvidence = z.infer<typeof statementEvidenceSchema>;

/** All of a statement but its lines. */
export const statementHeadSchema = z.strictObject({
  parameters: statementParametersSchema,
  title: z.string(),
  /** In words: `at 31 March 2026`, `1 January to 31 March 2026`. */
  period: z.string(),
  organization: z.strictObject({ id: idSchema, name: z.string() }),
  /** The recorded day at whose end it looks, and the moment up to which it does: before the end of a day that is not over. */
  knownAt: daySchema,
  knownUntil: instantSchema,
  /** The recorded day was not over: more of it may come. */
  provisional: z.boolean(),
  columns: z.array(statementColumnSchema).max(6),
  /** In the order of the sections; the base currency's converted one comes last and is not named here. */
  currencies: z.array(currencySchema).max(200),
  checks: z.array(statementCheckSchema).max(1000),
  controlTotals: z.array(controlTotalSchema).max(3000),
  /** Every one that was used, of the converted section. On the screen's first page only. */
  rates: z.array(statementRateSchema).max(MAX_STATEMENT_RATES),
  /** What a reader must know: a rate that is missing, accounts that are not classified. */
  notes: z.array(z.string().max(500)).max(50),
});
export type StatementHead = z.infer<typeof statementHeadSchema>;

export const statementSchema = z.strictObject({
  ...statementHeadSchema.shape,
  evidence: statementEvidenceSchema,
  lines: z.array(statementLineSchema),
});
/** A whole statement: what is issued, and stored as JSON beside its file. */
export type Statement = z.infer<typeof statementSchema>;

export const STATEMENT_FORMATS = ['pdf', 'xlsx', 'csv'] as const;
export const statementFormatSchema = z.enum(STATEMENT_FORMATS);
export type StatementFormat = z.infer<typeof statementFormatSchema>;

const storedObjectSchema = z.strictObject({
  storagePath: z.string().max(1000),
  generation: z.string().max(40),
  sha256: sha256Schema,
  sizeBytes: z.int().min(0),
});

/** `orgs/{orgId}/statements/{statementId}`: a statement that was issued. It never changes. */
export const issuedStatementSchema = z.strictObject({
  id: idSchema,
  kind: statementKindSchema,
  ...statementHeadSchema.pick({
    parameters: true,
    title: true,
    period: true,
    knownAt: true,
    knownUntil: true,
    provisional: true,
  }).shape,
  format: statementFormatSchema,
  /** The first hundred; all of them are in the data. */
  controlTotals: z.array(controlTotalSchema).max(100),
  checksHold: z.boolean(),
  lineCount: z.int().min(0),
  evidence: statementEvidenceSchema,
  /** The file to be handed on. */
  file: storedObjectSchema.extend({ name: z.string().max(200), contentType: z.string().max(100) }),
  /** The statement as JSON: what a restatement is compared with. */
  data: storedObjectSchema,
  issuedBy: z.string(),
  issuedAt: instantSchema,
  version: z.int().min(1),
});
export type IssuedStatement = z.infer<typeof issuedStatementSchema>;

export const cashActivitySchema = z.enum(['operating', 'investing', 'financing']);
export type CashActivity = z.infer<typeof cashActivitySchema>;

/**
 * `orgs/{orgId}/settings/statements`: what the chart of accounts does not say. An account stands for all below it; the
 * nearest one that is named counts.
 */
export const statementSettingsSchema = z.strictObject({
  /** Accounts that hold cash. */
  cashAccounts: z.array(idSchema).max(500),
  /**
   * Accounts against which cash moves for investing or financing; else equity is financing, what is exchanged with other
   * currencies stands by itself, and all else is operating.
   */
  activities: z.array(z.strictObject({ accountId: idSchema, activity: cashActivitySchema })).max(500),
  /** First day of the financial year, month and day: earnings before it are retained. */
  yearStart: z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$/, 'A month and a day up to 28, such as 01-01'),
  updatedAt: instantSchema,
  version: z.int().min(1),
});
export type StatementSettings = z.infer<typeof statementSettingsSchema>;

/* Queries. Their answers are plain JSON, read for the screen: they leave no audit event. */

export const statementQuerySchemas = {
  /** A statement as it is now. `after` is the `next` of the page before. */
  readStatement: z.strictObject({
    orgId: idSchema,
    parameters: statementParametersSchema,
    after: z.string().max(2000).nullable().default(null),
    limit: z.int().min(1).max(1000).default(500),
  }),
  /** What has changed since a statement was issued: lines with a difference. */
  readRestatement: z.strictObject({
    orgId: idSchema,
    statementId: idSchema,
    after: z.string().max(2000).nullable().default(null),
    limit: z.int().min(1).max(1000).default(200),
  }),
  /** The journals since then that changed an account's lines in it, newest first. */
  readRestatementCauses: z.strictObject({
    orgId: idSchema,
    statementId: idSchema,
    accountId: idSchema,
    after: z.string().max(2000).nullable().default(null),
    limit: z.int().min(1).max(200).default(50),
  }),
  /** What should be settled before a period is closed, as it stands now. It has one page. */
  readClosingChecklist: z.strictObject({ orgId: idSchema, periodId: idSchema, after: z.null().default(null) }),
} as const;
export type StatementQueryName = keyof typeof statementQuerySchemas;
export type StatementQueryInput<N extends StatementQueryName> = z.input<(typeof statementQuerySchemas)[N]>;
export type ParsedStatementQuery<N extends StatementQueryName> = z.output<(typeof statementQuerySchemas)[N]>;

/** A page of a statement: the head is whole on every page. */
export interface StatementPage {
  readonly head: StatementHead;
  readonly lines: readonly StatementLine[];
  /** Of the whole statement; null for a register, which is read page by page. */
  readonly lineCount: number | null;
  readonly next: string | null;
}

/** A line that is not what it was: an amount that was not there is zero. */
export interface RestatedLine {
  readonly id: string;
  readonly currency: string;
  readonly converted: boolean;
  readonly kind: StatementLine['kind'];
  readonly level: number;
  readonly label: string;
  readonly accountId: string | null;
  readonly change: 'added' | 'removed' | 'changed';
  /** By column: only those that differ. */
  readonly amounts: Readonly<
    Record<string, { readonly oldMinor: string; readonly newMinor: string; readonly differenceMinor: string }>
  >;
}

export interface RestatementPage {
  readonly statementId: string;
  readonly issuedAt: string;
  readonly comparedAt: string;
  /** Leaves of the ledger stream then and now. */
  readonly ledgerSizeThen: number;
  readonly ledgerSizeNow: number;
  readonly unchanged: boolean;
  /** Of the statement, then and now. */
  readonly columns: readonly StatementColumn[];
  /** Of its converted section: rates that are others now. Null for one that was not used then, or is not now. */
  readonly rates: readonly { readonly was: StatementRate | null; readonly is: StatementRate | null }[];
  readonly lines: readonly RestatedLine[];
  readonly lineCount: number;
  readonly next: string | null;
}

/** A journal that changed an issued statement. */
export interface RestatementCause {
  readonly journalId: string;
  /** `late`: recorded since for a day of the statement; `reversal`: takes one back; `posted`: was pending when it was issued. */
  readonly why: 'late' | 'reversal' | 'posted';
  readonly effectiveDay: string;
  readonly recordedAt: string;
  readonly postedAt: string;
  readonly memo: string;
  readonly reverses: string | null;
  readonly lateFor: string | null;
  /** What it did to the account, debit less credit, by currency. */
  readonly effects: readonly { readonly currency: string; readonly netDebitMinor: string }[];
}

export interface RestatementCausesPage {
  readonly causes: readonly RestatementCause[];
  readonly next: string | null;
}

export interface ClosingChecklistPage {
  /** Sentences that begin with `Done: ` or `Open: `, as a proposal to close it would have them. */
  readonly lines: readonly string[];
  readonly next: null;
}

export interface StatementQueryResults {
  readStatement: StatementPage;
  readRestatement: RestatementPage;
  readRestatementCauses: RestatementCausesPage;
  readClosingChecklist: ClosingChecklistPage;
}
