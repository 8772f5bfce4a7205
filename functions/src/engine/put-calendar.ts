import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Calendar } from '@countersign/domain/schemas/schedule';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { ChangeSet } from './change-set.ts';
import { MAX_SCHEDULES_A_CALENDAR } from './schedules-renew.ts';

export type CalendarFields = Pick<Calendar, 'name' | 'timeZone' | 'weekend' | 'holidays'>;

/** A calendar, new or as a whole. The tick gives its schedules their new times. @returns how many use it */
export async function putCalendar(
  tx: Transaction,
  set: ChangeSet,
  orgId: string,
  calendarId: string,
  { name, timeZone, weekend, holidays }: CalendarFields,
  now: string,
): Promise<number> {
  const ref = refs.calendar(orgId, calendarId);
  const before = await read(tx, ref);
  const users = await tx.query({
    collection: paths.schedules(orgId),
    where: [['calendarId', '==', calendarId]],
    limit: MAX_SCHEDULES_A_CALENDAR,
  });
  const days = [...new Set(holidays)].sort();
  const fields = { name, timeZone, weekend, holidays: days, renewing: users.length > 0, updatedAt: now };
  if (before === null) set.create(ref, { id: calendarId, ...fields });
  else set.change(ref, before, fields);
  return users.length;
}

/**
 * Whether a new form of a calendar makes business hours longer: days on which nobody worked become days of work, in the
 * calendar that the organization's business hours follow.
 */
export async function opensBusinessDays(
  tx: Pick<Transaction, 'get' | 'getAll'>,
  orgId: string,
  calendarId: string,
  { weekend, holidays }: CalendarFields,
): Promise<boolean> {
  const organization = await read(tx, refs.organization(orgId));
  if (organization === null) throw new AppError('not_found', 'There is no such organization.');
  const before = await read(tx, refs.calendar(orgId, calendarId));
  if (before === null || organization.businessCalendarId !== calendarId) return false;
  return before.weekend.some((day) => !weekend.includes(day)) || before.holidays.some((day) => !holidays.includes(day));
}
