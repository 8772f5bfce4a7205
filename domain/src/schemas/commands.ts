import * as z from 'zod';
import { legalHoldSchema } from './retention.ts';
import { openingAccountSchema } from './account.ts';
import { periodSchema } from './period.ts';
import { idSchema, instantSchema, roleSchema, sha256Schema } from './common.ts';
import { evidenceSubjectSchema, ledgerFormatSchema } from './evidence.ts';
import { calendarSchema, holidayRuleSchema, timeZoneSchema } from './schedule.ts';
import { statementFormatSchema, statementParametersSchema, statementSettingsSchema } from './statement.ts';
import { findingSchema, MAX_SETTLED_AT_ONCE } from './unknown.ts';
import { changeSchema, secretNameSchema } from './proposal.ts';

/** What the web app makes a CSV of by itself. */
const downloadedViewSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('register'), accountId: idSchema }),
  z.strictObject({ kind: z.literal('balances') }),
]);

/** Every command names its organization and carries a key: the same key and input is the same command, once. */
const envelope = { orgId: idSchema, idempotencyKey: z.string().regex(/^[A-Za-z0-9_-]{8,100}$/) };
const reason = z.string().trim().min(3, 'Say why, in a few words').max(1000);

export const commandSchemas = {
  /** Plan an operation. File parameters hold file ids. */
  requestExecution: z.strictObject({
    ...envelope,
    operationId: idSchema,
    parameters: z.record(z.string(), z.unknown()),
  }),
  /** Sign exactly this digest. */
  approveExecution: z.strictObject({
    ...envelope,
    executionId: idSchema,
    digest: sha256Schema,
    comment: z.string().max(1000).default(''),
  }),
  rejectExecution: z.strictObject({ ...envelope, executionId: idSchema, digest: sha256Schema, reason }),
  /** Let somebody sign in these roles of one's own, until a time. `fromUid` somebody else: for administrators. */
  setDelegation: z.strictObject({
    ...envelope,
    fromUid: idSchema.optional(),
    toUid: idSchema,
    roles: z.array(roleSchema).min(1).max(8),
    /** Now, when left out. */
    startsAt: instantSchema.optional(),
    endsAt: instantSchema,
    reason,
  }),
  endDelegation: z.strictObject({ ...envelope, delegationId: idSchema }),
  /** Stop an execution: at once before it applies, between pages while it does. */
  cancelExecution: z.strictObject({ ...envelope, executionId: idSchema, reason }),
  /** A child of an ended run, for what failed or was not done in it. `corrections`: file parameters with another file. */
  resumeExecution: z.strictObject({
    ...envelope,
    executionId: idSchema,
    corrections: z.record(z.string().max(60), idSchema).default({}),
  }),
  /** The same operation once more, with the same parameters and files. */
  rerunExecution: z.strictObject({ ...envelope, executionId: idSchema }),
  /** Say what became of unknown effects of one run; another person decides. */
  proposeUnknownSettlement: z.strictObject({
    ...envelope,
    executionId: idSchema,
    effectKeys: z.array(z.string().min(1).max(200)).min(1).max(MAX_SETTLED_AT_ONCE),
    finding: findingSchema,
    providerId: z.string().trim().min(1).max(100).optional(),
    reason,
  }),
  /** As somebody else: settle them so, after the provider was asked one last time; or refuse (one may refuse one's own). */
  decideUnknownSettlement: z.strictObject({
    ...envelope,
    proposalId: idSchema,
    decision: z.enum(['approve', 'reject']),
    reason,
  }),
  /** Nothing of the operation begins, or goes on to its next page, until `resumeOperation`. */
  pauseOperation: z.strictObject({ ...envelope, operationId: idSchema, reason }),
  resumeOperation: z.strictObject({ ...envelope, operationId: idSchema, reason }),
  /** How many executions of it apply at the same time. */
  setMaxRunning: z.strictObject({ ...envelope, operationId: idSchema, maxRunning: z.int().min(1).max(50), reason }),
  /** A new schedule, or another form of one; who gives it is the requester of its runs. */
  setSchedule: z.strictObject({
    ...envelope,
    /** Of the schedule to change; none for a new one. */
    scheduleId: idSchema.optional(),
    title: z.string().trim().min(1).max(120),
    operationId: idSchema,
    parameters: z.record(z.string(), z.unknown()),
    newestFiles: z.record(z.string().max(60), z.string().trim().min(1).max(200)).default({}),
    cron: z.string().trim().max(200),
    timeZone: timeZoneSchema,
    calendarId: idSchema.nullable().default(null),
    onHoliday: holidayRuleSchema.nullable().default(null),
  }),
  pauseSchedule: z.strictObject({ ...envelope, scheduleId: idSchema, reason }),
  /** Times that passed while it was paused are not run. */
  resumeSchedule: z.strictObject({ ...envelope, scheduleId: idSchema }),
  deleteSchedule: z.strictObject({ ...envelope, scheduleId: idSchema, reason }),
  /** A business-day calendar, new or changed as a whole. */
  setCalendar: z.strictObject({
    ...envelope,
    calendarId: idSchema,
    ...calendarSchema.pick({ name: true, timeZone: true, weekend: true, holidays: true }).shape,
  }),
  /** The organization-wide stop, on or off. */
  setStop: z.strictObject({ ...envelope, active: z.boolean(), reason }),
  /** Open ledger accounts, with opening balances read at Stripe, for connected accounts that the ledger lacks. */
  openConnectedAccounts: z.strictObject({
    ...envelope,
    accounts: z
      .array(z.string().regex(/^acct_[A-Za-z0-9]{1,64}$/))
      .min(1)
      .max(200),
  }),
  /** Open accounts of the ledger as a chart says, parents before those below them; at most 500. */
  openAccounts: z.strictObject({
    ...envelope,
    accounts: z.array(openingAccountSchema).min(1).max(500),
  }),
  /** Periods of the ledger, to be closed one after the other. */
  openPeriods: z.strictObject({
    ...envelope,
    periods: z
      .array(periodSchema.pick({ id: true, from: true, to: true }))
      .min(1)
      .max(60),
  }),
  /** Nothing of these classes goes while the hold stands; of one execution, or of all. */
  placeHold: z.strictObject({
    ...envelope,
    ...legalHoldSchema.pick({ matter: true, classes: true }).shape,
    executionId: idSchema.nullable().default(null),
  }),
  /** Somebody has looked at it. */
  acknowledgeAlert: z.strictObject({ ...envelope, alertId: idSchema, note: z.string().trim().max(1000) }),
  /** Issue a statement as a file, as known now or at the end of an earlier recorded day. */
  issueStatement: z.strictObject({
    ...envelope,
    parameters: statementParametersSchema,
    format: statementFormatSchema,
  }),
  /** Which accounts are cash, against which ones it moves for investing or financing, and when the financial year begins. */
  setStatementSettings: z.strictObject({
    ...envelope,
    ...statementSettingsSchema.pick({ cashAccounts: true, activities: true, yearStart: true }).shape,
    reason,
  }),
  /** Make an evidence pack: a file that anybody can check offline. `personal`: with the values behind the commitments. */
  exportEvidence: z.strictObject({ ...envelope, subject: evidenceSubjectSchema, personal: z.boolean().default(false) }),
  /** The ledger as a file for another tool, made in the background. */
  exportLedger: z.strictObject({ ...envelope, format: ledgerFormatSchema }),
  /** Say that a view is about to be saved as a file by the browser, from what its reader may read anyway. */
  noteDownload: z.strictObject({ ...envelope, view: downloadedViewSchema, rows: z.int().min(0).max(1_000_000) }),
  /** Propose a change that a second person must decide. A secret's value comes beside it, and goes nowhere but the secret store. */
  proposeChange: z.strictObject({
    ...envelope,
    change: z.union([
      z.strictObject({ kind: z.literal('secret.set'), name: secretNameSchema, value: z.string().min(8).max(10_000) }),
      changeSchema.refine((change) => change.kind !== 'secret.set', 'A secret is proposed with its value'),
    ]),
    reason,
  }),
  /** Approve or refuse exactly this proposal, as somebody else; or take back one's own. */
  decideChange: z.strictObject({
    ...envelope,
    proposalId: idSchema,
    digest: sha256Schema,
    decision: z.enum(['approve', 'reject', 'withdraw']),
    reason,
  }),
  /** Add a member who holds no role yet; roles are proposed. `uid` is that of the sign-in. */
  addMember: z.strictObject({
    ...envelope,
    uid: idSchema,
    name: z.string().trim().min(1).max(120),
    email: z.email().max(200),
  }),
  /** One's own messages are read. */
  markNotificationsRead: z.strictObject({
    ...envelope,
    ids: z
      .array(idSchema)
      .min(1)
      .max(100)
      .refine((ids) => new Set(ids).size === ids.length, 'names a message twice'),
  }),
  /** Upload a version of a plugin: its bundle, as the build makes it. Runs nowhere before it is activated. */
  uploadPlugin: z.strictObject({ ...envelope, code: z.string().min(1).max(4_000_000) }),
  /** No new run of this version; those under way keep it. */
  retirePlugin: z.strictObject({ ...envelope, name: z.string().max(61), version: z.string().max(20), reason }),
} as const;

export type CommandName = keyof typeof commandSchemas;
export type CommandInput<N extends CommandName> = z.input<(typeof commandSchemas)[N]>;
export type ParsedCommand<N extends CommandName> = z.output<(typeof commandSchemas)[N]>;

export interface CommandResults {
  issueStatement: { statementId: string; storagePath: string; name: string; sha256: string };
  setStatementSettings: { version: number };
  exportEvidence: { exportId: string };
  exportLedger: { exportId: string };
  noteDownload: { noted: number };
  proposeChange: { proposalId: string; state: string };
  decideChange: { state: string };
  addMember: { uid: string };
  /** How many of them were unread. */
  markNotificationsRead: { marked: number };
  uploadPlugin: { name: string; version: string; codeHash: string };
  retirePlugin: { name: string; version: string };
  requestExecution: { executionId: string };
  resumeExecution: { executionId: string };
  rerunExecution: { executionId: string };
  proposeUnknownSettlement: { proposalId: string };
  decideUnknownSettlement: { state: string };
  approveExecution: { state: string; remaining: number };
  rejectExecution: { state: string };
  setDelegation: { delegationId: string };
  endDelegation: { endedAt: string };
  cancelExecution: { state: string };
  pauseOperation: { waiting: number };
  resumeOperation: { waiting: number };
  setMaxRunning: { maxRunning: number };
  setSchedule: { scheduleId: string; nextAt: string };
  pauseSchedule: { active: boolean };
  resumeSchedule: { nextAt: string };
  deleteSchedule: { scheduleId: string };
  openAccounts: { opened: number };
  openPeriods: { opened: number };
  placeHold: { holdId: string };
  acknowledgeAlert: { alertId: string };
  setCalendar: { calendarId: string; schedules: number };
  setStop: { active: boolean };
  openConnectedAccounts: { opened: number; existing: number; missing: string[] };
}
