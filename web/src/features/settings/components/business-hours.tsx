import { DEFAULT_BUSINESS_HOURS } from '@countersign/domain/approval/business-hours';
import { timeZoneSchema } from '@countersign/domain/schemas/schedule';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { Failure } from '../../../components/failure.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { refs } from '../../../refs.ts';
import { DAYS, hoursInWords, hoursProblem } from '../api/hours.ts';
import classes from './settings.module.css';

const CALENDARS = 50;

/** When the organization is at work: rules and risk ask about it. More of it takes two people, less of it one. */
export function BusinessHours(): ReactNode {
  const { orgId, organization, has } = useWorkplace();
  const calendars = useLiveList(refs.calendars(orgId), CALENDARS);
  const list = calendars.live.kind === 'ready' ? calendars.live.value : [];
  const hours = organization.businessHours ?? DEFAULT_BUSINESS_HOURS;
  const calendar = list.find(({ id }) => id === organization.businessCalendarId);
  return (
    <Section title="Business hours">
      <p>
        {hoursInWords(hours)} in {organization.timeZone}
        {calendar === undefined ? '.' : `, but on days off of the calendar “${calendar.name}”.`}
      </p>
      {calendars.live.kind === 'failed' && <Failure failure={calendars.live.failure} what="calendars" />}
      {has('treasurer', 'admin') && calendars.live.kind === 'ready' && (
        <details>
          <summary>Change the business hours</summary>
          {/* Made anew when they were changed: a form of what they were would take that back. */}
          <HoursForm key={organization.version} calendars={list} />
        </details>
      )}
    </Section>
  );
}

function HoursForm({
  calendars,
}: {
  readonly calendars: readonly { readonly id: string; readonly name: string; readonly version: number }[];
}): ReactNode {
  const { organization } = useWorkplace();
  const stored = organization.businessHours ?? DEFAULT_BUSINESS_HOURS;
  const [hours, setHours] = useState(stored);
  const [timeZone, setTimeZone] = useState(organization.timeZone);
  const [calendarId, setCalendarId] = useState(organization.businessCalendarId ?? '');
  const problem = hoursProblem(hours);
  const zoneOk = timeZoneSchema.safeParse(timeZone.trim()).success;
  const calendar = calendars.find(({ id }) => id === calendarId);
  const same =
    hoursInWords(hours) === hoursInWords(stored) &&
    timeZone.trim() === organization.timeZone &&
    calendarId === (organization.businessCalendarId ?? '');
  const change =
    problem !== null || !zoneOk || same
      ? null
      : ({
          kind: 'business-hours.set',
          timeZone: timeZone.trim(),
          businessHours: { ...hours, days: hours.days.toSorted((one, other) => one - other) },
          calendar: calendar === undefined ? null : { id: calendar.id, version: calendar.version },
        } as const);
  return (
    <ProposeForm change={change} label="Propose these hours">
      <div role="group" aria-label="Days of work" className={classes.roles}>
        {DAYS.map((label, index) => (
          <Checkbox
            key={label}
            label={label}
            checked={hours.days.includes(index + 1)}
            onChange={(event) =>
              setHours({
                ...hours,
                days: event.currentTarget.checked
                  ? [...hours.days, index + 1]
                  : hours.days.filter((day) => day !== index + 1),
              })
            }
          />
        ))}
      </div>
      <TextInput
        label="From"
        value={hours.from}
        maxLength={5}
        onChange={(event) => setHours({ ...hours, from: event.currentTarget.value.trim() })}
      />
      <TextInput
        label="To"
        description="24:00 is the end of the day"
        value={hours.to}
        maxLength={5}
        error={problem ?? undefined}
        onChange={(event) => setHours({ ...hours, to: event.currentTarget.value.trim() })}
      />
      <TextInput
        label="Time zone"
        error={zoneOk ? undefined : 'Write a zone such as Europe/Zurich'}
        value={timeZone}
        onChange={(event) => setTimeZone(event.currentTarget.value)}
      />
      <NativeSelect
        label="Days off by calendar"
        description="Calendars are made under Schedules"
        value={calendarId}
        data={[
          { value: '', label: 'None: only the days above count' },
          ...calendars.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(event) => setCalendarId(event.currentTarget.value)}
      />
      <p className="muted" aria-live="polite">
        {same ? 'Nothing is changed yet.' : problem === null && `At work: ${hoursInWords(hours)}.`}
      </p>
    </ProposeForm>
  );
}
