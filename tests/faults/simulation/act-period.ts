import type { Period } from '@countersign/domain/schemas/period';
import { ChangeSet } from '../../../functions/src/engine/change-set.ts';
import { drainStream } from '../../../functions/src/streams/index.ts';
import type { Closing } from './acts.ts';
import type { SimWorld } from './sim-world.ts';

const SEED = { kind: 'system', part: 'seed' } as const;
/** The day of all stories, and the last of the first period. */
export const STORY_DAY = '2026-11-22';
const PERIODS = [
  { id: 'first', from: '2026-11-01', to: STORY_DAY },
  { id: 'second', from: '2026-11-23', to: '2026-12-31' },
];

/** Periods are opened; the present one is closed while runs go on, and perhaps opened again. */
export async function playClosing(world: SimWorld, { when, reopenedAfterMs }: Closing): Promise<void> {
  await ask(world, 'periods', () =>
    PERIODS.map((period) => ({ type: 'open_period', id: `open-${period.id}`, period }) as const),
  );
  await new Promise<void>((resolve) => {
    if ('page' in when) world.observer.whenPage(when.page, resolve);
    // A run that begins fewer pages must not keep the world waiting.
    world.scheduler.after('page' in when ? 200_000 : when.afterMs, 'close', resolve);
  });
  await change(world, 'close_period', 'close-1');
  if (reopenedAfterMs === null) return;
  await world.scheduler.sleep(reopenedAfterMs, 'reopen');
  await change(world, 'reopen_period', 'reopen-1');
}

async function change(world: SimWorld, type: 'close_period' | 'reopen_period', id: string): Promise<void> {
  world.faults.counts.set(type, (world.faults.counts.get(type) ?? 0) + 1);
  world.trace.note(world.scheduler.now, `~~ ${type}`);
  await ask(world, id, () => [{ type, id, periodId: 'first', reason: 'month end' }]);
}

async function ask(world: SimWorld, id: string, intents: () => Parameters<ChangeSet['post']>): Promise<void> {
  await world.seed(async (deps) => {
    const asked = new ChangeSet(world.orgId, id, SEED, deps.now().toISOString());
    asked.post(...intents());
    await deps.db.commit(asked.toWrites('accounts.opened'));
    await drainStream(deps.streams, world.orgId, 'ledger');
  });
}

/** Up to which day the ledger was closed when a leaf of it was decided; null while every day was open. */
export function closedThrough(periods: readonly Period[], seq: number): string | null {
  const closed = periods.flatMap(({ to, steps }) => {
    const last = steps.filter((step) => step.seq < seq).at(-1)?.step;
    return last === 'closed' || last === 'locked' ? [to] : [];
  });
  return closed.toSorted().at(-1) ?? null;
}
