import { AppError } from '@countersign/domain/errors';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { scheduledRequest, timesOf } from '../engine/schedule-request.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** A schedule, new or changed. Whoever gives it is the requester of its runs, and can not sign them. */
export const setSchedule: Command<'setSchedule'> = {
  name: 'setSchedule',
  roles: ['operator'],
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, scheduleId, title, operationId, newestFiles, cron, timeZone, calendarId, onHoliday } = input;
    const before = scheduleId === undefined ? null : await scheduleOf(tx, orgId, scheduleId);
    const operation = await read(tx, refs.operation(orgId, operationId));
    if (operation === null || !operation.active)
      throw new AppError('not_found', 'There is no such operation, or it is not active.');
    const { parameters } = await scheduledRequest(tx, orgId, operation, input);
    const nextAt = (await timesOf(tx, orgId, input)).after(now);
    if (nextAt === null)
      throw new AppError('invalid_argument', 'This has no time within the next twelve years. Correct the days.');
    // What is looked up anew each time is not kept as a file.
    const kept = Object.fromEntries(Object.entries(parameters).filter(([name]) => !(name in newestFiles)));
    const id = scheduleId ?? callId;
    const active = before?.active ?? true;
    const fields = {
      title,
      operationId,
      parameters: kept,
      newestFiles,
      cron,
      timeZone,
      calendarId,
      onHoliday,
      active,
      madeBy: member.uid,
      nextAt: active ? nextAt : null,
      updatedAt: now,
    };
    const ref = refs.schedule(orgId, id);
    if (before !== null) change.change(ref, before, { ...fields, problem: active ? null : before.problem });
    else {
      const nothingYet = { lastDueAt: null, lastExecutionId: null, problem: null, deletedAt: null, createdAt: now };
      change.create(ref, { id, ...fields, ...nothingYet });
    }
    const data = { schedule: id, operation: operationId, cron, timeZone, calendar: calendarId ?? '', nextAt };
    return {
      result: { scheduleId: id, nextAt },
      writes: change.toWrites('schedule.set', { data, personal: { title } }),
    };
  },
};

/** @throws AppError `not_found`, also for one that was deleted */
export async function scheduleOf(tx: Transaction, orgId: string, scheduleId: string): Promise<Schedule> {
  const schedule = await read(tx, refs.schedule(orgId, scheduleId));
  if (schedule === null || schedule.deletedAt !== null) throw new AppError('not_found', 'There is no such schedule.');
  return schedule;
}
