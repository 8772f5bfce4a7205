import { isAppError } from '@countersign/domain/errors';
import { cronIssue } from '@countersign/domain/schedule/cron';
import { DueTimes } from '@countersign/domain/schedule/next-due';
import { type Calendar, type HolidayRule, timeZoneSchema } from '@countersign/domain/schemas/schedule';

const SHOWN = 5;

export interface DueFields {
  readonly cron: string;
  readonly timeZone: string;
  readonly calendar: Pick<Calendar, 'name' | 'weekend' | 'holidays'> | null;
  readonly onHoliday: HolidayRule | null;
}

export type DuePreview =
  /** Instants; fewer than five when no more come within twelve years. */
  | { readonly ok: true; readonly times: readonly string[] }
  | { readonly ok: false; readonly field: 'cron' | 'timeZone' | 'calendar'; readonly message: string };

/** The next five times after an instant, by the very rules of the server; or what keeps them from being known. */
export function duePreview({ cron, timeZone, calendar, onHoliday }: DueFields, now: string): DuePreview {
  const issue = cronIssue(cron);
  if (issue !== null) return { ok: false, field: 'cron', message: `${issue.message}. ${issue.remedy}.` };
  if (!timeZoneSchema.safeParse(timeZone).success)
    return { ok: false, field: 'timeZone', message: 'Write a zone such as Europe/Zurich or America/New_York.' };
  try {
    const due = new DueTimes({ cron, timeZone, calendar, onHoliday });
    const times: string[] = [];
    for (let last = now; times.length < SHOWN;) {
      const next = due.after(last);
      if (next === null) break;
      times.push(next);
      last = next;
    }
    return { ok: true, times };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { ok: false, field: 'calendar', message: error.message };
  }
}
