import { opensBusinessDays, putCalendar } from '../engine/put-calendar.ts';
import * as z from 'zod';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

const shownSchema = z.object({ opensBusinessDays: z.boolean() });

/** A business-day calendar. It takes two people where business hours follow it and would become longer by it. */
export const calendarSet: ChangeDefinition<'calendar.set'> = {
  kind: 'calendar.set',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, { calendarId, calendar }) {
    const before = await read(tx, refs.calendar(orgId, calendarId));
    const opens = await opensBusinessDays(tx, orgId, calendarId, calendar);
    return {
      version: before?.version ?? null,
      shown: {
        opensBusinessDays: opens,
        ...(before !== null && {
          name: before.name,
          timeZone: before.timeZone,
          weekend: before.weekend,
          holidays: before.holidays,
        }),
      },
      title: `Calendar “${calendar.name}”${opens ? ': business hours would be on days on which nobody works now' : ''}`,
    };
  },
  onePerson: ({ shown }) => !shownSchema.parse(shown).opensBusinessDays,
  async apply({ tx, orgId, change: { calendarId, calendar }, set, now }) {
    await putCalendar(tx, set, orgId, calendarId, calendar, now);
  },
};
