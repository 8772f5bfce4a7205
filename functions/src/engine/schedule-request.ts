import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { DueTimes } from '@countersign/domain/schedule/next-due';
import { fileSchema } from '@countersign/domain/schemas/file';
import type { Operation } from '@countersign/domain/schemas/plugin';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import { checkedRequest, type CheckedRequest } from './checked-request.ts';

/**
 * What a schedule asks for now: its parameters as a request's, with the newest upload of each name that it takes.
 * @throws AppError as `checkedRequest` does, and `not_found` when nothing of that name was uploaded
 */
export async function scheduledRequest(
  tx: Transaction,
  orgId: string,
  operation: Operation,
  { parameters, newestFiles }: Pick<Schedule, 'parameters' | 'newestFiles'>,
): Promise<CheckedRequest> {
  const values: Record<string, unknown> = { ...parameters };
  for (const [parameter, name] of Object.entries(newestFiles)) {
    const field = operation.parameters.find((one) => one.name === parameter);
    if (field?.type !== 'file')
      throw new AppError('invalid_argument', `${operation.title} has no file parameter ${parameter}.`);
    if (values[parameter] !== undefined)
      throw new AppError('invalid_argument', `${field.label}: choose one file, or the newest of a name, not both.`);
    values[parameter] = await newestOf(tx, orgId, name);
  }
  return checkedRequest(tx, orgId, operation, values);
}

/** The last upload of this name, also when it can not be used: an older one is never taken in its place. */
async function newestOf(tx: Transaction, orgId: string, name: string): Promise<string> {
  const [newest] = await tx.query({
    collection: paths.files(orgId),
    where: [
      ['kind', '==', 'input'],
      ['name', '==', name],
    ],
    orderBy: [['revision', 'desc']],
    limit: 1,
  });
  if (newest === undefined)
    throw new AppError('not_found', `No file named ${name} has been uploaded. Upload one, or correct the name.`);
  return fileSchema.parse(newest.data).id;
}

/**
 * The times of a schedule, by the calendar as it is now.
 * @throws AppError `invalid_argument` or `not_found` when it has none
 */
export async function timesOf(
  from: Pick<Transaction, 'get' | 'getAll'>,
  orgId: string,
  { cron, timeZone, calendarId, onHoliday }: Pick<Schedule, 'cron' | 'timeZone' | 'calendarId' | 'onHoliday'>,
): Promise<DueTimes> {
  if ((calendarId === null) !== (onHoliday === null))
    throw new AppError(
      'invalid_argument',
      'A calendar, and what to do on its holidays, are given together or not at all.',
    );
  const calendar = calendarId === null ? null : await read(from, refs.calendar(orgId, calendarId));
  if (calendarId !== null && calendar === null) throw new AppError('not_found', 'There is no such calendar.');
  return new DueTimes({ cron, timeZone, calendar, onHoliday });
}
