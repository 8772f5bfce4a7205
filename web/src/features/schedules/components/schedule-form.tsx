import { askedParameters } from '@countersign/domain/plan/parameters';
import { cronInWords } from '@countersign/domain/schedule/cron-in-words';
import type { Operation, Parameter } from '@countersign/domain/schemas/plugin';
import { type Calendar, HOLIDAY_RULES, type HolidayRule, type Schedule } from '@countersign/domain/schemas/schedule';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { useNow } from '../../../components/now.ts';
import { ParameterField } from '../../../components/parameter-field.tsx';
import { formatInstant } from '../../../components/time.ts';
import { type DuePreview, duePreview } from '../api/due-preview.ts';
import { type FileSource, type ScheduleDraft, draftIssues, inputOf } from '../api/schedule-draft.ts';
import { FileSourceField } from './file-source-field.tsx';
import classes from './schedules.module.css';

export const HOLIDAY_WORDS: Readonly<Record<HolidayRule, string>> = {
  next: 'Move to the next business day',
  previous: 'Move to the business day before',
  skip: 'Leave it out',
  last_of_month: "Always the month's last business day",
};

const ZONES = Intl.supportedValuesOf('timeZone');

/** What runs, with which parameters, when; with the next times, computed as the server computes them. */
export function ScheduleForm({
  schedule,
  first,
  operations,
  calendars,
}: {
  readonly schedule: Schedule | null;
  readonly first: ScheduleDraft;
  readonly operations: readonly Operation[];
  readonly calendars: readonly Calendar[];
}): ReactNode {
  const { has } = useWorkplace();
  const navigate = useNavigate();
  const now = useNow();
  const command = useCommand('setSchedule');
  const [draft, setDraft] = useState(first);
  const [tried, setTried] = useState(false);
  const set = (fields: Partial<ScheduleDraft>): void => setDraft((before) => ({ ...before, ...fields }));

  const operation = operations.find(({ id }) => id === draft.operationId);
  const calendar = calendars.find(({ id }) => id === draft.calendarId) ?? null;
  const onHoliday = draft.calendarId === null ? null : draft.onHoliday;
  // The minute will do: the next times don't change more often.
  const minute = new Date(Math.floor(now / 60_000) * 60_000).toISOString();
  const preview = duePreview({ cron: draft.cron, timeZone: draft.timeZone.trim(), calendar, onHoliday }, minute);
  const issues = operation ? draftIssues(draft, operation) : new Map<string, string>();
  const editable = has('operator');
  const sound = operation !== undefined && issues.size === 0 && preview.ok && preview.times.length > 0;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!sound || draft.title.trim() === '' || command.pending) return;
    const target = schedule === null ? {} : { scheduleId: schedule.id };
    void command.run({ ...target, ...inputOf(draft, operation) }).then((result) => {
      if (result) void navigate('/schedules');
    });
  };

  return (
    <form className={classes.layout} onSubmit={submit} noValidate>
      <fieldset className={`${classes.group} ${classes.fields}`} disabled={!editable}>
        <TextInput
          label="Name"
          value={draft.title}
          maxLength={120}
          error={tried && draft.title.trim() === '' ? 'A name is needed' : undefined}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
        <NativeSelect
          label="Operation"
          value={draft.operationId}
          error={tried && operation === undefined ? 'Choose what is run' : undefined}
          data={[{ value: '', label: 'Choose…' }, ...operations.map(({ id, title }) => ({ value: id, label: title }))]}
          onChange={(event) => set({ operationId: event.currentTarget.value, values: {}, files: {} })}
        />
        {operation && (
          <Parameters
            key={operation.id}
            operation={operation}
            draft={draft}
            issues={tried ? issues : new Map()}
            onChange={set}
          />
        )}
        <When draft={draft} calendars={calendars} preview={preview} onChange={set} />
        <CommandProblem failure={command.failure} />
        {editable ? (
          <div>
            <Button type="submit" loading={command.pending} disabled={tried && !sound}>
              {schedule === null ? 'Make this schedule' : 'Save'}
            </Button>
          </div>
        ) : (
          <p className="muted">Operators make and change schedules. Your role may only look.</p>
        )}
      </fieldset>
      <Preview preview={preview} timeZone={draft.timeZone.trim()} />
    </form>
  );
}

function Parameters({
  operation,
  draft,
  issues,
  onChange,
}: {
  readonly operation: Operation;
  readonly draft: ScheduleDraft;
  readonly issues: ReadonlyMap<string, string>;
  readonly onChange: (fields: Partial<ScheduleDraft>) => void;
}): ReactNode {
  const asked = askedParameters(operation.parameters, draft.values);
  const setFile = (name: string, source: FileSource): void => onChange({ files: { ...draft.files, [name]: source } });
  const setValue = (name: string, value: unknown): void => onChange({ values: { ...draft.values, [name]: value } });
  const field = (parameter: Parameter): ReactNode =>
    parameter.type === 'file' ? (
      <FileSourceField
        key={parameter.name}
        label={parameter.label}
        source={draft.files[parameter.name] ?? { kind: 'newest', name: '' }}
        problem={issues.get(parameter.name) ?? null}
        onChange={(source) => setFile(parameter.name, source)}
      />
    ) : (
      <ParameterField
        key={parameter.name}
        parameter={parameter}
        value={draft.values[parameter.name] ?? ('default' in parameter ? parameter.default : undefined)}
        problem={issues.get(parameter.name) ?? null}
        disabled={false}
        onChange={(value) => setValue(parameter.name, value)}
      />
    );
  return <>{asked.map(field)}</>;
}

function When({
  draft,
  calendars,
  preview,
  onChange,
}: {
  readonly draft: ScheduleDraft;
  readonly calendars: readonly Calendar[];
  readonly preview: DuePreview;
  readonly onChange: (fields: Partial<ScheduleDraft>) => void;
}): ReactNode {
  const problem = (field: string): string | undefined =>
    !preview.ok && preview.field === field ? preview.message : undefined;
  const words = cronInWords(draft.cron);
  return (
    <fieldset className={classes.group}>
      <legend>When</legend>
      <TextInput
        label="Times"
        description={
          words === null
            ? 'Five fields: minute, hour, day of month, month, day of week'
            : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
        }
        error={problem('cron')}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={draft.cron}
        onChange={(event) => onChange({ cron: event.currentTarget.value })}
      />
      <TextInput
        label="Time zone"
        description="Its clocks decide, also when they are set forward or back"
        error={problem('timeZone')}
        list="time-zones"
        spellCheck={false}
        value={draft.timeZone}
        onChange={(event) => onChange({ timeZone: event.currentTarget.value })}
      />
      <datalist id="time-zones">
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <div className={classes.pair}>
        <NativeSelect
          label="Business-day calendar"
          error={problem('calendar')}
          value={draft.calendarId ?? ''}
          data={[
            { value: '', label: 'None: every day counts' },
            ...calendars.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) =>
            onChange({ calendarId: event.currentTarget.value === '' ? null : event.currentTarget.value })
          }
        />
        {draft.calendarId !== null && (
          <NativeSelect
            label="On a day that is none"
            value={draft.onHoliday}
            data={HOLIDAY_RULES.map((rule) => ({ value: rule, label: HOLIDAY_WORDS[rule] }))}
            onChange={(event) => {
              const chosen = HOLIDAY_RULES.find((rule) => rule === event.currentTarget.value);
              if (chosen !== undefined) onChange({ onHoliday: chosen });
            }}
          />
        )}
      </div>
    </fieldset>
  );
}

function Preview({ preview, timeZone }: { readonly preview: DuePreview; readonly timeZone: string }): ReactNode {
  return (
    <aside className={classes.preview} aria-live="polite">
      <h2>Next times</h2>
      {!preview.ok && <p className="muted">{preview.message}</p>}
      {preview.ok && preview.times.length === 0 && <p className="muted">None within twelve years: correct the days.</p>}
      {preview.ok && preview.times.length > 0 && (
        <ol>
          {preview.times.map((at) => (
            <li key={at} className="tabular">
              {weekdayOf(at, timeZone)}, {formatInstant(at, timeZone)}
            </li>
          ))}
        </ol>
      )}
      <p className="muted">A time that was missed is run once, late, and says so.</p>
    </aside>
  );
}

function weekdayOf(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone }).format(new Date(at));
}
