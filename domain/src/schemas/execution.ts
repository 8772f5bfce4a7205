import * as z from 'zod';
import {
  currencySchema,
  daySchema,
  idSchema,
  instantSchema,
  minorSchema,
  roleSchema,
  sha256Schema,
  totalSchema,
} from './common.ts';
import { riskLevelSchema } from './plugin.ts';
import { planTraitsSchema } from './plan-traits.ts';
import { levelSchema } from './policy.ts';

/**
 * `planning → awaiting_approval → approved → applying → completed`; completed means that every effect succeeded,
 * else `needs_repair`. In `rejected`, `cancelled`, `expired` and `failed` nothing was done; `drifted` stopped on a
 * changed world, and `cancelled` while applying keeps what was done in its counts.
 */
export const EXECUTION_STATES = [
  'planning',
  'awaiting_approval',
  'approved',
  'applying',
  'completed',
  'needs_repair',
  'rejected',
  'cancelled',
  'expired',
  'drifted',
  'failed',
] as const;
export const executionStateSchema = z.enum(EXECUTION_STATES);
export type ExecutionState = z.infer<typeof executionStateSchema>;
export const END_STATES: readonly ExecutionState[] = [
  'completed',
  'needs_repair',
  'rejected',
  'cancelled',
  'expired',
  'drifted',
  'failed',
];

export const coarseStateSchema = z.enum(['pending', 'running', 'completed', 'failed', 'cancelled']);
export type CoarseState = z.infer<typeof coarseStateSchema>;

export const inputFileSchema = z.strictObject({
  parameter: z.string(),
  fileId: idSchema,
  name: z.string(),
  revision: z.int(),
  storagePath: z.string(),
  generation: z.string(),
  sha256: sha256Schema,
  sizeBytes: z.int(),
});
export type InputFile = z.infer<typeof inputFileSchema>;

/** Where money goes: the bank account behind a payee, as far as the provider shows it. */
export const destinationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bank'),
    id: z.string(),
    bankName: z.string(),
    last4: z.string(),
    currency: currencySchema,
  }),
  /** The provider does not show this account's bank to the platform; it pays to the account's own default. */
  z.strictObject({ kind: z.literal('hidden') }),
]);
export type Destination = z.infer<typeof destinationSchema>;

/** What the ledger would do, per account and currency. */
export const ledgerImpactSchema = z.strictObject({
  accountId: z.string(),
  currency: currencySchema,
  debitMinor: minorSchema,
  creditMinor: minorSchema,
});

export const problemSchema = z.strictObject({
  line: z.int().nullable(),
  column: z.string().nullable(),
  reference: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  /** `refused`: this row is left out. `notice`: shown, does not hold the row back. */
  severity: z.enum(['refused', 'notice']),
});
export type Problem = z.infer<typeof problemSchema>;

/** What raises the risk of a plan, by how much, and what would lower it. */
export const riskFactorSchema = z.strictObject({
  code: z.string(),
  /** Points; the plan's score is their sum. */
  weight: z.int().min(0),
  title: z.string(),
  detail: z.string(),
  remedy: z.string(),
});
export const riskSchema = z.strictObject({
  score: z.int().min(0),
  band: riskLevelSchema,
  factors: z.array(riskFactorSchema).max(20),
});
export type Risk = z.infer<typeof riskSchema>;
export type RiskFactor = z.infer<typeof riskFactorSchema>;

/**
 * A signed predicate about the world, looked at before each page: a record still at its version, or a decimal field of
 * a record (a price) still within its limits. When it no longer holds, the run stops: drift.
 */
export const recheckSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('record.version'), type: z.string(), recordId: idSchema, version: z.int().min(0) }),
  z.strictObject({
    kind: z.literal('record.within'),
    type: z.string(),
    recordId: idSchema,
    field: z.string(),
    min: z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .nullable(),
    max: z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .nullable(),
  }),
  /** Posted debits less credits of an account at the end of an effective day, as known when it is looked at. */
  z.strictObject({
    kind: z.literal('ledger.balance'),
    accountId: idSchema,
    currency: currencySchema,
    day: daySchema,
    debitMinor: minorSchema,
  }),
]);
export type Recheck = z.infer<typeof recheckSchema>;

/** Why this execution is: asked for by a person, by a schedule, to finish what another left, or once more. */
export const originSchema = z.strictObject({
  kind: z.enum(['request', 'schedule', 'resume', 'rerun']),
  /** The execution that is resumed or run again. */
  executionId: idSchema.nullable(),
  scheduleId: idSchema.nullable(),
  /** The time of the schedule that this run is for; later than that is late. */
  dueAt: instantSchema.nullable(),
});
export type Origin = z.infer<typeof originSchema>;
export const REQUESTED: Origin = { kind: 'request', executionId: null, scheduleId: null, dueAt: null };

/** A small table that the plugin shows beside its effects: a sample, control totals. */
export const planTableSchema = z.strictObject({
  title: z.string().min(1).max(80),
  columns: z.array(z.string().max(100)).min(1).max(12),
  /** Each an object, because Firestore takes no list within a list. */
  rows: z.array(z.strictObject({ cells: z.array(z.string().max(100)).max(12) })).max(20),
});
export type PlanTable = z.infer<typeof planTableSchema>;

/** The signed summary. Everything here is computed from the very effects, never from the request. */
export const planSchema = z.strictObject({
  digest: sha256Schema,
  attempt: z.int().min(1),
  /** One sentence: what leaves, from where, to whom. */
  sentence: z.string(),
  message: z.string(),
  effectCount: z.int(),
  effectsByKind: z.array(z.strictObject({ kind: z.string(), count: z.int() })).default([]),
  rechecks: z.array(recheckSchema).max(200).default([]),
  risk: riskSchema.nullable().default(null),
  pageCount: z.int(),
  pageHashes: z.array(sha256Schema).max(2000),
  /** First page of each depth: its effects need some of the pages before it. */
  levels: z.array(z.int()).max(501).default([0]),
  totals: z.array(totalSchema),
  /** Distinct accounts paid. */
  payeeCount: z.int(),
  newPayeeCount: z.int(),
  hiddenDestinationCount: z.int(),
  rowCount: z.int(),
  problemCount: z.int(),
  problemsByCode: z.array(
    z.strictObject({ code: z.string(), severity: z.enum(['refused', 'notice']), count: z.int(), message: z.string() }),
  ),
  /** Money in the file that is left out, where it could be read. */
  refusedTotals: z.array(totalSchema),
  ledgerImpact: z.array(ledgerImpactSchema).max(400),
  warnings: z.array(z.string()).max(50),
  metrics: z.record(z.string(), z.string()),
  tables: z.array(planTableSchema).max(4).default([]),
  reads: z.strictObject({ count: z.int(), hash: sha256Schema }),
  provider: z.strictObject({ connector: z.string(), account: z.string(), mode: z.string() }),
  policy: z.strictObject({
    id: z.string(),
    version: z.int(),
    rule: z.string(),
    levels: z.array(levelSchema),
    /** Nobody had to sign, because the rule says so. */
    auto: z.boolean().default(false),
  }),
  /** What the rule was chosen by; null in plans from before it was kept. */
  traits: planTraitsSchema.nullable().default(null),
  plannedAt: instantSchema,
  expiresAt: instantSchema,
  /** When those who may sign are reminded; null when they are not, or have been. */
  remindAt: instantSchema.nullable().default(null),
});
export type Plan = z.infer<typeof planSchema>;

/** Count and money of each outcome; the four add up to the plan. */
export const tallySchema = z.strictObject({
  /** Effects of every kind; the lists below are those that move money. Null in runs from before it was kept. */
  counts: z
    .strictObject({ succeeded: z.int(), failed: z.int(), unknown: z.int(), untouched: z.int() })
    .nullable()
    .default(null),
  succeeded: z.array(totalSchema),
  failed: z.array(totalSchema),
  unknown: z.array(totalSchema),
  untouched: z.array(totalSchema),
});
export type Tally = z.infer<typeof tallySchema>;

/** `orgs/{orgId}/executions/{executionId}` */
export const executionSchema = z.strictObject({
  id: idSchema,
  operationId: idSchema,
  title: z.string(),
  plugin: z.strictObject({ name: z.string(), version: z.string(), codeHash: sha256Schema }),
  parameters: z.record(z.string(), z.unknown()),
  inputs: z.array(inputFileSchema),
  /** The human who asked; behind a schedule, who made it. */
  requestedBy: z.string(),
  requestedAt: instantSchema,
  origin: originSchema.default(REQUESTED),
  state: executionStateSchema,
  coarse: coarseStateSchema,
  plan: planSchema.nullable(),
  approvals: z.array(
    z.strictObject({
      uid: z.string(),
      forUid: z.string().nullable().default(null),
      role: roleSchema,
      level: z.int(),
      at: instantSchema,
    }),
  ),
  /** Live while applying (at most about one write a second), exact at the end. */
  tally: tallySchema.nullable(),
  /** Accepted by the provider: still on its way, arrived, come back. Null before anything was accepted. */
  transit: z
    .strictObject({ inTransit: z.array(totalSchema), settled: z.array(totalSchema), returned: z.array(totalSchema) })
    .nullable()
    .default(null),
  /** What holds it up while it waits for its turn; null when nothing does. */
  waiting: z
    .strictObject({
      reason: z.enum(['operation_limit', 'account_busy', 'operation_paused', 'organization_stopped']),
      since: instantSchema,
      /** Executions before it in the same queue. */
      ahead: z.int().min(0),
    })
    .nullable()
    .default(null),
  progress: z.strictObject({ pagesDone: z.int(), pageCount: z.int() }),
  /** Whether ledger and provider agree on the accounts that were paid, read after the last effect. */
  agreement: z
    .strictObject({
      checkedAt: instantSchema,
      accounts: z.int(),
      differences: z
        .array(
          z.strictObject({
            accountId: z.string(),
            currency: currencySchema,
            ledgerMinor: minorSchema,
            providerMinor: minorSchema,
          }),
        )
        .max(50),
      differenceCount: z.int(),
    })
    .nullable(),
  report: z
    .strictObject({
      success: z.boolean(),
      message: z.string(),
      files: z.array(
        z.strictObject({
          fileId: idSchema,
          name: z.string(),
          storagePath: z.string(),
          sizeBytes: z.int(),
          sha256: sha256Schema,
        }),
      ),
    })
    .nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  journalCount: z.int(),
  approvedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  cancelRequested: z.boolean(),
  version: z.int().min(1),
  updatedAt: instantSchema,
});
export type Execution = z.infer<typeof executionSchema>;
