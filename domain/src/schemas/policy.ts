import * as z from 'zod';
import { currencySchema, idSchema, instantSchema, minorSchema, roleSchema } from './common.ts';
import { riskLevelSchema } from './plugin.ts';
import { ROLLING_HOURS } from './plan-traits.ts';

/** One step of a policy: so many different people who hold this role. */
export const levelSchema = z.strictObject({ role: roleSchema, people: z.int().min(1).max(5) });
export type ApprovalLevel = z.infer<typeof levelSchema>;

/** Minor units, both ends included. */
const amountBounds = { minMinor: minorSchema.optional(), maxMinor: minorSchema.optional() };
export const amountRangeSchema = z.strictObject(amountBounds);
export type AmountRange = z.infer<typeof amountRangeSchema>;

/** Both ends included. */
export const countRangeSchema = z.strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() });
export type CountRange = z.infer<typeof countRangeSchema>;

/** A total over the last hours, the plan itself and what still waits for signatures included; in the base currency. */
export const rollingRangeSchema = z.strictObject({ hours: z.literal(ROLLING_HOURS), ...amountBounds });
export type RollingRange = z.infer<typeof rollingRangeSchema>;

/** All that are given must hold. An empty condition matches every plan. */
export const conditionsSchema = z.strictObject({
  movesMoney: z.boolean().optional(),
  categories: z.array(z.string().max(60)).max(20).optional(),
  /** `any`: at least one effect is of one of these kinds. `only`: all of them are, and there is at least one. */
  effectKinds: z
    .strictObject({ match: z.enum(['any', 'only']), kinds: z.array(z.string().max(40)).min(1).max(20) })
    .optional(),
  operationIds: z.array(idSchema).max(100).optional(),
  /** The risk that the plugin states of itself is one of these. */
  pluginRisk: z.array(riskLevelSchema).min(1).optional(),
  /** The risk that was assessed of this plan. */
  riskAtLeast: riskLevelSchema.optional(),
  riskAtMost: riskLevelSchema.optional(),
  /** All money of the plan, in the organization's base currency. */
  amount: amountRangeSchema.optional(),
  /** Money of the plan in one currency, as it is; 0 when the plan has none in it. */
  amountIn: z
    .array(z.strictObject({ currency: currencySchema, ...amountBounds }))
    .max(20)
    .optional(),
  effectCount: countRangeSchema.optional(),
  payeeCount: countRangeSchema.optional(),
  /** Accounts never paid before at the bank that is planned. */
  newPayeeCount: countRangeSchema.optional(),
  /** What the same person asked for. */
  requesterTotal: rollingRangeSchema.optional(),
  /** What goes to the same payee; of the plan's payees, the one with the most. */
  payeeTotal: rollingRangeSchema.optional(),
  /** Asked for outside the organization's business hours. */
  offHours: z.boolean().optional(),
});
export type Conditions = z.infer<typeof conditionsSchema>;

export const policyRuleSchema = z
  .strictObject({
    name: z.string().max(200),
    when: conditionsSchema,
    /** Signed in this order. */
    levels: z.array(levelSchema).max(6).default([]),
    /** Nobody has to sign. For plans that move money only with `movesMoney` and an upper `amount`: see `autoProblem`. */
    auto: z.boolean().optional(),
  })
  .refine(({ auto, levels }) => (auto === true) === (levels.length === 0), {
    message: 'a rule names who signs, or says auto, and not both',
    path: ['levels'],
  });
export type PolicyRule = z.infer<typeof policyRuleSchema>;

/** `orgs/{orgId}/policies/{policyId}`; the active one decides. The first matching rule applies. */
export const policySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
  rules: z.array(policyRuleSchema).max(100),
  /** Hours after which a plan that nobody signed expires. */
  expiryHours: z.int().min(1).max(720),
  /** Hours after planning at which those who may sign are reminded, once, if a signature is missing; null for never. */
  reminderHours: z.int().min(1).max(719).nullable().optional(),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type Policy = z.infer<typeof policySchema>;
