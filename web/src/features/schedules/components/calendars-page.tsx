import { dayOf } from '@countersign/domain/schedule/wall-time';
import { daySchema } from '@countersign/domain/schemas/common';
import { type Calendar, timeZoneSchema } from '@countersign/domain/schemas/schedule';
import { Button, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import form from '../../../components/form.module.css';
import { More } from '../../../components/more.tsx';
import { useNow } from '../../../components/now.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import classes from './schedules.module.css';

const PAGE = 30;
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Which days are business days. */
export default function CalendarsPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.calendars(orgId), PAGE);
  const editable = has('treasurer', 'admin');
  return (
    <>
      <PageHeader
        title="Calendars"
        back={<Link to="/schedules">Schedules</Link>}
        purpose="Which days are business days. A change moves the next times of every schedule that uses the calendar."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={3} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="calendars" />}
      {list.live.kind === 'ready' && list.live.value.length === 0 && (
        <Empty>
          There is no calendar yet: every day counts for every schedule.
          {!editable && ' A treasurer or an administrator can make one.'}
        </Empty>
      )}
      {list.live.kind === 'ready' &&
        list.live.value.map((calendar) => <OneCalendar key={calendar.id} calendar={calendar} editable={editable} />)}
      <More list={list} noun="calendars" />
      {editable && list.live.kind === 'ready' && (
        <Section title="New calendar">
          <CalendarForm key={list.live.value.length} calendar={null} />
        </Section>
      )}
    </>
  );
}

function OneCalendar({ calendar, editable }: { readonly calendar: Calendar; readonly editable: boolean }): ReactNode {
  const weekend = DAYS.filter((_, index) => calendar.weekend.includes(index + 1));
  const today = dayOf(useNow());
  const coming = calendar.holidays.filter((day) => day >= today);
  return (
    <Section title={calendar.name} aside={calendar.timeZone}>
      <p style={{ marginTop: 8 }}>
        {weekend.length === 0 ? 'No weekend' : `Weekend: ${weekend.join(', ')}`}.{' '}
        {coming.length === 0 ? (
          <strong>No holiday to come is listed.</strong>
        ) : (
          <span className="tabular">
            Next holidays: {coming.slice(0, 4).join(', ')}
            {coming.length > 4 && ` and ${coming.length - 4} more, the last on ${coming.at(-1) ?? ''}`}.
          </span>
        )}
        {calendar.renewing && ' Its schedules get their new times within a minute.'}
      </p>
      {editable && (
        <details>
          <summary>Change {calendar.name}</summary>
          <CalendarForm key={calendar.version} calendar={calendar} />
        </details>
      )}
    </Section>
  );
}

function CalendarForm({ calendar }: { readonly calendar: Calendar | null }): ReactNode {
  const { organization } = useWorkplace();
  const command = useCommand('setCalendar');
  // One id for one form: asked twice, it is one calendar.
  const [calendarId] = useState(() => calendar?.id ?? crypto.randomUUID());
  const [name, setName] = useState(calendar?.name ?? '');
  const [timeZone, setTimeZone] = useState(calendar?.timeZone ?? organization.timeZone);
  const [weekend, setWeekend] = useState<readonly number[]>(calendar?.weekend ?? [6, 7]);
  const [text, setText] = useState((calendar?.holidays ?? []).join('\n'));
  const [saved, setSaved] = useState(false);
  const holidays = text.split(/[\s,;]+/).filter((day) => day !== '');
  const wrong = holidays.find((day) => !isDay(day));
  const zoneOk = timeZoneSchema.safeParse(timeZone.trim()).success;
  const ready = name.trim() !== '' && wrong === undefined && zoneOk && weekend.length < 7;
  const fields = {
    name: name.trim(),
    timeZone: timeZone.trim(),
    weekend: weekend.toSorted((one, other) => one - other),
    holidays,
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || command.pending) return;
    void command.run({ calendarId, ...fields }).then((result) => setSaved(result !== null));
  };
  // Where business hours follow the calendar, more business days take a second person: the server says for which that is.
  const followed = calendar !== null && organization.businessCalendarId === calendar.id;
  const inputs = (
    <>
      <TextInput label="Name" maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput
        label="Time zone"
        error={zoneOk ? undefined : 'Write a zone such as Europe/Zurich'}
        value={timeZone}
        onChange={(event) => setTimeZone(event.currentTarget.value)}
      />
      <fieldset className={classes.group}>
        <legend>Weekend</legend>
        <div className={classes.days}>
          {DAYS.map((label, index) => (
            <Checkbox
              key={label}
              label={label}
              checked={weekend.includes(index + 1)}
              onChange={(event) =>
                setWeekend(
                  event.currentTarget.checked ? [...weekend, index + 1] : weekend.filter((day) => day !== index + 1),
                )
              }
            />
          ))}
        </div>
      </fieldset>
      <Textarea
        label="Holidays"
        description="Days such as 2026-12-25, one on each line"
        error={wrong === undefined ? undefined : `${wrong} is no day: write it as 2026-12-25`}
        rows={6}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </>
  );
  if (followed)
    return (
      <ProposeForm
        change={ready ? { kind: 'calendar.set', calendarId, calendar: fields } : null}
        label="Propose this calendar"
      >
        <p className="muted">Business hours follow this calendar: more days of work take a second person.</p>
        {inputs}
      </ProposeForm>
    );
  return (
    <form className={form.form} onSubmit={submit}>
      {inputs}
      <CommandProblem failure={command.failure} />
      <Button type="submit" variant="default" loading={command.pending} disabled={!ready}>
        {calendar === null ? 'Make this calendar' : 'Save'}
      </Button>
      {saved && <p role="status">Saved.</p>}
    </form>
  );
}

/** A day that there is: 30 February would be taken for 2 March. */
function isDay(text: string): boolean {
  const at = daySchema.safeParse(text).success ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && dayOf(at) === text;
}
