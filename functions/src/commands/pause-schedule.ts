import { AppError } from '@countersign/domain/errors';
import { timesOf } from '../engine/schedule-request.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { scheduleOf } from './set-schedule.ts';
import type { Command } from './run-command.ts';

export const pauseSchedule: Command<'pauseSchedule'> = {
  name: 'pauseSchedule',
  roles: ['operator', 'treasurer', 'admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, scheduleId, reason } = input;
    const schedule = await scheduleOf(tx, orgId, scheduleId);
    if (!schedule.active) throw new AppError('failed_precondition', 'This schedule is paused already.');
    change.change(refs.schedule(orgId, scheduleId), schedule, { active: false, nextAt: null, updatedAt: now });
    const event = { data: { schedule: scheduleId }, personal: { title: schedule.title, reason } };
    return { result: { active: false }, writes: change.toWrites('schedule.paused', event) };
  },
};

/** From its next time on; what passed while it was paused is not run. */
export const resumeSchedule: Command<'resumeSchedule'> = {
  name: 'resumeSchedule',
  roles: ['operator', 'treasurer', 'admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, scheduleId } = input;
    const schedule = await scheduleOf(tx, orgId, scheduleId);
    if (schedule.active) throw new AppError('failed_precondition', 'This schedule is not paused.');
    const maker = await read(tx, refs.member(orgId, schedule.madeBy));
    if (maker?.active !== true || !maker.roles.includes('operator'))
      throw new AppError(
        'failed_precondition',
        'Who made this schedule is no active operator any more. An operator who saves it takes it over.',
      );
    const nextAt = (await timesOf(tx, orgId, schedule)).after(now);
    if (nextAt === null)
      throw new AppError('failed_precondition', 'This schedule has no time to come. Correct its days.');
    const fields = { active: true, nextAt, problem: null, updatedAt: now };
    change.change(refs.schedule(orgId, scheduleId), schedule, fields);
    const event = { data: { schedule: scheduleId, nextAt }, personal: { title: schedule.title } };
    const writes = change.toWrites('schedule.resumed', event);
    return { result: { nextAt }, writes };
  },
};

/** It is kept, for the runs that came of it, and never runs again. */
export const deleteSchedule: Command<'deleteSchedule'> = {
  name: 'deleteSchedule',
  roles: ['operator', 'treasurer', 'admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, scheduleId, reason } = input;
    const schedule = await scheduleOf(tx, orgId, scheduleId);
    const fields = { active: false, nextAt: null, deletedAt: now, updatedAt: now };
    change.change(refs.schedule(orgId, scheduleId), schedule, fields);
    const event = { data: { schedule: scheduleId }, personal: { title: schedule.title, reason } };
    return { result: { scheduleId }, writes: change.toWrites('schedule.deleted', event) };
  },
};
