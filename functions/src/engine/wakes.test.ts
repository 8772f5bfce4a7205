import { beforeEach, expect, test } from 'vitest';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { config } from '../config.ts';
import { runTick } from './tick.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2 });

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
]);
let world: World;
beforeEach(async () => {
  world = await World.open();
});

/** Nobody is woken by what happens; only the tick's own wake-ups arrive. */
async function tickAlone(): Promise<number> {
  world.dropWakes = false;
  world.clock.pass(1_000);
  const { woken } = await runTick(world.deps);
  await world.work();
  world.dropWakes = true;
  return woken;
}

test('every wake-up is lost: the tick finds each step of the main job', async () => {
  world.dropWakes = true;
  const id = await world.request(FILE);
  expect((await world.execution(id)).state).toBe('planning');
  expect(await tickAlone()).toBe(1);
  const planned = await world.execution(id);
  expect(planned.state).toBe('awaiting_approval');
  expect(await tickAlone()).toBe(0);
  await world.approve(planned);
  expect((await world.execution(id)).state).toBe('approved');
  expect(await tickAlone()).toBe(1);
  await expectCompleted(world, await world.execution(id));
  expect(await tickAlone()).toBe(0);
});

test.each(['rejectExecution', 'cancelExecution'] as const)(
  'the wake-up of %s is lost: the tick frees the claims',
  async (command) => {
    const planned = await world.plan(FILE);
    world.dropWakes = true;
    if (command === 'rejectExecution')
      await world.command('amir', command, {
        executionId: planned.id,
        digest: planned.plan?.digest ?? '',
        reason: 'no' + ' thanks',
      });
    else await world.command('olivia', command, { executionId: planned.id, reason: 'wrong file' });
    expect(Object.keys(world.claims())).toHaveLength(3);
    expect(await tickAlone()).toBe(1);
    expect(world.claims()).toEqual({});
  },
);

test('what entered a stream and was forgotten there is drained and sealed by the tick', async () => {
  world.dropWakes = true;
  await world.request(FILE);
  await tickAlone();
  // Planning writes audit events and drains none.
  expect(world.db.dump().some(({ path }) => path.includes('/streams/audit/inbox/'))).toBe(true);
  world.clock.pass(15_000);
  await runTick(world.deps);
  expect(world.db.dump().some(({ path }) => path.includes('/inbox/'))).toBe(false);
  world.clock.pass(15_000);
  await runTick(world.deps);
  const head = world.db.dump().find(({ path }) => path === `orgs/${ORG}/streams/audit`)?.data;
  expect(head?.['checkpointSize']).toBe(head?.['size']);
});

test('the tick leaves alone what somebody works on, and finds it when that one is silent', async () => {
  const planned = await world.plan(FILE);
  await world.approve(planned);
  world.wakes.length = 0;
  world.provider.break('A-1', 'throw');
  await expect(runWork(world.deps, ORG, planned.id)).rejects.toThrow('The connector broke down');
  world.dropWakes = true;
  expect(await tickAlone()).toBe(0);
  world.clock.pass(config.leaseMs);
  expect(await tickAlone()).toBe(1);
  await expectCompleted(world, await world.execution(planned.id));
});

test('a part of the tick that fails does not hold up the others', async () => {
  world.dropWakes = true;
  await world.request(FILE);
  const broken = {
    ...world.deps,
    wake: async () => {
      throw new Error('no queue');
    },
  };
  world.clock.pass(15_000);
  expect(await runTick(broken)).toEqual({ woken: 0 });
  expect(world.db.dump().some(({ path }) => path.includes('/inbox/'))).toBe(false);
  expect(await tickAlone()).toBe(1);
});
