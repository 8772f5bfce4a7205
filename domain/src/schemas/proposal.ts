import * as z from 'zod';
import {
  currencySchema,
  daySchema,
  idSchema,
  instantSchema,
  reasonSchema,
  roleSchema,
  sha256Schema,
  storedAsText,
} from './common.ts';
import { keepDaysSchema } from './retention.ts';
import { accountChangeableSchema } from './account.ts';
import { businessHoursSchema } from './organization.ts';
import { policySchema } from './policy.ts';
import { recordTypeSchema } from './record.ts';
import { calendarSchema, timeZoneSchema } from './schedule.ts';

/** Secrets that people set; the platform's own (signing keys) are none of them. */
export const SECRET_NAMES = ['stripe-secret-key', 'stripe-webhook-secret'] as const;
export const secretNameSchema = z.enum(SECRET_NAMES);

/** A host, or a host with a port, as it stands in a URL. */
const hostSchema = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'write a host such as erp.example.com, without https://');

/** What one person proposes and another decides. The same shape is signed, shown and applied. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('policy.set'),
    policyId: idSchema,
    policy: policySchema.omit({ id: true, createdAt: true, version: true }),
  }),
  z.strictObject({
    kind: z.literal('member.roles'),
    uid: idSchema,
    roles: z.array(roleSchema).max(8),
    active: z.boolean(),
  }),
  /** The value itself lies staged in the secret store, never here. */
  z.strictObject({ kind: z.literal('secret.set'), name: secretNameSchema, stagedId: z.string().max(100) }),
  z.strictObject({ kind: z.literal('hosts.set'), allowedHosts: z.array(hostSchema).max(100) }),
  z.strictObject({
    kind: z.literal('connector.set'),
    account: z.string().min(1).max(100),
    mode: z.enum(['test', 'live']),
  }),
  z.strictObject({ kind: z.literal('plugin.activate'), name: z.string().max(61), version: z.string().max(20) }),
  /** `pinned`: newer versions that are activated leave this operation as it is. */
  z.strictObject({
    kind: z.literal('operation.pin'),
    operationId: idSchema,
    version: z.string().max(20),
    pinned: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('record-type.set'),
    recordType: recordTypeSchema.omit({ createdAt: true, version: true }),
  }),
  /** All accounts of payees that are a member's own: it replaces what was said before. */
  z.strictObject({
    kind: z.literal('member.payees'),
    uid: idSchema,
    payeeAccounts: z.array(z.string().trim().min(1).max(200)).max(50),
  }),
  /**
   * An exchange rate: units of `quote` for one of `base`. It is the rate of `day` (without it, of the day it was observed
   * on), and the newest as well unless it is too old for that.
   */
  z.strictObject({
    kind: z.literal('rate.set'),
    base: currencySchema,
    quote: currencySchema,
    rate: z.string().regex(/^\d{1,20}(\.\d{1,20})?$/, 'write a decimal such as 1.0834'),
    source: z.string().trim().min(1).max(200),
    asOf: instantSchema,
    day: daySchema.optional(),
  }),
  /** When the organization is at work. `calendar`: its days off are none of work; in the version that was looked at. */
  z.strictObject({
    kind: z.literal('business-hours.set'),
    timeZone: timeZoneSchema,
    businessHours: businessHoursSchema,
    calendar: z.strictObject({ id: idSchema, version: z.int().min(1) }).nullable(),
  }),
  /** A business-day calendar as a whole; the command `setCalendar` does the same where one person is enough. */
  z.strictObject({
    kind: z.literal('calendar.set'),
    calendarId: idSchema,
    calendar: calendarSchema.pick({ name: true, timeZone: true, weekend: true, holidays: true }),
  }),
  /** For how long what is no book and no proof is kept. */
  z.strictObject({ kind: z.literal('retention.set'), keepDays: keepDaysSchema }),
  z.strictObject({ kind: z.literal('hold.release'), holdId: idSchema }),
  /** Removes the personal data of somebody who has left. */
  z.strictObject({ kind: z.literal('person.erase'), uid: idSchema }),
  /** Closes a period of the ledger, locks a closed one for good, or opens a closed one again. */
  z.strictObject({ kind: z.literal('period.change'), action: z.enum(['close', 'lock', 'reopen']), periodId: idSchema }),
  /** What an account of the ledger is held to, what it is called, where it belongs, whether it takes entries. */
  z.strictObject({
    kind: z.literal('account.change'),
    accountId: idSchema,
    set: accountChangeableSchema.partial().refine((set) => Object.keys(set).length > 0, 'say what should change'),
  }),
]);
export type Change = z.infer<typeof changeSchema>;
export type ChangeKind = Change['kind'];
export type ChangeOf<K extends ChangeKind> = Extract<Change, { kind: K }>;

/** `orgs/{orgId}/proposals/{id}` */
export const proposalSchema = z.strictObject({
  id: idSchema,
  kind: z.string(),
  change: storedAsText(changeSchema),
  /** One sentence for the person who decides. */
  title: z.string(),
  /** What is changed, as it was, for the comparison; JSON. */
  before: z.string(),
  /** Version of the document that would change; null when it is not there yet. */
  baseVersion: z.int().nullable(),
  /** What it would have meant for past executions, in sentences. */
  impact: z.array(z.string()).max(60),
  /** Over organization, id, change and base version: what is decided on is exactly this. */
  digest: sha256Schema,
  reason: reasonSchema,
  proposedBy: z.string(),
  proposedAt: instantSchema,
  state: z.enum(['open', 'applied', 'rejected', 'withdrawn']),
  decidedBy: z.string().nullable(),
  decidedAt: instantSchema.nullable(),
  decisionReason: reasonSchema.nullable(),
  expiresAt: instantSchema,
  version: z.int().min(1),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** `orgs/{orgId}/secrets/{name}`: that there is one, and since when; never its value. */
export const secretSchema = z.strictObject({
  name: secretNameSchema,
  /** The version in the secret store that is in force; null for one that was set before versions were named. */
  storedAs: z.string().max(100).nullable().default(null),
  setBy: z.string(),
  decidedBy: z.string(),
  setAt: instantSchema,
  version: z.int().min(1),
});
export type Secret = z.infer<typeof secretSchema>;
