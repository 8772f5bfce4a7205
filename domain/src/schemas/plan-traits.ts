import * as z from 'zod';
import { currencySchema, instantSchema, minorSchema, totalSchema } from './common.ts';
import { riskLevelSchema } from './plugin.ts';

/** Windows of rolling totals. A fixed few, so that each plan keeps all of them and any later policy can be replayed. */
export const ROLLING_HOURS = [1, 4, 8, 24, 72, 168, 720] as const;

/** The rate that an amount was converted with: units of `quote` for one of `base`, and where it comes from. */
export const usedRateSchema = z.strictObject({
  base: currencySchema,
  quote: currencySchema,
  rate: z.string(),
  source: z.string(),
  asOf: z.string(),
});
export type UsedRate = z.infer<typeof usedRateSchema>;

/** All money of a plan in the organization's base currency, rounded up; null when a rate is missing. */
export const baseAmountSchema = z.strictObject({
  currency: currencySchema,
  amountMinor: minorSchema.nullable(),
  /** Currencies without a usable rate. */
  unknownCurrencies: z.array(currencySchema).max(200),
  rates: z.array(usedRateSchema).max(200),
  /** The oldest of the rates; null when none was needed. */
  ratesAsOf: z.string().nullable(),
});
export type BaseAmount = z.infer<typeof baseAmountSchema>;

/** Totals in the base currency by window; null when an amount in it is not known. */
export const rollingTotalsSchema = z
  .array(z.strictObject({ hours: z.literal(ROLLING_HOURS), amountMinor: minorSchema.nullable() }))
  .max(ROLLING_HOURS.length);
export type RollingTotals = z.infer<typeof rollingTotalsSchema>;

/**
 * What a policy can ask about a plan, as it was when it was planned. Stored with the plan and covered by its digest, so
 * that any policy can be replayed on it. Null stands for what is not known: a condition on it can't be decided.
 */
export const planTraitsSchema = z.strictObject({
  movesMoney: z.boolean(),
  category: z.string(),
  operationId: z.string().nullable(),
  pluginRisk: riskLevelSchema.nullable(),
  risk: riskLevelSchema.nullable(),
  effectKinds: z.array(z.string()).max(40),
  effectCount: z.int().min(0).nullable(),
  payeeCount: z.int().min(0).nullable(),
  newPayeeCount: z.int().min(0).nullable(),
  totals: z.array(totalSchema).nullable(),
  base: baseAmountSchema.nullable(),
  requesterTotals: rollingTotalsSchema.nullable(),
  payeeTotals: rollingTotalsSchema.nullable(),
  offHours: z.boolean().nullable(),
  requestedAt: instantSchema.nullable(),
});
export type PlanTraits = z.infer<typeof planTraitsSchema>;
