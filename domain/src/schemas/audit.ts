import * as z from 'zod';
import { actorSchema, idSchema, instantSchema, sha256Schema } from './common.ts';

export const AUDIT_EVENT_TYPES = [
  'organization.created',
  'organization.stopped',
  'organization.resumed',
  'member.added',
  'member.linked',
  'notifications.read',
  'delegation.set',
  'delegation.ended',
  'rate.set',
  'plugin.installed',
  'operation.configured',
  'policy.set',
  'change.proposed',
  'change.applied',
  'change.rejected',
  'change.withdrawn',
  'plugin.uploaded',
  'plugin.retired',
  'accounts.opened',
  'statement.issued',
  'statement_settings.set',
  'periods.opened',
  'journals.expired',
  'alert.acknowledged',
  'hold.placed',
  'retention.applied',
  'person.erased',
  'check.begun',
  'check.failed',
  'witness.disagreed',
  'file.uploaded',
  'file.refused',
  'file.published',
  'execution.requested',
  'execution.planned',
  'execution.plan_failed',
  'execution.approved',
  'execution.rejected',
  'execution.cancelled',
  'execution.expired',
  'execution.reminded',
  'execution.apply_started',
  'execution.page_intended',
  'execution.page_settled',
  'execution.completed',
  'execution.needs_repair',
  'execution.drifted',
  'execution.unknown_settled',
  'execution.payout_settled',
  'execution.payout_returned',
  'execution.reported',
  'execution.drafts_deleted',
  'unknown.proposed',
  'unknown.settled',
  'unknown.refused',
  'unknown.superseded',
  'organization.rolled_back',
  'organization.restored',
  'execution.waiting',
  'execution.proceeding',
  'operation.paused',
  'operation.resumed',
  'calendar.set',
  'schedule.set',
  'schedule.paused',
  'schedule.resumed',
  'schedule.deleted',
  'schedule.renewed',
  'schedule.skipped',
  'work.stuck',
  'command.denied',
  'command.denials_counted',
  'evidence.requested',
  'evidence.exported',
  'evidence.failed',
  'view.downloaded',
] as const;
export const auditEventTypeSchema = z.enum(AUDIT_EVENT_TYPES);
export type AuditEventType = z.infer<typeof auditEventTypeSchema>;

/** A document that the event's commit changed: path below the organization, dense version, hash of its content. */
export const auditSubjectSchema = z.strictObject({
  path: z.string(),
  version: z.int().min(1),
  contentHash: sha256Schema,
});
export type AuditSubject = z.infer<typeof auditSubjectSchema>;

/**
 * What is hashed into the audit stream: no names, no free text. Personal values appear as salted commitments in
 * `commitments` (field name to hex); value and salt lie in `auditPersonal/{id}`, which may be erased.
 */
export const auditEventBodySchema = z.strictObject({
  id: idSchema,
  type: auditEventTypeSchema,
  at: instantSchema,
  actor: actorSchema,
  executionId: idSchema.nullable(),
  subjects: z.array(auditSubjectSchema).max(20),
  /** Small machine facts for the timeline's sentence: strings only; amounts as minor units with their currency. */
  data: z.record(z.string(), z.string()),
  commitments: z.record(z.string(), sha256Schema),
});
export type AuditEventBody = z.infer<typeof auditEventBodySchema>;

/** `orgs/{orgId}/audit/{eventId}`: created by the writer, never changed. The leaf covers `recordedAt` and `body`; see audit/leaf.ts. */
export const auditEventSchema = z.strictObject({
  seq: z.int().min(0),
  recordedAt: instantSchema,
  body: auditEventBodySchema,
  /**
   * The subjects' paths, so that a document's events can be looked up. It is in no leaf, so it can hide an event from such
   * a search; whoever verifies compares it (`audit/lookup.ts`). Events from before it was written have none.
   */
  documents: z.array(z.string()).max(20).optional(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;

/** `orgs/{orgId}/auditPersonal/{eventId}`: erasable. */
export const auditPersonalSchema = z.strictObject({
  values: z.record(z.string(), z.strictObject({ value: z.string(), salt: z.string() })),
});
export type AuditPersonal = z.infer<typeof auditPersonalSchema>;
