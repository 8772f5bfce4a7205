import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { monthsCursorSchema } from '@countersign/domain/schemas/balance-month';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { beforeEach, describe, expect, test } from 'vitest';
import { sumsOver } from '../ledger/balances-at.ts';
import type { Database } from '../store/database.ts';
import { memoryDatabase, type MemoryDatabase } from '../store/memory-database.ts';
import { rollMonths } from './months.ts';
import { handIn, testWorld, type TestWorld } from './test-kit.ts';
import { verifyOrganization } from './verify/index.ts';
import { drainStream } from './writer.ts';

const ORG = 'acme';
const SELLERS = 400;
const ALL = { from: null, to: '2026-11-30', knownAt: null };
let store: MemoryDatabase;
let world: TestWorld;
let commits = 0;

async function post(...intents: LedgerIntent[]): Promise<void> {
  await handIn(world, ORG, `c-${(commits += 1)}`, intents);
  await drainStream(world, ORG, 'ledger');
}

/** A month-end: one journal that reaches all sellers. */
const accrual = (id: string): LedgerIntent =>
  recording(id, [
    ['cost', 'debit', String(SELLERS)],
    ...Array.from({ length: SELLERS }, (_, index) => [`s${index}`, 'credit', '1'] as const),
  ]);

const cursor = async (): Promise<{ nextSeq: number; cells: number }> =>
  monthsCursorSchema.parse((await store.get(paths.monthsCursor(ORG)))?.data);

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  const sellers = Array.from({ length: SELLERS }, (_, index) => opening(`s${index}`, 'owed', true, 'liability'));
  await post(opening('cost', null, true, 'expense'), opening('owed', null, false, 'liability'), ...sellers);
});

describe('a feed that is too large for one commit', () => {
  test('goes in parts, and nobody reads one without the other', async () => {
    await post(accrual('a'));
    expect(await rollMonths(world, ORG, { maxCommits: 1, monthsPerCommit: 300 })).toMatchObject({ more: true });
    expect((await cursor()).cells).toBe(300);
    // The verifier knows of the part that is in.
    expect((await verifyOrganization(store, ORG, { checkpoints: null, publicKey: null })).findings).toEqual([]);
    const { sums } = await sumsOver(world, ORG, ALL);
    expect(sums.size).toBe(SELLERS + 1);
    expect(await cursor()).toMatchObject({ cells: 0 });
    expect(store.dump().filter(({ path }) => path.includes('/feed/'))).toEqual([]);
  });

  test('is tried in smaller parts when the store says that it is too much', async () => {
    await post(accrual('a'), accrual('b'));
    const sizes: number[] = [];
    // As if each month were large.
    const small: Database = {
      ...store,
      commit: async (writes) => {
        if (writes.length > 100) throw new AppError('limit_exceeded', 'too much');
        sizes.push(writes.length);
        return store.commit(writes);
      },
    };
    expect(await rollMonths({ ...world, db: small }, ORG)).toMatchObject({ more: false });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect((await sumsOver(world, ORG, ALL)).sums.get('s7_USD')).toMatchObject({ postedCredit: 2n });
  });
});

describe('months that others roll at the same time', () => {
  test('are not made anew because the feeds were gone when this one looked', async () => {
    await post(recording('a', between('cost', 's1', '5')));
    let scans = 0;
    let waits = true;
    const slow: Database = {
      ...store,
      query: async (query) => {
        if (query.collection === paths.journals(ORG)) scans += 1;
        // It has looked at something, and now another one rolls all that there is.
        if (waits) {
          waits = false;
          await rollMonths(world, ORG);
          await post(recording('b', between('cost', 's2', '5')));
        }
        return store.query(query);
      },
      get: async (path) => {
        const stored = await store.get(path);
        if (waits && path === paths.monthsCursor(ORG)) {
          waits = false;
          await rollMonths(world, ORG);
          await post(recording('b', between('cost', 's2', '5')));
        }
        return stored;
      },
    };
    await rollMonths({ ...world, db: slow }, ORG);
    expect(scans).toBe(0);
    expect((await sumsOver(world, ORG, ALL)).sums.get('s2_USD')).toMatchObject({ postedCredit: 5n });
  });

  test('are not read while somebody makes them anew; who came to an end in the middle of it is succeeded', async () => {
    await post(recording('a', between('cost', 's1', '5')));
    await rollMonths(world, ORG);
    // As `rebuildMonths` begins.
    await store.commit([
      { op: 'delete', path: paths.monthsCursor(ORG) },
      { op: 'set', path: paths.monthsRebuild(ORG), data: { since: world.at() } },
    ]);
    await expect(sumsOver(world, ORG, ALL)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    world.pass(11 * 60_000);
    expect((await sumsOver(world, ORG, ALL)).sums.get('s1_USD')).toMatchObject({ postedCredit: 5n });
  });
});
