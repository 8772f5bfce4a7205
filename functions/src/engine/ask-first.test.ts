import type { FindRequest } from '../effects/payment-provider.ts';
import fc from 'fast-check';
import { claimSchema } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { beforeEach, describe, expect, test } from 'vitest';
import { config } from '../config.ts';
import { afterRestore } from './restored.ts';
import { expectCompleted, expectOnce, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World, type WorldOptions } from './testing/world.ts';
import { runWork } from './worker.ts';

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['B-1', BRAVO, '2000.50', 'USD'],
]);
const HOUR_MS = 3_600_000;
let world: World;
let asked: FindRequest[];

async function open(options: WorldOptions = {}): Promise<void> {
  world = await World.open(options);
  asked = [];
  const { provider } = world;
  const find = provider.find.bind(provider);
  provider.find = async (query) => {
    asked.push(query);
    return find(query);
  };
}
beforeEach(() => open());

/** Signed, and stopped before anything is sent, until so many hours have passed. */
async function paidAfter(hours: number): Promise<string> {
  const planned = await world.plan(FILE);
  await world.approve(planned);
  world.wakes.length = 0;
  await world.later(hours * HOUR_MS);
  return planned.id;
}

test('an approval of this day: the key is enough, nobody is asked', async () => {
  await expectCompleted(world, await world.execution(await paidAfter(19)));
  expect(asked).toEqual([]);
});

test('an approval older than twenty hours: the provider is asked before each payment, also the first time', async () => {
  const id = await paidAfter(21);
  await expectCompleted(world, await world.execution(id));
  expect(asked).toHaveLength(2);
  // From when it was signed, not from when it is sent.
  const { approvedAt } = await world.execution(id);
  for (const { createdAfter } of asked) expect(createdAfter.getTime()).toBeLessThan(Date.parse(approvedAt ?? ''));
});

test('rolled back without a word, and Stripe has forgotten the keys: what was paid is found, not paid again', async () => {
  const planned = await world.plan(FILE);
  await world.approve(planned);
  world.wakes.length = 0;
  const before = world.db.dump();
  await world.work();
  world.wakes.push(planned.id);
  await world.work();
  expect(world.provider.payouts).toHaveLength(2);
  // The database of this morning, the provider of tonight.
  const now = new Set(before.map(({ path }) => path));
  await world.db.commit([
    ...world.db
      .dump()
      .filter(({ path }) => !now.has(path))
      .map(({ path }) => ({ op: 'delete', path }) as const),
    ...before.map(({ path, data }) => ({ op: 'set', path, data }) as const),
  ]);
  forgetKeys();
  await world.later(21 * HOUR_MS);
  expect(world.provider.payouts).toHaveLength(2);
  expect(await world.execution(planned.id)).toMatchObject({ state: 'completed' });
  expectOnce(world);
});

test('in a database that is known to be restored, everything is asked for, from the time that is lost', async () => {
  const lostSince = '2026-11-20T00:00:00.000Z';
  await afterRestore(world.deps, ORG, lostSince);
  await world.command('ada', 'setStop', { active: false, reason: 'looked through' });
  await expectCompleted(world, await world.payOut(FILE));
  expect(new Set(asked.map(({ account }) => account)).size).toBe(2);
  for (const { createdAfter } of asked) expect(createdAfter.getTime()).toBeLessThanOrEqual(Date.parse(lostSince));
});

/** Stripe keeps a key for a day. */
function forgetKeys(): void {
  const pay = world.provider.pay.bind(world.provider);
  const suffix = `-forgotten`;
  world.provider.pay = async (request) =>
    pay({ ...request, ids: { ...request.ids, idempotencyKey: `${request.ids.idempotencyKey}${suffix}` } });
}

test('attempts grow only after a proven failure: whatever happens to a reference, its key changes exactly with one', async () => {
  const what = fc.constantFrom('refuse', 'timeout_before', 'timeout_after', 'server_error', 'throttle', 'none');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ fault: what, sign: fc.constantFrom('approve', 'reject', 'expire') }), { maxLength: 5 }),
      async (story) => {
        await open();
        let provenFailures = 0;
        for (const { fault, sign } of story) {
          if (fault !== 'none') world.provider.break('A-1', fault);
          const planned = await world.plan(csvOf([['A-1', ALPHA, '1.00', 'USD']]));
          if (planned.state === 'awaiting_approval') {
            if (sign === 'approve') await world.approve(planned);
            else if (sign === 'reject')
              await world.command('amir', 'rejectExecution', {
                executionId: planned.id,
                digest: planned.plan?.digest ?? '',
                reason: 'not now',
              });
            else world.clock.pass(80 * HOUR_MS);
            await world.work();
            await world.later(1_000);
          }
          const ended = await world.execution(planned.id);
          const outcomes = await world.outcomes(ended);
          provenFailures += outcomes.filter(({ status }) => status === 'failed').length;
          const claim = world.documents('claims').map((one) => claimSchema.parse(one))[0];
          expect(claim?.attempt ?? 1).toBe(1 + provenFailures);
          // A reference that may be paid is taken, one that is provably not is free.
          const held = outcomes.some(({ status }) => status === 'succeeded' || status === 'unknown');
          if (outcomes.length > 0) expect(claim?.executionId ?? null).toBe(held ? ended.id : null);
        }
        const keys = new Set(world.provider.requests.map(({ ids }) => ids.idempotencyKey));
        expect(keys.size).toBeLessThanOrEqual(1 + provenFailures);
        await expectSound(world);
      },
    ),
    { numRuns: 40, seed: 20261122 },
  );
  expect(config.askFirstAfterMs).toBe(20 * HOUR_MS);
});

describe('a worker stalls before it sends, and its run has stopped meanwhile', () => {
  const csv = csvOf([['A-1', ALPHA, '100.00', 'USD']]);
  let world: World;
  let planned: Execution;
  let wakeUp: () => Promise<unknown>;

  beforeEach(async () => {
    world = await World.open();
    planned = await world.plan(csv);
    await world.approve(planned);
    world.wakes.length = 0;
    const { provider } = world;
    const pay = provider.pay.bind(provider);
    provider.pay = async (request) => {
      wakeUp = async () => pay(request);
      throw new Error('stalled');
    };
    await expect(runWork(world.deps, ORG, planned.id)).rejects.toThrow('stalled');
    provider.pay = pay;
    provider.changeBank(ALPHA);
    await world.later(config.leaseMs + 60_000);
    expect(await world.execution(planned.id)).toMatchObject({ state: 'drifted', tally: { counts: { unknown: 1 } } });
    expect(Object.keys(world.claims())).toEqual(['A-1']);
  });

  test('it wakes up and sends: the payment is found and booked', async () => {
    await wakeUp();
    for (let minutes = 0; minutes < 30; minutes += 1) await world.later(60_000);
    expect(await world.execution(planned.id)).toMatchObject({
      state: 'drifted',
      tally: { counts: { succeeded: 1, unknown: 0 } },
      agreement: { differenceCount: 0 },
    });
    expect(world.documents('unknowns')).toEqual([]);
    await expectSound(world);
  });

  test('it never does: not done, once no worker can be sending it any more, and not before', async () => {
    for (let minutes = 0; minutes < 13; minutes += 1) await world.later(60_000);
    expect(await world.execution(planned.id)).toMatchObject({ tally: { counts: { unknown: 1 } } });
    for (let minutes = 0; minutes < 15; minutes += 1) await world.later(60_000);
    expect(await world.execution(planned.id)).toMatchObject({
      state: 'drifted',
      tally: { counts: { unknown: 0, untouched: 1 } },
    });
    expect(world.claims()).toEqual({});
    expect(world.documents('unknowns')).toEqual([]);
    expect(world.documents('journals').map(({ state }) => state)).not.toContain('pending');
    await expectSound(world);
  });

  test('its machine was frozen for days, and the provider forgets: the next run asks, and pays nothing twice', async () => {
    for (let minutes = 0; minutes < 30; minutes += 1) await world.later(60_000);
    expect(world.claims()).toEqual({});
    await wakeUp();
    expect(world.provider.payouts).toHaveLength(1);
    world.provider.forgetKeys();
    world.clock.pass(3 * 86_400_000);
    const again = await world.payOut(csv);
    expect(world.provider.payouts).toHaveLength(1);
    expect(again).toMatchObject({ state: 'completed', tally: { counts: { succeeded: 1 } } });
  });
});
