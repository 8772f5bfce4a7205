import { countOf } from '@countersign/domain/plan/totals';
import type { Execution } from '@countersign/domain/schemas/execution';
import { beforeEach, expect, test } from 'vitest';
import { config } from '../config.ts';
import type { Database } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings } from './testing/settings.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 1, pagesAtOnce: 1 });

const ROWS = [
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
  ['B-2', BRAVO, '5000', 'JPY'],
] as const;
const FILE = csvOf(ROWS);
let world: World;
let planned: Execution;
beforeEach(async () => {
  world = await World.open();
  planned = await world.plan(FILE);
});

const stop = async (active: boolean): Promise<unknown> =>
  world.command(active ? 'amir' : 'ada', 'setStop', { active, reason: 'looks odd' });
const cancel = async (): Promise<unknown> =>
  world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'wrong file' });

/** Let something happen while the payout of a reference is under way. */
function during(reference: string, happen: () => Promise<unknown>): void {
  let done = false;
  world.provider.beforePay = async (request) => {
    if (done || request.data.reference !== reference) return;
    done = true;
    await happen();
  };
}

test("the organization's stop halts between two pages, and nothing more is paid until it is lifted", async () => {
  during('A-2', () => stop(true));
  await world.approve(planned);
  await world.work();
  expect(world.provider.payouts.map((payout) => payout.reference)).toEqual(['A-1', 'A-2']);
  expect(await world.execution(planned.id)).toMatchObject({ state: 'applying', coarse: 'running' });
  for (let round = 0; round < 4; round += 1) await world.later(20_000);
  expect(world.provider.payouts).toHaveLength(2);
  await expectSound(world);
  await stop(false);
  await world.later(20_000);
  await expectCompleted(world, await world.execution(planned.id));
});

test('a stop before apply: nothing is paid', async () => {
  await stop(true);
  await world.approve(planned);
  await world.work();
  await world.later(20_000);
  expect(world.provider.requests).toEqual([]);
  await stop(false);
  await world.later(20_000);
  await expectCompleted(world, await world.execution(planned.id));
});

test('a run can be cancelled while the organization is stopped', async () => {
  during('A-2', () => stop(true));
  await world.approve(planned);
  await world.work();
  await cancel();
  await world.later(20_000);
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'cancelled',
    tally: { succeeded: [{ currency: 'EUR' }, { currency: 'USD' }] },
  });
});

test('cancelled while applying: what is done stays done, the rest is free again', async () => {
  during('A-2', cancel);
  await world.approve(planned);
  await world.work();
  const ended = await world.execution(planned.id);
  expect(ended).toMatchObject({ state: 'cancelled', coarse: 'cancelled', journalCount: 2 });
  expect(countOf(ended.tally?.succeeded ?? [])).toBe(2);
  expect(countOf(ended.tally?.untouched ?? [])).toBe(2);
  expect(Object.keys(world.claims()).sort()).toEqual(['A-1', 'A-2']);
  expect(ended.report?.files).toHaveLength(1);
  await expectSound(world);
  const rest = await world.payOut(FILE);
  expect(rest.plan?.effectCount).toBe(2);
  await expectCompleted(world, rest);
});

test.each(['rejected', 'expired', 'cancelled'] as const)(
  '%s: nothing is done, the claims are free, and the file can be run again',
  async (state) => {
    if (state === 'rejected')
      await world.command('amir', 'rejectExecution', {
        executionId: planned.id,
        digest: planned.plan?.digest ?? '',
        reason: 'wrong month',
      });
    if (state === 'cancelled') await cancel();
    if (state === 'expired') await world.later(73 * 3_600_000);
    await world.work();
    expect(await world.execution(planned.id)).toMatchObject({ state, coarse: 'cancelled', tally: null, report: null });
    expect(world.claims()).toEqual({});
    // The continuous check always has a next time.
    const waiting = world.documents('work').filter((work) => work['nextAt'] !== null || work['lease'] !== null);
    expect(waiting.filter((work) => work['kind'] !== 'check')).toEqual([]);
    expect(world.provider.requests).toEqual([]);
    await expectSound(world);
    await expectCompleted(world, await world.payOut(FILE));
  },
);

test('an hour before its end a plan has not expired', async () => {
  await world.later(71 * 3_600_000);
  expect((await world.execution(planned.id)).state).toBe('awaiting_approval');
  await world.approve(planned);
  await world.work();
  await expectCompleted(world, await world.execution(planned.id));
});

/** A worker before whose next read of a path something happens. */
function before(path: string, happen: () => Promise<unknown>): Deps {
  let done = false;
  const db: Database = {
    ...world.db,
    transaction: async (decide) =>
      world.db.transaction(async (tx) =>
        decide({
          ...tx,
          get: async (asked) => {
            if (!done && asked === path) {
              done = true;
              await happen();
            }
            return tx.get(asked);
          },
        }),
      ),
  };
  return { ...world.deps, db, streams: { ...world.deps.streams, db } };
}

test('cancelled in the moment between its approval and the start of apply: nothing is paid', async () => {
  await world.approve(planned);
  world.wakes.length = 0;
  let seen = 0;
  // The worker has read the execution as approved; the cancellation comes before its first commit.
  const db: Database = {
    ...world.db,
    get: async (path) => {
      const stored = await world.db.get(path);
      if (path === `orgs/${ORG}/executions/${planned.id}` && (seen += 1) === 1) await cancel();
      return stored;
    },
  };
  await runWork({ ...world.deps, db, streams: { ...world.deps.streams, db } }, ORG, planned.id);
  expect(world.provider.requests).toEqual([]);
  expect(await world.execution(planned.id)).toMatchObject({ state: 'cancelled', tally: null });
  await world.work();
  await world.later(config.leaseMs + 1_000);
  expect(world.claims()).toEqual({});
  await expectSound(world);
});

test('cancelled while it is planned: no plan, no claims', async () => {
  const id = await world.request(csvOf([['Z-1', ALPHA, '1.00', 'USD']]));
  world.wakes.length = 0;
  const path = `orgs/${ORG}/executions/${id}`;
  await runWork(
    before(path, () => world.command('olivia', 'cancelExecution', { executionId: id, reason: 'too early' })),
    ORG,
    id,
  );
  expect(await world.execution(id)).toMatchObject({ state: 'cancelled', plan: null });
  await world.work();
  expect(Object.keys(world.claims())).not.toContain('Z-1');
  await expectSound(world);
});

test('rejected in the moment in which it would expire: the claims are free all the same', async () => {
  const path = `orgs/${ORG}/executions/${planned.id}`;
  world.clock.pass(72 * 3_600_000 - 1_000);
  const plan = (await world.execution(planned.id)).plan;
  const reject = async (): Promise<void> => {
    // By a clock that is a little behind.
    await world.db.commit([{ op: 'update', path, data: { state: 'rejected', coarse: 'cancelled' } }]);
    await world.db.commit([
      { op: 'update', path: `orgs/${ORG}/work/${planned.id}`, data: { nextAt: world.clock.at() } },
    ]);
  };
  expect(plan).not.toBeNull();
  world.clock.pass(2_000);
  await runWork(before(path, reject), ORG, planned.id);
  await world.later(config.leaseMs + 1_000);
  expect(world.claims()).toEqual({});
});

test('cancelled after a worker died in the middle of a page: what it had begun is asked for, and counted', async () => {
  changeSettings({ pageSize: 2 });
  world = await World.open();
  planned = await world.plan(FILE);
  await world.approve(planned);
  world.wakes.length = 0;
  const { provider } = world;
  const dying: Deps = {
    ...world.deps,
    provider: {
      identity: () => provider.identity(),
      readAccounts: (ids) => provider.readAccounts(ids),
      find: (query) => provider.find(query),
      readPlatformBalance: () => provider.readPlatformBalance(),
      retrieve: (query) => provider.retrieve(query),
      pay: async (request) => {
        if (request.data.reference === 'A-1') await provider.pay(request);
        throw new Error('gone');
      },
    },
  };
  await expect(runWork(dying, ORG, planned.id)).rejects.toThrow('gone');
  await cancel();
  await world.later(config.leaseMs + 1_000);
  const paid = { succeeded: [{ currency: 'USD', amountMinor: '100000', count: 1 }], failed: [] };
  // The other one of its page may still be sent, for as long as a worker lives.
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'cancelled',
    tally: { ...paid, counts: { unknown: 1, untouched: 2 } },
  });
  for (let asked = 0; asked < 30; asked += 1) await world.later(config.askAgainMs);
  const ended = await world.execution(planned.id);
  expect(ended).toMatchObject({ state: 'cancelled', journalCount: 1, tally: { ...paid, unknown: [] } });
  expect(provider.requests).toHaveLength(1);
  expect(Object.keys(world.claims())).toEqual(['A-1']);
  await expectSound(world);
  changeSettings({ pageSize: 1 });
});

test('unknown outcomes of a cancelled run are asked for, too', async () => {
  world.provider.break('A-2', 'timeout_after');
  during('A-2', cancel);
  await world.approve(planned);
  await world.work();
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'cancelled',
    tally: { unknown: [{ currency: 'EUR', count: 1 }] },
  });
  await world.later(config.askAgainMs + 1_000);
  expect(await world.execution(planned.id)).toMatchObject({
    state: 'cancelled',
    tally: { unknown: [], succeeded: [{ currency: 'EUR' }, { currency: 'USD' }] },
    journalCount: 2,
  });
  await expectSound(world);
});

test('a command that changes the execution while a page is settled: no version is written twice', async () => {
  const { provider } = world;
  await world.approve(planned);
  world.wakes.length = 0;
  const path = `orgs/${ORG}/executions/${planned.id}`;
  let times = 0;
  const db: Database = {
    ...world.db,
    transaction: async (decide) =>
      world.db.transaction(async (tx) => {
        const result = await decide(tx);
        // The page's outcomes and the live progress are ready to be committed; the execution changes under them.
        if (provider.payouts.length > 0 && (times += 1) === 1) await cancel();
        return result;
      }),
  };
  await runWork({ ...world.deps, db, streams: { ...world.deps.streams, db } }, ORG, planned.id);
  await world.work();
  expect(times).toBeGreaterThan(0);
  expect((await world.execution(planned.id)).state).toBe('cancelled');
  expect(world.db.dump().filter((doc) => doc.path === path)).toHaveLength(1);
  await expectSound(world);
});

test('a worker that stands still while it frees claims does not free those of the next run', async () => {
  await cancel();
  world.wakes.length = 0;
  // It has read which claims to free, and stalls before it deletes them.
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let reached = (): void => undefined;
  const stalled = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const wait = async (): Promise<void> => {
    reached();
    await gate;
  };
  const deletes = (writes: readonly { op: string; path: string }[]): boolean =>
    writes.some((write) => write.op === 'delete' && write.path.includes('/claims/'));
  const db: Database = {
    ...world.db,
    commit: async (writes) => {
      if (deletes(writes)) await wait();
      return world.db.commit(writes);
    },
    transaction: async (decide) =>
      world.db.transaction(async (tx) => {
        const seen: { op: string; path: string }[] = [];
        const result = await decide({
          ...tx,
          write: (...writes) => {
            seen.push(...writes);
            tx.write(...writes);
          },
        });
        if (deletes(seen)) await wait();
        return result;
      }),
  };
  const first = runWork({ ...world.deps, db, streams: { ...world.deps.streams, db } }, ORG, planned.id);
  await stalled;
  await world.later(config.leaseMs + 1_000);
  const next = await world.plan(FILE);
  expect(new Set(Object.values(world.claims()))).toEqual(new Set([next.id]));
  goOn();
  await first.catch(() => undefined);
  expect(Object.values(world.claims())).toEqual([next.id, next.id, next.id, next.id]);
});

test('a worker whose time is up leaves the rest to a new one, and does not begin again itself', async () => {
  changeSettings({ workerBudgetMs: -1 });
  await world.approve(planned);
  // Wake-ups that come from now on are seen, and answered by nobody.
  const asked: string[] = [];
  await world.work({ ...mortal(world.deps, new Life()), wake: async (_, workId) => void asked.push(workId) });
  expect(asked).toEqual([planned.id]);
  expect(world.provider.requests).toEqual([]);
  const taken = world.documents('work').find((work) => work['id'] === planned.id);
  expect(taken).toMatchObject({ lease: null, token: 2 });
  changeSettings({ workerBudgetMs: 400_000 });
  await world.later(1_000);
  await expectCompleted(world, await world.execution(planned.id));
});
