import { checkParameters, withDefaults } from '@countersign/domain/plan/parameters';
import type { CommandInput } from '@countersign/domain/schemas/commands';
import type { Operation } from '@countersign/domain/schemas/plugin';
import type { HolidayRule, Schedule } from '@countersign/domain/schemas/schedule';

/** Where a file parameter of a schedule comes from: the newest upload of a name, or one file for ever. */
export type FileSource =
  | { readonly kind: 'newest'; readonly name: string }
  | { readonly kind: 'fixed'; readonly fileId: string };

/** A schedule while it is written. */
export interface ScheduleDraft {
  readonly title: string;
  readonly operationId: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, FileSource>>;
  readonly cron: string;
  readonly timeZone: string;
  readonly calendarId: string | null;
  readonly onHoliday: HolidayRule;
}

export function emptyDraft(timeZone: string): ScheduleDraft {
  return {
    title: '',
    operationId: '',
    values: {},
    files: {},
    cron: '0 9 * * MON-FRI',
    timeZone,
    calendarId: null,
    onHoliday: 'next',
  };
}

export function draftOf(schedule: Schedule, operation: Pick<Operation, 'parameters'> | undefined): ScheduleDraft {
  const fileNames = new Set((operation?.parameters ?? []).flatMap(({ type, name }) => (type === 'file' ? [name] : [])));
  const values = Object.entries(schedule.parameters);
  return {
    title: schedule.title,
    operationId: schedule.operationId,
    values: Object.fromEntries(values.filter(([name]) => !fileNames.has(name))),
    files: {
      ...Object.fromEntries(
        values
          .filter(([name]) => fileNames.has(name))
          .map(([name, fileId]) => [name, { kind: 'fixed', fileId: String(fileId) } as const]),
      ),
      ...Object.fromEntries(
        Object.entries(schedule.newestFiles).map(([name, file]) => [name, { kind: 'newest', name: file } as const]),
      ),
    },
    cron: schedule.cron,
    timeZone: schedule.timeZone,
    calendarId: schedule.calendarId,
    onHoliday: schedule.onHoliday ?? 'next',
  };
}

/** A value that stands for a file which is looked up when the schedule is due. */
const SOME_FILE = 'newest-upload';

/** What is missing or wrong in the parameters, by parameter name. */
export function draftIssues(draft: ScheduleDraft, operation: Pick<Operation, 'parameters'>): Map<string, string> {
  const files = Object.entries(draft.files).flatMap(([name, source]) => {
    const value = source.kind === 'fixed' ? source.fileId : source.name.trim() === '' ? '' : SOME_FILE;
    return value === '' ? [] : [[name, value] as const];
  });
  const complete = withDefaults(operation.parameters, { ...draft.values, ...Object.fromEntries(files) });
  return new Map(checkParameters(operation.parameters, complete).map(({ parameter, message }) => [parameter, message]));
}

type Input = Omit<CommandInput<'setSchedule'>, 'orgId' | 'idempotencyKey' | 'scheduleId'>;

export function inputOf(draft: ScheduleDraft, operation: Pick<Operation, 'parameters'>): Input {
  const asked = new Set(Object.keys(draft.files));
  const fixed = Object.entries(draft.files).flatMap(([name, source]) =>
    source.kind === 'fixed' && source.fileId !== '' ? [[name, source.fileId] as const] : [],
  );
  const newest = Object.entries(draft.files).flatMap(([name, source]) =>
    source.kind === 'newest' && source.name.trim() !== '' ? [[name, source.name.trim()] as const] : [],
  );
  const values = Object.fromEntries(Object.entries(draft.values).filter(([name]) => !asked.has(name)));
  return {
    title: draft.title.trim(),
    operationId: draft.operationId,
    parameters: withDefaults(operation.parameters, { ...values, ...Object.fromEntries(fixed) }),
    newestFiles: Object.fromEntries(newest),
    cron: draft.cron.trim(),
    timeZone: draft.timeZone.trim(),
    calendarId: draft.calendarId,
    onHoliday: draft.calendarId === null ? null : draft.onHoliday,
  };
}
