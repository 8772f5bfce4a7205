import type { Balance } from '@countersign/domain/schemas/account';
import type { Execution } from '@countersign/domain/schemas/execution';
import { expect, test } from 'vitest';
import { config } from '../config.ts';
import type { Deps } from './deps.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted, expectOnce } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2 });

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '5000', 'JPY'],
]);
const MAX_MOMENTS = 400;

/** What is left in the ledger, whoever got it there. */
const balancesOf = (world: World): unknown[] =>
  (world.documents('balances') as unknown as Balance[]).map(
    ({ accountId, currency, postedDebitMinor, postedCreditMinor, pendingDebitMinor, pendingCreditMinor }) => [
      accountId,
      currency,
      postedDebitMinor,
      postedCreditMinor,
      pendingDebitMinor,
      pendingCreditMinor,
    ],
  );

/** A worker that dies at its `moment`th moment. @returns whether it did */
async function dieAt(world: World, executionId: string, moment: number): Promise<boolean> {
  const life = new Life(moment);
  await runWork(mortal(world.deps, life), ORG, executionId).catch((error: unknown) => {
    if (!life.over) throw error;
  });
  return life.over;
}

async function signed(): Promise<{ world: World; id: string }> {
  const world = await World.open();
  const planned = await world.plan(FILE);
  await world.approve(planned);
  world.wakes.length = 0;
  return { world, id: planned.id };
}

const leftAlone = await (async () => {
  const { world, id } = await signed();
  await runWork(world.deps, ORG, id);
  await expectCompleted(world, await world.execution(id));
  return balancesOf(world);
})();

test('a worker that dies at any moment of apply: the next one ends with the same payouts and the same ledger', async () => {
  let moment = 0;
  for (let died = true; died;) {
    moment += 1;
    expect(moment).toBeLessThan(MAX_MOMENTS);
    const { world, id } = await signed();
    died = await dieAt(world, id, moment);
    if (!died) break;
    expectOnce(world);
    // Nobody takes over while the lease lasts.
    await world.later(1_000);
    if (world.provider.payouts.length > 0 && world.provider.payouts.length < 3)
      expect((await world.execution(id)).state, `moment ${moment}`).toBe('applying');
    await world.later(config.leaseMs + 1_000);
    await expectCompleted(world, await world.execution(id)).catch((error: unknown) => {
      throw new Error(`after a death at moment ${moment}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    expect(balancesOf(world)).toEqual(leftAlone);
  }
  // Two pages of payouts, their commits, the end and the report: fewer moments would mean that nothing was tried.
  expect(moment).toBeGreaterThan(40);
});

test("a worker that dies at any moment of planning: the next one plans, and every claim is the execution's own", async () => {
  let moment = 0;
  for (let died = true; died;) {
    moment += 1;
    expect(moment).toBeLessThan(MAX_MOMENTS);
    const world = await World.open();
    const id = await world.request(FILE);
    world.wakes.length = 0;
    died = await dieAt(world, id, moment);
    if (!died) break;
    await world.later(config.leaseMs + 1_000);
    const planned = await world.execution(id);
    expect(planned, `moment ${moment}`).toMatchObject({ state: 'awaiting_approval', plan: { effectCount: 3 } });
    expect(new Set(Object.values(world.claims()))).toEqual(new Set([id]));
    await world.approve(planned);
    await world.work();
    await expectCompleted(world, await world.execution(id));
  }
  expect(moment).toBeGreaterThan(8);
});

test('two workers and a duplicate task at once: each effect once', async () => {
  const { world, id } = await signed();
  await Promise.all([runWork(world.deps, ORG, id), runWork(world.deps, ORG, id), runWork(world.deps, ORG, id)]);
  await world.work();
  await expectCompleted(world, await world.execution(id));
  expect(world.provider.requests).toHaveLength(3);
  await runWork(world.deps, ORG, id);
  expect(world.provider.requests).toHaveLength(3);
});

/** A worker that stands still at its nth payment until it is let go, while its lease runs out. */
function stalling(world: World, atPayment: number): { deps: Deps; stalled: Promise<void>; goOn: () => void } {
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let tell = (): void => undefined;
  const stalled = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let payments = 0;
  const pay: Deps['provider']['pay'] = async (request) => {
    payments += 1;
    if (payments >= atPayment) {
      tell();
      await gate;
    }
    return world.provider.pay(request);
  };
  const { provider } = world;
  return {
    deps: {
      ...world.deps,
      provider: {
        identity: () => provider.identity(),
        readAccounts: (ids) => provider.readAccounts(ids),
        find: (query) => provider.find(query),
        readPlatformBalance: () => provider.readPlatformBalance(),
        retrieve: (query) => provider.retrieve(query),
        pay,
      },
    },
    stalled,
    goOn,
  };
}

test.each([1, 2, 3])(
  'a worker stalls at payment %i, another takes over and ends: what the first still sends is deduped, what it commits is refused',
  async (atPayment) => {
    const { world, id } = await signed();
    const first = stalling(world, atPayment);
    const running = runWork(first.deps, ORG, id);
    await first.stalled;
    await world.later(config.leaseMs + 1_000);
    const ended: Execution = await world.execution(id);
    expect(ended.state).toBe('completed');
    first.goOn();
    await running;
    expect(await world.execution(id)).toEqual(ended);
    await expectCompleted(world, ended);
    expect(world.provider.requests.length).toBeGreaterThan(3);
    expect(balancesOf(world)).toEqual(leftAlone);
  },
);
