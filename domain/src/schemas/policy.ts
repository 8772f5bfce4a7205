import * as z from 'zod';
import { instantSchema, roleSchema } from './common.ts';

/** One step of a policy: so many different people who hold this role. */
export const levelSchema = z.strictObject({ role: roleSchema, people: z.int().min(1).max(5) });
export type ApprovalLevel = z.infer<typeof levelSchema>;

export const policyRuleSchema = z.strictObject({
  name: z.string(),
  /** All that are given must hold. An empty condition matches every plan. */
  when: z.strictObject({ movesMoney: z.boolean().optional(), categories: z.array(z.string()).optional() }),
  levels: z.array(levelSchema).min(1),
});

/** `orgs/{orgId}/policies/{policyId}`; the active one decides. The first matching rule applies. */
export const policySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
  rules: z.array(policyRuleSchema),
  /** Hours after which a plan that nobody signed expires. */
  expiryHours: z.int().min(1).max(720),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type Policy = z.infer<typeof policySchema>;
