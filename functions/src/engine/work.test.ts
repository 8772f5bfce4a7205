import { AppError } from '@countersign/domain/errors';
import { beforeEach, expect, test } from 'vitest';
import { config } from '../config.ts';
import type { Database } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { Life, mortal } from './testing/mortal.ts';
import { expectCompleted } from './testing/sound.ts';
import { ALPHA, csvOf, ORG, World } from './testing/world.ts';
import { ALERT_AFTER } from './work-failures.ts';
import { retryDelayMs, takeLease, type Work } from './work.ts';
import { runWork } from './worker.ts';

let world: World;
let id: string;
const MINUTE = 60_000;
beforeEach(async () => {
  world = await World.open();
  const planned = await world.plan(csvOf([['W-1', ALPHA, '10.00', 'USD']]));
  await world.approve(planned);
  world.wakes.length = 0;
  id = planned.id;
});
const work = (): Work => world.documents('work').find((one) => one['id'] === id) as unknown as Work;
const waitMs = (): number => Date.parse(work().nextAt ?? '') - world.clock.now().getTime();

/** The same world, with a provider that always breaks down. */
const broken = (): Deps => ({
  ...world.deps,
  provider: {
    ...mortal(world.deps, new Life()).provider,
    identity: async () => Promise.reject(new Error('no network')),
  },
});

test('the delay doubles up to an hour', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 30].map((failures) => retryDelayMs(failures) / MINUTE)).toEqual([
    1, 2, 4, 8, 16, 32, 60, 60, 60,
  ]);
});

test('a step that always fails is tried later and later, people are told once, and it goes on when the fault is gone', async () => {
  for (let failures = 1; failures <= ALERT_AFTER + 3; failures += 1) {
    await expect(runWork(broken(), ORG, id)).rejects.toThrow('no network');
    expect(work()).toMatchObject({ failures, lease: null });
    expect(Math.abs(waitMs() - retryDelayMs(failures))).toBeLessThan(1_000);
    // Not before its time.
    await runWork(broken(), ORG, id);
    world.clock.pass(waitMs() + 1);
  }
  expect(world.documents('notifications')).toMatchObject([
    { uid: 'ada', title: 'A run does not get on', executionId: id },
  ]);
  await world.later(20_000);
  expect(world.audit().filter(({ body }) => body.type === 'work.stuck')).toMatchObject([
    { body: { data: { failures: '20' } } },
  ]);
  await world.work();
  await expectCompleted(world, await world.execution(id));
  expect(work().failures).toBe(0);
});

test('workers that die again and again are counted as well', async () => {
  let deaths = 0;
  for (; deaths < 20 && work().nextAt !== null; deaths += 1) {
    world.clock.pass(Math.max(0, waitMs()) + 1);
    const before = work().token;
    const life = new Life(5);
    await runWork(mortal(world.deps, life), ORG, id).catch(() => undefined);
    if (work().token === before) break;
    expect(life.over).toBe(true);
  }
  expect(deaths).toBe(6);
  expect(work()).toMatchObject({ failures: 6, lease: null });
  expect(waitMs()).toBeGreaterThan(30 * MINUTE);
  await world.later(33 * MINUTE);
  await expectCompleted(world, await world.execution(id));
});

/** The first commit to the work document happens; its answer is lost. */
function losing(how: 'precondition' | 'unavailable'): Deps {
  let lost = false;
  const { db } = world.deps;
  const commit: Database['commit'] = async (writes) => {
    const times = await db.commit(writes);
    if (lost || !writes.some((write) => write.path.includes('/work/'))) return times;
    lost = true;
    throw how === 'precondition'
      ? new AppError('failed_precondition', 'changed meanwhile')
      : new AppError('unavailable', 'no answer', { retryable: true });
  };
  return { ...world.deps, db: { ...db, commit } };
}

test.each(['precondition', 'unavailable'] as const)(
  'a lease whose answer was lost (%s) is found, not waited for',
  async (how) => {
    const lease = await takeLease(losing(how), ORG, id);
    expect(lease).toMatchObject({ token: work().token });
    expect(work().lease?.owner).toBe(lease?.owner);
  },
);

test('a lease that another took meanwhile is not taken for its own', async () => {
  const [one, other] = await Promise.all([takeLease(world.deps, ORG, id), takeLease(world.deps, ORG, id)]);
  expect([one, other].filter((lease) => lease !== null)).toHaveLength(1);
  world.clock.pass(config.leaseMs / 2);
  expect(await takeLease(world.deps, ORG, id)).toBeNull();
});
