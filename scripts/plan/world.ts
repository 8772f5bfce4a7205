import { currencySchema, idSchema, instantSchema, minorSchema, roleSchema } from '@countersign/domain/schemas/common';
import { journalDraftSchema } from '@countersign/domain/schemas/effect';
import { accountTypeSchema } from '@countersign/domain/schemas/account';
import { recordTypeSchema } from '@countersign/domain/schemas/record';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UsageError, type PlanArguments } from './arguments.ts';

const destinationSchema = z.strictObject({
  id: z.string(),
  bankName: z.string(),
  last4: z.string(),
  currency: z.string(),
  country: z.string(),
  isDefault: z.boolean().default(true),
});

/** A connected account, as `stripe.balances` shows it to a plugin. `inLedger: false`: nobody has opened its accounts. */
const accountSchema = z.strictObject({
  id: z.string().min(1).max(100),
  businessName: z.string().default(''),
  payoutsEnabled: z.boolean().default(true),
  /** `hidden`: Stripe does not show this account's banks to the platform. */
  destinations: z.union([z.literal('hidden'), z.array(destinationSchema)]).default('hidden'),
  available: z.array(z.strictObject({ currency: z.string(), amountMinor: minorSchema })),
  inLedger: z.boolean().default(true),
});
const holderSchema = z.strictObject({ executionId: z.string(), at: instantSchema });
/** References that are taken; who holds them matters only to a plugin that says so. */
const claimsSchema = z.union([z.array(z.string().min(1)), z.record(z.string().min(1), holderSchema)]);

const worldSchema = z.strictObject({
  baseCurrency: currencySchema.default('USD'),
  timeZone: z.string().default('UTC'),
  /** Whom a plugin may notify. */
  members: z.array(z.strictObject({ uid: idSchema, roles: z.array(roleSchema) })).default([]),
  /** Hosts that effects may call. */
  allowedHosts: z.array(z.string()).default([]),
  recordTypes: z.array(recordTypeSchema.omit({ createdAt: true, version: true })).default([]),
  records: z
    .array(
      z.strictObject({
        type: z.string(),
        id: idSchema,
        fields: z.record(z.string(), z.json()),
        version: z.int().min(1).default(1),
      }),
    )
    .default([]),
  stripe: z.array(accountSchema).default([]),
  claims: claimsSchema.default([]),
  /** Accounts of the ledger, beside those that an organization begins with; parents first. */
  ledgerAccounts: z
    .array(
      z.strictObject({
        id: idSchema,
        name: z.string().min(1).max(120),
        type: accountTypeSchema,
        parentId: idSchema.nullable().default(null),
        postable: z.boolean().default(true),
        currency: currencySchema.nullable().default(null),
      }),
    )
    .default([]),
  /** Posted journals, by which these accounts have balances. */
  journals: z
    .array(journalDraftSchema.extend({ memo: z.string().max(300).default('') }))
    .max(1000)
    .default([]),
});

export type WorldAccount = z.infer<typeof accountSchema>;
export interface PlanWorld extends Omit<z.infer<typeof worldSchema>, 'stripe' | 'claims'> {
  readonly accounts: readonly WorldAccount[];
  readonly claims: ReadonlyMap<string, z.infer<typeof holderSchema>>;
}

const SOMEBODY = { executionId: 'another-run', at: '2000-01-01T00:00:00.000Z' };

/** What of the outside world the plan may see. @throws UsageError for a file that is not of the documented shape */
export async function readWorld({ world, stripe, claims }: PlanArguments['worldFiles']): Promise<PlanWorld> {
  const whole = world === undefined ? worldSchema.parse({}) : await readJson(world, worldSchema);
  const taken = claims === undefined ? whole.claims : await readJson(claims, claimsSchema);
  const { baseCurrency, timeZone, members, allowedHosts, recordTypes, records, ledgerAccounts, journals } = whole;
  return {
    baseCurrency,
    timeZone,
    members,
    allowedHosts,
    recordTypes,
    records,
    ledgerAccounts,
    journals,
    accounts: stripe === undefined ? whole.stripe : await readJson(stripe, z.array(accountSchema)),
    claims: new Map(Array.isArray(taken) ? taken.map((reference) => [reference, SOMEBODY]) : Object.entries(taken)),
  };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UsageError(error.message);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of the documented shape'}`);
}
