import * as z from 'zod';
import { currencySchema, idSchema, instantSchema, reasonSchema, sha256Schema } from './common.ts';

export const CAPABILITIES = [
  'files.read',
  'files.write',
  'claims.lookup',
  'stripe.balances',
  'stripe.payout',
  'stripe.transfer',
  'ledger.post',
  'ledger.balances',
  'fx.rates',
  'ledger.accounts',
  'records.read',
  'records.write',
  'notify',
  'http.call',
] as const;
export const capabilitySchema = z.enum(CAPABILITIES);
export type Capability = z.infer<typeof capabilitySchema>;

export const riskLevelSchema = z.enum(['low', 'medium', 'high', 'critical']);
export type RiskLevel = z.infer<typeof riskLevelSchema>;

const parameterBase = {
  name: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  label: z.string(),
  help: z.string().default(''),
  required: z.boolean().default(true),
};
/** When another parameter has one of these values, this one is asked for; else it is left out. */
const showWhen = z.strictObject({ parameter: z.string(), oneOf: z.array(z.string()) }).optional();

/** One field of a run form. `money` values are `{amountMinor, currency}`; `file` values are file ids. */
export const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...parameterBase,
    showWhen,
    type: z.literal('string'),
    maxLength: z.int().default(200),
    default: z.string().optional(),
  }),
  z.strictObject({
    ...parameterBase,
    showWhen,
    type: z.literal('number'),
    min: z.number().optional(),
    max: z.number().optional(),
    integer: z.boolean().default(false),
    default: z.number().optional(),
  }),
  z.strictObject({ ...parameterBase, showWhen, type: z.literal('boolean'), default: z.boolean().optional() }),
  z.strictObject({ ...parameterBase, showWhen, type: z.literal('date'), default: z.string().optional() }),
  z.strictObject({
    ...parameterBase,
    showWhen,
    type: z.literal('money'),
    currencies: z.array(currencySchema).optional(),
  }),
  z.strictObject({ ...parameterBase, showWhen, type: z.literal('account') }),
  z.strictObject({
    ...parameterBase,
    showWhen,
    type: z.literal('file'),
    accept: z.array(z.string()).default(['text/csv']),
    /** The columns that the file must have, in any order; others are refused. */
    columns: z.array(z.strictObject({ name: z.string(), required: z.boolean(), help: z.string() })).optional(),
    maxRows: z.int().optional(),
    sample: z.string().optional(),
  }),
  z.strictObject({
    ...parameterBase,
    showWhen,
    type: z.literal('select'),
    options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
    default: z.string().optional(),
  }),
  z.strictObject({
    ...parameterBase,
    showWhen,
    type: z.literal('multiselect'),
    options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
    default: z.array(z.string()).optional(),
  }),
]);
export type Parameter = z.infer<typeof parameterSchema>;
export type ParameterInput = z.input<typeof parameterSchema>;

/** What a plugin says of itself. The bundle's SHA-256 is `codeHash`. */
export const manifestSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: z.string().min(1).max(80),
  description: z.string().min(1).max(400),
  category: z.enum(['payments', 'ledger', 'reconciliation', 'reporting', 'investments', 'data']),
  riskLevel: riskLevelSchema,
  capabilities: z.array(capabilitySchema),
  /** `data`: files of a million rows in pieces; more time, less memory. The platform's table has the limits. */
  workload: z.enum(['standard', 'data']).optional(),
  parameters: z.array(parameterSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** `orgs/{orgId}/plugins/{name}/versions/{version}` */
export const pluginVersionSchema = z.strictObject({
  manifest: manifestSchema,
  codeHash: sha256Schema,
  /** `uploaded`: it runs nowhere until a second person has activated it. */
  status: z.enum(['uploaded', 'active', 'retired']),
  /** Where its bundle lies when it did not come with the deployment. */
  upload: z
    .strictObject({ storagePath: z.string(), generation: z.string(), uploadedBy: z.string() })
    .nullable()
    .default(null),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type PluginVersion = z.infer<typeof pluginVersionSchema>;

export const NOT_PAUSED = { active: false, reason: '', uid: null, at: null };

/** `orgs/{orgId}/operations/{operationId}`: a plugin version configured for an organization; what the catalogue shows. */
export const operationSchema = z.strictObject({
  id: idSchema,
  title: z.string(),
  description: z.string(),
  category: manifestSchema.shape.category,
  riskLevel: riskLevelSchema,
  /** What it can do to the world, for the catalogue. */
  can: z.strictObject({ moveMoney: z.boolean(), writeLedger: z.boolean(), readOnly: z.boolean() }),
  plugin: z.strictObject({ name: z.string(), version: z.string(), codeHash: sha256Schema }),
  parameters: z.array(parameterSchema),
  active: z.boolean(),
  /** Stays at its version when a newer one is activated. */
  pinned: z.boolean().default(false),
  /** Nothing of it begins, or goes on to its next page, until this is lifted. */
  paused: z
    .strictObject({
      active: z.boolean(),
      reason: reasonSchema,
      uid: z.string().nullable(),
      at: instantSchema.nullable(),
    })
    .default(NOT_PAUSED),
  /** Executions of it that apply at the same time; the others wait for their turn. Plans may overlap. */
  maxRunning: z.int().min(1).max(50).default(1),
  version: z.int().min(1),
});
export type Operation = z.infer<typeof operationSchema>;
