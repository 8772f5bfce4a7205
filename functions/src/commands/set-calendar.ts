import { AppError } from '@countersign/domain/errors';
import { opensBusinessDays, putCalendar } from '../engine/put-calendar.ts';
import type { Command } from './run-command.ts';

/**
 * A business-day calendar, as a whole. The tick gives its schedules their new times within a minute. Days off of the
 * calendar that business hours follow are taken away by two people: `calendar.set`.
 */
export const setCalendar: Command<'setCalendar'> = {
  name: 'setCalendar',
  roles: ['treasurer', 'admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, calendarId } = input;
    if (await opensBusinessDays(tx, orgId, calendarId, input))
      throw new AppError(
        'failed_precondition',
        'The business hours follow this calendar: to take days off away from it takes two people. Propose the change.',
      );
    const schedules = await putCalendar(tx, change, orgId, calendarId, input, now);
    const data = {
      calendar: calendarId,
      holidays: String(new Set(input.holidays).size),
      schedules: String(schedules),
    };
    return { result: { calendarId, schedules }, writes: change.toWrites('calendar.set', { data }) };
  },
};
