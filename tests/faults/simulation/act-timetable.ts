import type { Execution } from '@countersign/domain/schemas/execution';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { SIGNERS } from './founding.ts';
import type { Timetable } from './acts.ts';
import { parametersOf, signAll } from './people.ts';
import type { SimWorld } from './sim-world.ts';

const LOOK_MS = 15_000;
/** Clocks of processes differ by as much, and a tick takes a while. */
const TICK_TAKES_MS = 20_000;

/** A schedule runs for a while; nothing ticks for some time, or it is paused; what it asks for is signed. */
export async function playTimetable(world: SimWorld, timetable: Timetable, key: string): Promise<void> {
  const { scheduler } = world;
  const { uid, everyMinutes, startsAfterMs, lastsMs, outage, pausedAfterMs } = timetable;
  await scheduler.sleep(startsAfterMs, 'a schedule is made');
  const made = await make(world, timetable, key);
  if (made === null) return;
  world.trace.note(scheduler.now, `~~ schedule ${made} every ${everyMinutes} minutes`);
  if (outage !== null)
    scheduler.after(outage.afterMs, 'outage', () => {
      world.noTickUntilMs = scheduler.now + outage.forMs;
      world.faults.counts.set('outage', (world.faults.counts.get('outage') ?? 0) + 1);
    });
  const endsAt = scheduler.now + lastsMs;
  const pausesAt = pausedAfterMs === null ? Number.POSITIVE_INFINITY : scheduler.now + pausedAfterMs;
  let isPaused = false;
  const seen = new Set<string>();
  while (scheduler.now < endsAt) {
    await scheduler.sleep(LOOK_MS, 'look at the schedule');
    if (!isPaused && scheduler.now > pausesAt) {
      isPaused = true;
      await world.ask(uid, 'pauseSchedule', { scheduleId: made, reason: 'a holiday' }, `pause-${key}`);
      await scheduler.sleep(400_000, 'paused');
      await world.ask(uid, 'resumeSchedule', { scheduleId: made }, `resume-${key}`);
    }
    for (const id of awaiting(world, made)) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (world.random.chance(0.8)) await signAll(world, id, SIGNERS, id.slice(0, 8));
    }
  }
}

async function make(
  world: SimWorld,
  { uid, everyMinutes, what, newest }: Timetable,
  key: string,
): Promise<string | null> {
  const parameters = await parametersOf(world, uid, what, key);
  const isNewest = newest && what.plugin === 'stripe-payout';
  const made = await world.ask(
    uid,
    'setSchedule',
    {
      title: 'Every now and then',
      operationId: what.plugin,
      parameters: isNewest ? {} : parameters,
      newestFiles: isNewest ? { file: 'payouts.csv' } : {},
      cron: `*/${everyMinutes} * * * *`,
      timeZone: 'UTC',
    },
    key,
  );
  return made?.scheduleId ?? null;
}

function awaiting(world: SimWorld, scheduleId: string): string[] {
  return (world.observer.all('executions') as unknown as Execution[])
    .filter(({ origin, state }) => origin.scheduleId === scheduleId && state === 'awaiting_approval')
    .map(({ id }) => id);
}

/** In the calm: whatever was missed has been run, late, by the next tick; then no schedule runs any more. */
export async function endTimetables(world: SimWorld): Promise<void> {
  const active = (): Schedule[] =>
    (world.observer.all('schedules') as unknown as Schedule[]).filter((schedule) => schedule.active);
  world.noTickUntilMs = 0;
  if (active().length === 0) return;
  await world.tick();
  await world.scheduler.sleep(2_000, 'ticked');
  for (const { id, nextAt } of active()) {
    const isOverdue = nextAt === null || Date.parse(nextAt) < world.scheduler.now - TICK_TAKES_MS;
    if (isOverdue) world.findings.add('lost', 'a missed time is run', `${id}: ${String(nextAt)}`);
    await world.ask('ada', 'deleteSchedule', { scheduleId: id, reason: 'it is over' }, `delete-${id.slice(0, 20)}`);
  }
}
