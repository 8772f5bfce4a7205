import { AppError } from '@countersign/domain/errors';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { config } from '../config.ts';
import type { Database } from '../store/database.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import type { Deps } from './deps.ts';
import { silenceLog } from './testing/settings.ts';
import {
  dueAt,
  failedAgain,
  fenced,
  isDue,
  isHeld,
  keepLease,
  newWork,
  release,
  renewLease,
  takeLease,
  workRef,
  workSchema,
  type Lease,
  type Work,
} from './work.ts';

silenceLog();

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const MINUTE_MS = 60_000;
const at = (afterMs: number): string => new Date(NOW + afterMs).toISOString();
const work = (fields: Partial<Work> = {}): Work => ({
  id: 'w',
  orgId: 'acme',
  kind: 'execution',
  nextAt: at(0),
  token: 7,
  lease: null,
  failures: 0,
  poll: null,
  ...fields,
});

let db: Database;
let nowMs: number;
let ids: number;
let deps: Deps;
beforeEach(() => {
  db = memoryDatabase();
  [nowMs, ids] = [NOW, 0];
  deps = { db, now: () => new Date(nowMs), newId: () => `worker-${(ids += 1)}` } as unknown as Deps;
});
const { path } = workRef('acme', 'w');
const store = async (fields: Partial<Work> = {}): Promise<unknown> =>
  db.commit([{ op: 'create', path, data: work(fields) }]);
const stored = async (): Promise<Work> => workSchema.parse((await db.get(path))?.data);
const taken = async (): Promise<Lease> => {
  const lease = await takeLease(deps, 'acme', 'w');
  if (lease === null) throw new Error('the work was not taken');
  return lease;
};

test.each<[string, Partial<Work>, boolean, boolean]>([
  ['due this moment', {}, true, false],
  ['due since long', { nextAt: at(-1_000) }, true, false],
  ['due in a moment', { nextAt: at(1) }, false, false],
  ['never due', { nextAt: null }, false, false],
  ['held', { lease: { owner: 'o', expiresAt: at(1) } }, false, true],
  ['held until this moment', { lease: { owner: 'o', expiresAt: at(0) } }, true, false],
])('work that is %s', (_, fields, due, held) => {
  expect(isDue(work(fields), new Date(NOW))).toBe(due);
  expect(isHeld(work(fields), new Date(NOW))).toBe(held);
});

describe('taking it', () => {
  test('raises the token, and makes it due again when the lease ends', async () => {
    await store({ failures: 3, kind: 'settlement' });
    const lease = await taken();
    expect(lease).toEqual({ orgId: 'acme', workId: 'w', kind: 'settlement', owner: 'worker-1', token: 8, failures: 3 });
    const expiresAt = at(config.leaseMs);
    expect(await stored()).toEqual(
      work({ kind: 'settlement', token: 8, failures: 3, nextAt: expiresAt, lease: { owner: 'worker-1', expiresAt } }),
    );
  });

  test('needs it to be there, due and free', async () => {
    expect(await takeLease(deps, 'acme', 'w')).toBeNull();
    await store({ nextAt: at(1) });
    expect(await takeLease(deps, 'acme', 'w')).toBeNull();
    expect((await stored()).token).toBe(7);
    nowMs += 1;
    await taken();
    nowMs += config.leaseMs - 1;
    expect(await takeLease(deps, 'acme', 'w')).toBeNull();
    nowMs += 1;
    expect(await takeLease(deps, 'acme', 'w')).toMatchObject({ token: 9, failures: 1, owner: 'worker-5' });
  });

  test.each([
    [4, 'taken at once, and counted'],
    [5, 'left for longer than a lease'],
  ])('after %d deaths it is %s', async (failures) => {
    await store({ failures, lease: { owner: 'dead', expiresAt: at(-1) } });
    const lease = await takeLease(deps, 'acme', 'w');
    if (failures === 4) expect(lease).toMatchObject({ failures: 5, token: 8 });
    else {
      expect(lease).toBeNull();
      expect(await stored()).toEqual(work({ failures: 6, nextAt: at(32 * MINUTE_MS) }));
    }
  });

  test('steps that failed are no deaths: given back, it is taken whatever their number', async () => {
    await store({ failures: 30 });
    expect(await taken()).toMatchObject({ failures: 30 });
  });

  test('whose answer was lost is found, and not waited for', async () => {
    await store();
    let commits = 0;
    const commit: Database['commit'] = async (writes) => {
      await db.commit(writes);
      commits += 1;
      throw new AppError('unavailable', 'no answer', { retryable: true });
    };
    deps = { ...deps, db: { ...db, commit } };
    expect(await taken()).toMatchObject({ token: 8, failures: 0 });
    expect([commits, (await stored()).token]).toEqual([1, 8]);
  });

  test.each([
    ['has changed meanwhile', new AppError('failed_precondition', 'x'), 5],
    ['gives no answer', new AppError('unavailable', 'x', { retryable: true }), 5],
    ['refuses', new AppError('permission_denied', 'x'), 1],
    ['breaks down', new Error('x'), 1],
  ])('when the store %s, it is tried again or not, and not for ever', async (_, error, tries) => {
    await store();
    const commit = vi.fn<Database['commit']>(async () => Promise.reject(error));
    deps = { ...deps, db: { ...db, commit } };
    await expect(takeLease(deps, 'acme', 'w')).rejects.toBe(error);
    expect(commit).toHaveBeenCalledTimes(tries);
  });
});

describe('a commit of a worker', () => {
  const write = { op: 'create', path: 'orgs/acme/x/1', data: {} } as const;
  const isWritten = async (): Promise<boolean> => (await db.get(write.path)) !== null;

  test('happens while the lease holds, and gives what was decided', async () => {
    await store();
    expect(await fenced(deps, await taken(), async (tx) => (tx.write(write), 'done'))).toBe('done');
    expect(await isWritten()).toBe(true);
  });

  test.each<[string, Partial<Work> | null]>([
    ['another token', { token: 9 }],
    ['another owner', { lease: { owner: 'other', expiresAt: at(60_000) } }],
    ['nobody', { lease: null }],
    ['no work at all', null],
  ])('does not when the work has %s by now', async (_, fields) => {
    await store();
    const lease = await taken();
    await db.commit([fields === null ? { op: 'delete', path } : { op: 'update', path, data: fields }]);
    const lost = { code: 'lease_lost', details: { token: 8 } };
    await expect(fenced(deps, lease, async (tx) => tx.write(write))).rejects.toMatchObject(lost);
    // What the decision says then does not matter: it may have read what another has written.
    const failing = fenced(deps, lease, async () => Promise.reject(new Error('confused')));
    await expect(failing).rejects.toMatchObject(lost);
    await expect(renewLease(deps, lease)).rejects.toMatchObject(lost);
    expect(await isWritten()).toBe(false);
  });

  test('says why it was not decided', async () => {
    await store();
    const lease = await taken();
    await expect(fenced(deps, lease, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

test('a lease is renewed from now on, also when its time is up and nobody has taken the work', async () => {
  await store();
  const lease = await taken();
  nowMs += config.leaseMs + 5;
  await renewLease(deps, lease);
  const expiresAt = at(2 * config.leaseMs + 5);
  expect(await stored()).toMatchObject({ token: 8, nextAt: expiresAt, lease: { owner: lease.owner, expiresAt } });
});

test('work is made, made due, given back and given back after a failure by these writes', async () => {
  await db.commit([newWork('acme', 'w', at(5))]);
  expect(await stored()).toEqual(work({ nextAt: at(5), token: 0 }));
  nowMs += 5;
  const lease = { ...(await taken()), failures: 2 };
  await db.commit([failedAgain(lease, new Date(nowMs))]);
  expect(await stored()).toEqual(work({ token: 1, failures: 3, nextAt: at(5 + 4 * MINUTE_MS) }));
  await db.commit([dueAt('acme', 'w', at(9))]);
  expect(await stored()).toEqual(work({ token: 1, failures: 3, nextAt: at(9) }));
  await db.commit([release(lease, null)]);
  expect(await stored()).toEqual(work({ token: 1, nextAt: null }));
});

describe('in the background', () => {
  const everyMs = Math.floor(config.leaseMs / 3);
  const wait = async (ms: number): Promise<void> => {
    nowMs += ms;
    vi.advanceTimersByTime(ms);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  beforeEach(() => {
    // The store's own turns go on.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    return () => vi.useRealTimers();
  });

  test('a lease is renewed three times in its length, until it is stopped', async () => {
    await store();
    const keeper = keepLease(deps, await taken());
    await wait(everyMs - 1);
    expect((await stored()).nextAt).toBe(at(config.leaseMs));
    await wait(1);
    expect((await stored()).nextAt).toBe(at(everyMs + config.leaseMs));
    await wait(everyMs);
    keeper.stop();
    await wait(config.leaseMs);
    expect((await stored()).nextAt).toBe(at(2 * everyMs + config.leaseMs));
    expect(keeper.lost()).toBe(false);
  });

  test('it is known when it is lost; a store that gives no answer has not lost it', async () => {
    await store();
    const commit = vi.fn<Database['commit']>(async () => Promise.reject(new AppError('internal', 'no answer')));
    const keeper = keepLease({ ...deps, db: { ...db, commit } }, await taken());
    await wait(everyMs);
    expect([commit.mock.calls.length, keeper.lost()]).toEqual([1, false]);
    await db.commit([{ op: 'update', path, data: { token: 9 } }]);
    await wait(everyMs);
    expect(keeper.lost()).toBe(true);
    keeper.stop();
  });
});
