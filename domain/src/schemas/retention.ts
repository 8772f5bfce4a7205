import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/**
 * What is kept for a time and may go then. Journals, accounts, periods, audit events, executions, plans, outcomes and
 * checkpoints are in no class: they are the books and their proof, and are kept for ever.
 */
export const RETENTION_CLASSES = ['uploads', 'results', 'logs', 'notifications', 'personal'] as const;
export const retentionClassSchema = z.enum(RETENTION_CLASSES);
export type RetentionClass = z.infer<typeof retentionClassSchema>;

/** The least that a class can be kept, in days. */
export const LEAST_DAYS: Readonly<Record<RetentionClass, number>> = {
  /** The bytes of uploaded files; what they were, and their checksum, stays. */
  uploads: 365,
  /** The bytes of files that executions have made. */
  results: 365,
  /** Lines that plugins and the platform logged in executions. */
  logs: 30,
  notifications: 7,
  /** Free text in the audit log: reasons, comments, names. Their commitments stay. */
  personal: 365,
};

const daysSchema = (of: RetentionClass): z.ZodNullable<z.ZodInt> =>
  z.int().min(LEAST_DAYS[of], `${of} are kept for ${LEAST_DAYS[of]} days at least`).max(36_500).nullable();

/** For how many days each class is kept; null for ever. */
export const keepDaysSchema = z.strictObject({
  uploads: daysSchema('uploads'),
  results: daysSchema('results'),
  logs: daysSchema('logs'),
  notifications: daysSchema('notifications'),
  personal: daysSchema('personal'),
});
export type KeepDays = z.infer<typeof keepDaysSchema>;
export const KEEP_EVERYTHING: KeepDays = {
  uploads: null,
  results: null,
  logs: null,
  notifications: null,
  personal: null,
};

/** `orgs/{orgId}/settings/retention`. Without it everything is kept. */
export const retentionSchema = z.strictObject({
  keepDays: keepDaysSchema,
  setAt: instantSchema,
  version: z.int().min(1),
});
export type Retention = z.infer<typeof retentionSchema>;

/** `orgs/{orgId}/holds/{id}`: nothing of these classes goes while it stands, whatever its age and whoever asks. */
export const legalHoldSchema = z.strictObject({
  id: idSchema,
  /** The matter's number or name, as the lawyers have it. No names of persons: it is hashed. */
  matter: z.string().trim().min(1).max(120),
  classes: z.array(retentionClassSchema).min(1).max(5),
  /** Only what belongs to this execution; everything when null. */
  executionId: idSchema.nullable(),
  placedBy: z.string(),
  placedAt: instantSchema,
  releasedAt: instantSchema.nullable(),
  version: z.int().min(1),
});
export type LegalHold = z.infer<typeof legalHoldSchema>;

/** `orgs/{orgId}/erasures/{uid}`: the removal of a former member's personal data, while it goes on and when it is done. */
export const erasureSchema = z.strictObject({
  uid: z.string(),
  state: z.enum(['running', 'done']),
  /** The audit event that it has come to; null at the beginning. */
  afterSeq: z.int().min(-1),
  /** Values that were removed. */
  removed: z.int().min(0),
  startedAt: instantSchema,
  doneAt: instantSchema.nullable(),
  version: z.int().min(1),
});
export type Erasure = z.infer<typeof erasureSchema>;

/** Whether a hold keeps something of a class that belongs to an execution (null: to none). */
export function isHeld(
  holds: readonly Pick<LegalHold, 'classes' | 'executionId' | 'releasedAt'>[],
  what: RetentionClass,
  executionId: string | null,
): boolean {
  return holds.some(
    (hold) =>
      hold.releasedAt === null &&
      hold.classes.includes(what) &&
      (hold.executionId === null || hold.executionId === executionId),
  );
}
