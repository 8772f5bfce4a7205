import { AppError, isAppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { isDueTime, type DueTimes } from '@countersign/domain/schedule/next-due';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Transaction, type Write } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { newExecution, requestFacts } from './new-execution.ts';
import { holdersOf, messageWrites } from './notifications.ts';
import { scheduledRequest, timesOf } from './schedule-request.ts';
import { newWork } from './work.ts';

const SCHEDULES_A_TICK = 200;
/** A tick comes each minute; what begins later than this is late, and says so. */
const LATE_MS = 5 * 60_000;

/** Begin what is due. Each time of a schedule becomes one execution, whoever else ticks at the same moment. */
export async function runSchedules(deps: Deps): Promise<{ begun: number }> {
  const now = deps.now();
  const due = await deps.db.query({
    collection: 'schedules',
    group: true,
    where: [['nextAt', '<=', now.toISOString()]],
    orderBy: [['nextAt', 'asc']],
    limit: SCHEDULES_A_TICK,
  });
  let begun = 0;
  for (const stored of due) {
    const [, orgId = '', , id = ''] = stored.path.split('/');
    // One that fails does not hold up the others; it is tried again with the next tick.
    const executionId = await beginDue(deps, orgId, id).catch((error: unknown) => {
      log.tickFailed({ part: `schedule ${id} of ${orgId}`, message: String(error) });
      return null;
    });
    if (executionId === null) continue;
    begun += 1;
    await deps.wake(orgId, executionId);
  }
  return { begun };
}

interface Due {
  readonly tx: Transaction;
  readonly orgId: string;
  readonly schedule: Schedule;
  readonly dueAt: string;
  readonly now: string;
  readonly change: ChangeSet;
}

/** One commit: the execution, and the schedule's next time. @returns the execution that began */
async function beginDue(deps: Deps, orgId: string, scheduleId: string): Promise<string | null> {
  return deps.db.transaction(async (tx) => {
    const schedule = await read(tx, refs.schedule(orgId, scheduleId));
    const now = deps.now().toISOString();
    if (schedule?.nextAt == null || !schedule.active || schedule.nextAt > now) return null;
    const { nextAt: dueAt } = schedule;
    const commitId = `schedule-${scheduleId}-${schedule.version}`;
    const change = new ChangeSet(orgId, commitId, { kind: 'system', part: 'tick' }, now);
    const due: Due = { tx, orgId, schedule, dueAt, now, change };
    try {
      return await decide(due);
    } catch (error) {
      if (!isAppError(error) || error.retryable || error.code === 'internal') throw error;
      // It has no times any more: nothing can be begun, now or later.
      await pause(due, error.message);
      return null;
    }
  });
}

async function decide(due: Due): Promise<string | null> {
  const { tx, orgId, schedule, dueAt, now, change } = due;
  const times = await timesOf(tx, orgId, schedule);
  const missed = times.missed(dueAt, now);
  const nextAt = times.after(missed.last);
  if (!isDueTime(times, dueAt)) {
    // The calendar says otherwise since this time was set.
    change.change(refs.schedule(orgId, schedule.id), schedule, { nextAt: times.after(dueAt), updatedAt: now });
    tx.write(
      ...change.toWrites('schedule.renewed', {
        data: { schedule: schedule.id, dueAt },
        personal: { title: schedule.title },
      }),
    );
    return null;
  }
  const maker = await read(tx, refs.member(orgId, schedule.madeBy));
  if (maker?.active !== true || !maker.roles.includes('operator')) {
    await pause(due, 'Who made it is no active operator any more. An operator who saves it takes it over.');
    return null;
  }
  const id = derivedId('scheduled', orgId, schedule.id, dueAt);
  const writes = await begin(due, id, missed, nextAt).catch((error: unknown) => {
    if (!isAppError(error) || error.retryable || error.code === 'internal') throw error;
    return error;
  });
  if (!(writes instanceof AppError)) {
    tx.write(...writes);
    return id;
  }
  skip(due, writes.message, nextAt);
  return null;
}

/** The execution, as if its maker had asked for it now; late ones stand for every time that was missed. */
async function begin(
  { tx, orgId, schedule, dueAt, now, change }: Due,
  id: string,
  missed: ReturnType<DueTimes['missed']>,
  nextAt: string | null,
): Promise<Write[]> {
  const operation = await read(tx, refs.operation(orgId, schedule.operationId));
  if (operation === null || !operation.active)
    throw new AppError('not_found', 'There is no such operation, or it is not active.');
  if ((await read(tx, refs.execution(orgId, id))) !== null)
    throw new AppError('already_exists', 'There is a run for this time already.');
  const { parameters, inputs } = await scheduledRequest(tx, orgId, operation, schedule);
  const origin = { kind: 'schedule', executionId: null, scheduleId: schedule.id, dueAt } as const;
  const request = { operation, parameters, inputs, requestedBy: schedule.madeBy, origin, id, now };
  change.create(refs.execution(orgId, id), newExecution(request));
  change.change(refs.schedule(orgId, schedule.id), schedule, {
    nextAt,
    lastDueAt: missed.last,
    lastExecutionId: id,
    problem: null,
    updatedAt: now,
  });
  change.also(newWork(orgId, id, now));
  const late = lateness(dueAt, now, missed);
  if (late !== null) change.also(firstLogLine(orgId, id, now, late.sentence));
  const data = { ...requestFacts(operation, inputs), schedule: schedule.id, dueAt, ...late?.facts };
  return change.toWrites('execution.requested', { executionId: id, data });
}

function lateness(
  dueAt: string,
  now: string,
  { count, last }: ReturnType<DueTimes['missed']>,
): { sentence: string; facts: Record<string, string> } | null {
  const lateMs = Date.parse(now) - Date.parse(dueAt);
  if (lateMs <= LATE_MS && count === 1) return null;
  const others = count === 1 ? '' : ` It stands for ${count} times that were missed, the last at ${last}.`;
  return {
    sentence: `This run is late: it was due at ${dueAt}.${others}`,
    facts: { lateSeconds: String(Math.round(lateMs / 1000)), missed: String(count), lastMissedAt: last },
  };
}

/** No worker has a token of 0: its page comes before all of theirs. */
function firstLogLine(orgId: string, executionId: string, at: string, message: string): Write {
  const lines = [{ at, level: 'warn', source: 'platform', message }];
  return { op: 'set', path: paths.logPage(orgId, executionId, '0'.repeat(12)), data: { first: 0, lines } };
}

/** This time becomes no run, and its maker is told why; the next one is tried. */
function skip({ tx, orgId, schedule, dueAt, now, change }: Due, message: string, nextAt: string | null): void {
  const fresh = new ChangeSet(orgId, change.commitId, { kind: 'system', part: 'tick' }, now);
  fresh.change(refs.schedule(orgId, schedule.id), schedule, {
    nextAt,
    lastDueAt: dueAt,
    problem: { at: now, dueAt, message },
    updatedAt: now,
  });
  const title = 'A scheduled run could not begin';
  const told = { about: change.commitId, title, body: `${schedule.title}: ${message}`, executionId: null };
  fresh.also(...messageWrites(orgId, [schedule.madeBy], told, now));
  const personal = { title: schedule.title, reason: message };
  tx.write(...fresh.toWrites('schedule.skipped', { data: { schedule: schedule.id, dueAt }, personal }));
}

/** It begins nothing any more until somebody resumes it; its maker and the admins are told. */
async function pause({ tx, orgId, schedule, dueAt, now, change }: Due, message: string): Promise<void> {
  const admins = await holdersOf(tx, orgId, 'admin');
  const fresh = new ChangeSet(orgId, change.commitId, { kind: 'system', part: 'tick' }, now);
  fresh.change(refs.schedule(orgId, schedule.id), schedule, {
    active: false,
    nextAt: null,
    problem: { at: now, dueAt, message },
    updatedAt: now,
  });
  const title = 'A schedule was paused';
  const told = { about: change.commitId, title, body: `${schedule.title}: ${message}`, executionId: null };
  fresh.also(...messageWrites(orgId, [schedule.madeBy, ...admins], told, now));
  const personal = { title: schedule.title, reason: message };
  tx.write(...fresh.toWrites('schedule.paused', { data: { schedule: schedule.id, dueAt }, personal }));
}
