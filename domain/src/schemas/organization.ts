import * as z from 'zod';
import { currencySchema, idSchema, instantSchema, reasonSchema, roleSchema } from './common.ts';

/** Days as in ISO 8601 (1 is Monday); times on the organization's clock, `to` excluded. */
export const businessHoursSchema = z.strictObject({
  days: z.array(z.int().min(1).max(7)).max(7),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
});
export type BusinessHours = z.infer<typeof businessHoursSchema>;

/** `orgs/{orgId}` */
export const organizationSchema = z.strictObject({
  name: z.string().min(1).max(120),
  baseCurrency: currencySchema,
  timeZone: z.string(),
  /** Without them: `DEFAULT_BUSINESS_HOURS`. */
  businessHours: businessHoursSchema.optional(),
  /** Days off of this calendar are outside business hours; none when there is no calendar. */
  businessCalendarId: idSchema.nullable().optional(),
  /** The outside account that the organization's payments go through; part of every digest. */
  provider: z.strictObject({ connector: z.literal('stripe'), account: z.string(), mode: z.enum(['test', 'live']) }),
  /** The organization-wide stop: checked before every page of effects. */
  stop: z.strictObject({
    active: z.boolean(),
    reason: reasonSchema,
    uid: z.string().nullable(),
    at: instantSchema.nullable(),
  }),
  /** Hosts that effects may call; changed by two people. */
  allowedHosts: z.array(z.string().max(253)).max(100).default([]),
  /**
   * Set when the database came back from a backup: what was paid between `lostSince` and `at` is not in it, so the
   * provider is asked before every payment that may be one of those. `epoch`: checkpoints are signed under a new origin
   * from here on; those of the epochs before stay a proof of what is lost.
   */
  restored: z
    .strictObject({ at: instantSchema, lostSince: instantSchema, epoch: z.int().min(1) })
    .nullable()
    .default(null),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type Organization = z.infer<typeof organizationSchema>;

/** `orgs/{orgId}/members/{uid}`. Name and email are personal: hashes cover `commitment`, not them. */
export const memberSchema = z.strictObject({
  uid: z.string(),
  name: z.string().min(1).max(120),
  email: z.string(),
  /** SHA-256 over a random salt and the personal fields; see `audit/commitment.ts`. */
  commitment: z.string(),
  salt: z.string(),
  roles: z.array(roleSchema),
  active: z.boolean(),
  /** Accounts that are this person's own, or of somebody close: they sign no run that pays one of these. */
  payeeAccounts: z.array(z.string().max(200)).max(50).default([]),
  createdAt: instantSchema,
  version: z.int().min(1),
});
export type Member = z.infer<typeof memberSchema>;
