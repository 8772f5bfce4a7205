import { paths } from '@countersign/domain/paths';
import { MAX_SCHEDULES_A_CALENDAR } from '../engine/schedules-renew.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** A business-day calendar, as a whole. The tick gives its schedules their new times within a minute. */
export const setCalendar: Command<'setCalendar'> = {
  name: 'setCalendar',
  roles: ['treasurer', 'admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, calendarId, name, timeZone, weekend, holidays } = input;
    const ref = refs.calendar(orgId, calendarId);
    const before = await read(tx, ref);
    const users = await tx.query({
      collection: paths.schedules(orgId),
      where: [['calendarId', '==', calendarId]],
      limit: MAX_SCHEDULES_A_CALENDAR,
    });
    const days = [...new Set(holidays)].sort();
    const fields = { name, timeZone, weekend, holidays: days, renewing: users.length > 0, updatedAt: now };
    if (before === null) change.create(ref, { id: calendarId, ...fields });
    else change.change(ref, before, fields);
    const data = { calendar: calendarId, holidays: String(days.length), schedules: String(users.length) };
    return { result: { calendarId, schedules: users.length }, writes: change.toWrites('calendar.set', { data }) };
  },
};
