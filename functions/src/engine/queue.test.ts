import type { Execution } from '@countersign/domain/schemas/execution';
import type { Queue } from '@countersign/domain/schemas/queue';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { config } from '../config.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, CHARLIE, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 1, pagesAtOnce: 1 });

let world: World;
beforeEach(async () => {
  world = await World.open();
});

const PLACES = [
  [ALPHA, 'USD'],
  [BRAVO, 'USD'],
  [CHARLIE, 'KWD'],
] as const;
let rows = 0;
/** A file with one payout from each of these accounts. */
const fileOf = (...places: readonly number[]): string =>
  csvOf(places.map((place) => [`Q-${(rows += 1)}`, PLACES[place]?.[0] ?? '', '10.00', PLACES[place]?.[1] ?? '']));

/** Planned and signed, and nobody has been woken. */
async function signed(...places: readonly number[]): Promise<string> {
  const planned = await world.plan(fileOf(...places));
  expect(planned.state).toBe('awaiting_approval');
  await world.approve(planned);
  world.wakes.length = 0;
  return planned.id;
}

const setMax = async (maxRunning: number): Promise<unknown> =>
  world.command('ada', 'setMaxRunning', { operationId: 'stripe-payout', maxRunning, reason: 'more at once' });
const pause = async (): Promise<unknown> =>
  world.command('bea', 'pauseOperation', { operationId: 'stripe-payout', reason: 'looks odd' });
const resume = async (): Promise<unknown> =>
  world.command('ada', 'resumeOperation', { operationId: 'stripe-payout', reason: 'all is well' });
const run = async (id: string): Promise<void> => runWork(world.deps, ORG, id);
const queue = (): Queue['entries'] => (world.documents('queues')[0] as unknown as Queue | undefined)?.entries ?? [];
const statesOf = async (...ids: string[]): Promise<string[]> =>
  Promise.all(ids.map(async (id) => (await world.execution(id)).state));

/** Do something while a payout of an execution is under way, once. */
function during(executionId: string, happen: () => Promise<unknown>): void {
  let done = false;
  world.provider.beforePay = async (request) => {
    if (done || request.ids.executionId !== executionId) return;
    done = true;
    await happen();
  };
}

test('a second run of the operation waits, says for how many, and begins when the first has ended', async () => {
  const [first, second, third] = [await signed(0), await signed(1), await signed(2)];
  let seen: Execution[] = [];
  during(first, async () => {
    await run(third);
    // It was approved before the third, which is told that one more is before it now.
    await run(second);
    await world.work();
    seen = [await world.execution(second), await world.execution(third)];
  });
  await run(first);
  expect(seen).toMatchObject([
    { state: 'approved', waiting: { reason: 'operation_limit', ahead: 1 } },
    { state: 'approved', waiting: { reason: 'operation_limit', ahead: 2 } },
  ]);
  // Woken by the end of the first: the second because it may, the third because one less is before it.
  expect(world.wakes.sort()).toEqual([second, third].sort());
  await run(third);
  expect((await world.execution(third)).waiting).toMatchObject({ ahead: 1, since: seen[1]?.waiting?.since });
  await world.work();
  for (const id of [first, second, third]) await expectCompleted(world, await world.execution(id));
  expect((await world.execution(third)).waiting).toBeNull();
  expect(queue()).toEqual([]);
});

test('as many as the operation allows apply side by side, if they share no account', async () => {
  await setMax(2);
  const [first, second, third] = [await signed(0), await signed(1), await signed(2)];
  let seen: string[] = [];
  during(first, async () => {
    during(second, async () => {
      await run(third);
      seen = await statesOf(first, second, third);
    });
    await run(second);
  });
  await run(first);
  expect(seen).toEqual(['applying', 'applying', 'approved']);
  await world.work();
  expect(await statesOf(first, second, third)).toEqual(['completed', 'completed', 'completed']);
});

test('two runs that pay the same account do not apply at the same time', async () => {
  await setMax(5);
  const [first, second, third] = [await signed(0, 1), await signed(1, 2), await signed(2)];
  const seen: Execution[] = [];
  during(first, async () => {
    for (const id of [second, third]) {
      await run(id);
      seen.push(await world.execution(id));
    }
  });
  await run(first);
  expect(seen).toMatchObject([
    { state: 'approved', waiting: { reason: 'account_busy', ahead: 1 } },
    // It shares nothing with the first, and does not overtake the second.
    { state: 'approved', waiting: { reason: 'account_busy', ahead: 2 } },
  ]);
  await world.work();
  expect(await statesOf(first, second, third)).toEqual(['completed', 'completed', 'completed']);
  await expectSound(world);
});

test('the wake-up of who is next is lost: the tick finds it', async () => {
  const [first, second] = [await signed(0), await signed(1)];
  during(first, async () => run(second));
  world.dropWakes = true;
  await run(first);
  world.dropWakes = false;
  expect(await statesOf(first, second)).toEqual(['completed', 'approved']);
  await world.later(1_000);
  await expectCompleted(world, await world.execution(second));
});

test('one that is cancelled while it waits leaves the queue, and the next moves up', async () => {
  const [first, second, third] = [await signed(0), await signed(1), await signed(2)];
  during(first, async () => {
    await run(second);
    await run(third);
    await world.command('olivia', 'cancelExecution', { executionId: second, reason: 'not needed' });
    await world.work();
    expect((await world.execution(third)).waiting).toMatchObject({ ahead: 1 });
  });
  await run(first);
  await world.work();
  expect(await statesOf(first, second, third)).toEqual(['completed', 'cancelled', 'completed']);
  expect((await world.execution(second)).waiting).toBeNull();
  await expectSound(world);
});

test('one that has ended, and whose place nobody freed, is in nobody’s way', async () => {
  const [first, second] = [await signed(0), await signed(1)];
  let taken: Queue['entries'] = [];
  during(first, async () => void (taken = queue()));
  await run(first);
  const data: Queue = { nextTicket: 9, entries: taken, updatedAt: world.clock.at() };
  await world.db.commit([{ op: 'set', path: `orgs/${ORG}/queues/apply`, data }]);
  await run(second);
  await expectCompleted(world, await world.execution(second));
});

test('an operation that is paused: what applies ends its page and waits, what is approved does not begin, nothing new is asked for', async () => {
  const [first, second] = [await signed(0, 1, 2), await signed(2)];
  during(first, pause);
  await run(first);
  await run(second);
  expect(await world.execution(first)).toMatchObject({
    state: 'applying',
    waiting: { reason: 'operation_paused', ahead: 0 },
  });
  expect(await world.execution(second)).toMatchObject({ state: 'approved', waiting: { reason: 'operation_paused' } });
  expect(world.provider.payouts).toHaveLength(1);
  await expect(world.request(fileOf(0))).rejects.toThrow('is paused; its page');
  for (let round = 0; round < 3; round += 1) await world.later(70_000);
  expect(world.provider.payouts).toHaveLength(1);
  await expect(pause()).rejects.toThrow('paused already');
  await resume();
  expect(world.wakes.sort()).toEqual([first, second].sort());
  await world.work();
  await expectCompleted(world, await world.execution(first));
  await expectCompleted(world, await world.execution(second));
  const types = world.audit().map(({ body }) => body.type);
  expect(types).toEqual(
    expect.arrayContaining(['operation.paused', 'operation.resumed', 'execution.waiting', 'execution.proceeding']),
  );
});

test('a run that stands still in a pause can be cancelled', async () => {
  const first = await signed(0, 1);
  during(first, pause);
  await run(first);
  await world.command('olivia', 'cancelExecution', { executionId: first, reason: 'enough of it' });
  await world.work();
  expect(await world.execution(first)).toMatchObject({ state: 'cancelled', journalCount: 1, waiting: null });
  expect(queue()).toEqual([]);
  await expectSound(world);
});

test('lifting the organization’s stop wakes at once who stands still and who waits', async () => {
  const [first, second] = [await signed(0, 1), await signed(2)];
  during(first, () => world.command('amir', 'setStop', { active: true, reason: 'looks odd' }));
  await run(first);
  await run(second);
  expect((await world.execution(first)).waiting).toMatchObject({ reason: 'organization_stopped', ahead: 0 });
  expect((await world.execution(second)).waiting).toMatchObject({ reason: 'organization_stopped' });
  world.wakes.length = 0;
  await world.command('ada', 'setStop', { active: false, reason: 'all is well' });
  expect(world.wakes.sort()).toEqual([first, second].sort());
  await world.work();
  await expectCompleted(world, await world.execution(first));
  await expectCompleted(world, await world.execution(second));
});

test('only a treasurer or an admin pauses an operation', async () => {
  await expect(
    world.command('olivia', 'pauseOperation', { operationId: 'stripe-payout', reason: 'looks odd' }),
  ).rejects.toThrow('takes the role');
});

const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      which: fc.nat(9),
      diesAt: fc.integer({ min: 1, max: 40 }),
      lives: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('both' as const), which: fc.nat(9), other: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'time' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(9) }) },
);

test('random runs, deaths, cancellations and pauses: no limit is passed, no account is paid by two at once, and everybody’s turn comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 2 }),
      fc.array(event, { maxLength: 12 }),
      async (files, maxRunning, events) => {
        world = await World.open();
        await setMax(maxRunning);
        const ids: string[] = [];
        for (const file of files) ids.push(await signed(...file));
        world.provider.beforePay = async (request) => {
          const running = queue().filter(({ state }) => state === 'running');
          expect(running.length).toBeLessThanOrEqual(maxRunning);
          expect(running.map(({ executionId }) => executionId)).toContain(request.ids.executionId);
          const paid = running.flatMap(({ executionId }) => files[ids.indexOf(executionId)] ?? []);
          expect(new Set(paid).size).toBe(paid.length);
        };
        const idAt = (which: number): string => ids[which % ids.length] ?? '';
        const mayFail = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);
        for (const one of events) {
          if (one.do === 'run')
            await mayFail(
              runWork(one.lives ? world.deps : mortal(world.deps, new Life(one.diesAt)), ORG, idAt(one.which)),
            );
          else if (one.do === 'both') await Promise.all([mayFail(run(idAt(one.which))), mayFail(run(idAt(one.other)))]);
          else if (one.do === 'cancel')
            await mayFail(
              world.command('olivia', 'cancelExecution', { executionId: idAt(one.which), reason: 'not needed' }),
            );
          else if (one.do === 'pause') await mayFail(pause());
          else if (one.do === 'resume') await mayFail(resume());
          else world.clock.pass(config.leaseMs + 1_000);
        }
        await mayFail(resume());
        world.wakes.length = 0;
        for (let round = 0; round < 30 && queue().length + world.wakes.length > 0; round += 1)
          await world.later(config.leaseMs + 1_000);
        await world.later(config.leaseMs + 1_000);
        for (const id of ids) expect(['completed', 'cancelled']).toContain((await world.execution(id)).state);
        expect(queue()).toEqual([]);
        await expectSound(world);
      },
    ),
    { seed: 20_261_122, numRuns: Number(process.env['QUEUE_WORLDS'] ?? 40) },
  );
}, 120_000);
