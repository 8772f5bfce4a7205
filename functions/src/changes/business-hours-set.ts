import { DEFAULT_BUSINESS_HOURS, isNarrower } from '@countersign/domain/approval/business-hours';
import { AppError } from '@countersign/domain/errors';
import { businessHoursSchema } from '@countersign/domain/schemas/organization';
import * as z from 'zod';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';
import { organizationOf } from './organization-changes.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const shownSchema = z.object({
  timeZone: z.string(),
  businessHours: businessHoursSchema,
  calendar: z.string().nullable(),
});

/**
 * When the organization is at work: what is asked for at other times is a risk, and policies may ask more people. So more
 * hours take two people, fewer one.
 */
export const businessHoursSet: ChangeDefinition<'business-hours.set'> = {
  kind: 'business-hours.set',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, { timeZone, businessHours, calendar }) {
    const organization = await organizationOf(tx, orgId);
    const { days, from, to } = businessHours;
    if (from >= to)
      throw new AppError('invalid_argument', 'Business hours must end after they begin, on the same day.');
    const holidays = calendar === null ? null : await read(tx, refs.calendar(orgId, calendar.id));
    if (calendar !== null && holidays === null) throw new AppError('not_found', 'There is no such calendar.');
    if (calendar !== null && holidays?.version !== calendar.version)
      throw new AppError('stale_digest', 'The calendar has been changed meanwhile. Look at it again.');
    const on =
      days.length === 0
        ? 'never'
        : [...days]
            .sort((a, b) => a - b)
            .map((day) => DAYS[day - 1])
            .join(', ');
    const off = holidays === null ? '' : `, but on the holidays of “${holidays.name}”`;
    return {
      version: organization.version,
      shown: {
        timeZone: organization.timeZone,
        businessHours: organization.businessHours ?? DEFAULT_BUSINESS_HOURS,
        calendar: organization.businessCalendarId ?? null,
      },
      title: `Business hours: ${on}, ${from} to ${to} in ${timeZone}${off}`,
    };
  },
  onePerson({ shown }, { timeZone, businessHours, calendar }) {
    const before = shownSchema.parse(shown);
    return (
      timeZone === before.timeZone &&
      isNarrower(businessHours, before.businessHours) &&
      (before.calendar === null || before.calendar === calendar?.id)
    );
  },
  async apply({ tx, orgId, change: { timeZone, businessHours, calendar }, set }) {
    set.change(refs.organization(orgId), await organizationOf(tx, orgId), {
      timeZone,
      businessHours,
      businessCalendarId: calendar?.id ?? null,
    });
  },
};
