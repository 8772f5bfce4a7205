import { paths } from '@countersign/domain/paths';
import { calendarSchema, scheduleSchema, type Calendar, type Schedule } from '@countersign/domain/schemas/schedule';
import { refs } from '../refs.ts';
import { read, readAll } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { timesOf } from './schedule-request.ts';

export const MAX_SCHEDULES_A_CALENDAR = 500;
const CALENDARS_A_TICK = 20;
/** An audit event names at most 20 documents. */
const SCHEDULES_A_COMMIT = 15;

/** Give the schedules of calendars that were changed their new times. */
export async function renewByCalendars(deps: Deps): Promise<void> {
  const changed = await deps.db.query({
    collection: 'calendars',
    group: true,
    where: [['renewing', '==', true]],
    limit: CALENDARS_A_TICK,
  });
  for (const stored of changed) {
    const orgId = stored.path.split('/')[1] ?? '';
    await renewSchedules(deps, orgId, calendarSchema.parse(stored.data));
  }
}

async function renewSchedules(deps: Deps, orgId: string, calendar: Calendar): Promise<void> {
  const users = await deps.db.query({
    collection: paths.schedules(orgId),
    where: [['calendarId', '==', calendar.id]],
    limit: MAX_SCHEDULES_A_CALENDAR,
  });
  const active = users.map((stored) => scheduleSchema.parse(stored.data)).filter((schedule) => schedule.active);
  for (let start = 0; start < active.length; start += SCHEDULES_A_COMMIT)
    await renewSome(deps, orgId, active.slice(start, start + SCHEDULES_A_COMMIT));
  await deps.db.transaction(async (tx) => {
    const current = await read(tx, refs.calendar(orgId, calendar.id));
    // Changed once more meanwhile: the next tick begins anew.
    if (current === null || current.version !== calendar.version) return;
    const change = changeBy(deps, orgId, `renewed-${calendar.id}-${calendar.version}`);
    change.change(refs.calendar(orgId, calendar.id), current, { renewing: false });
    tx.write(...change.toWrites('schedule.renewed', { data: { calendar: calendar.id } }));
  });
}

async function renewSome(deps: Deps, orgId: string, schedules: readonly Schedule[]): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const now = deps.now().toISOString();
    const current = await readAll(
      tx,
      schedules.map(({ id }) => refs.schedule(orgId, id)),
    );
    const change = changeBy(deps, orgId, `renew-${deps.newId()}`);
    let renewed = 0;
    for (const schedule of current) {
      // One that is due already is run first, by the time that it had.
      if (schedule?.nextAt == null || schedule.nextAt <= now) continue;
      const nextAt = await timesOf(tx, orgId, schedule).then((times) => times.after(now));
      if (nextAt === null || nextAt === schedule.nextAt) continue;
      change.change(refs.schedule(orgId, schedule.id), schedule, { nextAt, updatedAt: now });
      renewed += 1;
    }
    if (renewed > 0) tx.write(...change.toWrites('schedule.renewed', { data: { schedules: String(renewed) } }));
  });
}

function changeBy(deps: Deps, orgId: string, commitId: string): ChangeSet {
  return new ChangeSet(orgId, commitId, { kind: 'system', part: 'tick' }, deps.now().toISOString());
}
