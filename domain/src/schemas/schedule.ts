import * as z from 'zod';
import { daySchema, idSchema, instantSchema } from './common.ts';

/** An IANA zone that this platform's time zone data knows. */
export const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, { message: 'is no time zone: use a name such as Europe/Zurich or America/New_York' });

function isTimeZone(name: string): boolean {
  try {
    return (
      new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name)
    );
  } catch {
    return false;
  }
}

/** Days of the week as ISO 8601 numbers them: 1 is Monday, 7 is Sunday. */
export const weekdaySchema = z.int().min(1).max(7);

/** `orgs/{orgId}/calendars/{id}`: which days are business days. A day is a day in the time zone of whoever asks. */
export const calendarSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(120),
  /** Where these holidays are kept; what a new schedule with this calendar starts from. */
  timeZone: timeZoneSchema,
  weekend: z
    .array(weekdaySchema)
    .max(6, 'A week needs a business day')
    .refine((days) => new Set(days).size === days.length, { message: 'names a day twice' }),
  holidays: z.array(daySchema).max(2_000),
  /** The next times of the schedules that use it are still those of its earlier version; the tick renews them. */
  renewing: z.boolean(),
  updatedAt: instantSchema,
  version: z.int().min(1),
});
export type Calendar = z.infer<typeof calendarSchema>;

/**
 * What becomes of a time that the expression puts on a day that is no business day: left out, or moved to the next or
 * the previous one. `last_of_month`: whatever day it names, its month's last business day.
 */
export const HOLIDAY_RULES = ['skip', 'next', 'previous', 'last_of_month'] as const;
export const holidayRuleSchema = z.enum(HOLIDAY_RULES);
export type HolidayRule = z.infer<typeof holidayRuleSchema>;

/** `orgs/{orgId}/schedules/{id}` */
export const scheduleSchema = z.strictObject({
  id: idSchema,
  title: z.string().min(1).max(120),
  operationId: idSchema,
  /** As a request's: file parameters hold file ids. */
  parameters: z.record(z.string(), z.unknown()),
  /** File parameters that take the newest upload of a name instead, by parameter. */
  newestFiles: z.record(z.string(), z.string()),
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: z.string().max(200),
  timeZone: timeZoneSchema,
  calendarId: idSchema.nullable(),
  /** Null exactly when there is no calendar. */
  onHoliday: holidayRuleSchema.nullable(),
  active: z.boolean(),
  /** Who made it as it is now: the requester of its runs. Whoever changes what it does takes it over. */
  madeBy: z.string(),
  /** When it is due; null while it is not active. */
  nextAt: instantSchema.nullable(),
  /** The time that the last run was for, and that run. */
  lastDueAt: instantSchema.nullable(),
  lastExecutionId: idSchema.nullable(),
  /** Why the last time did not become a run, or why the platform paused it; null after a run. */
  problem: z.strictObject({ at: instantSchema, dueAt: instantSchema.nullable(), message: z.string() }).nullable(),
  deletedAt: instantSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  version: z.int().min(1),
});
export type Schedule = z.infer<typeof scheduleSchema>;
