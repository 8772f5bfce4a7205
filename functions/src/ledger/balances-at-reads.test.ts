import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { paths } from '@countersign/domain/paths';
import type { MonthsCursor } from '@countersign/domain/schemas/balance-month';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database, Query, Write } from '../store/database.ts';
import { memoryDatabase, type MemoryDatabase } from '../store/memory-database.ts';
import { drainStream } from '../streams/index.ts';
import { handIn, testWorld, type TestWorld } from '../streams/test-kit.ts';
import { sumsOver } from './balances-at.ts';

const ORG = 'acme';
let store: MemoryDatabase;
let world: TestWorld;

const posted = (id: string, day: string, amount: string): ReturnType<typeof recording> =>
  recording(id, between('bank', 'seller', amount), 'posted', { journal: { effectiveDay: day } });

async function post(...intents: Parameters<typeof handIn>[3]): Promise<void> {
  await handIn(world, ORG, `c-${intents[0]?.id}`, intents);
  await drainStream(world, ORG, 'ledger');
}

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  await post(
    opening('bank', null, true),
    opening('seller', null, true, 'liability'),
    posted('a', '2026-09-30', '1'),
    posted('b', '2026-10-01', '20'),
    posted('c', '2026-10-31', '300'),
    posted('d', '2026-11-01', '4000'),
  );
});

describe('sums over some days', () => {
  test.each([
    ['from the beginning', null, '2026-11-30', undefined, 4321n, 6],
    ['up to the last day of a month', null, '2026-10-31', undefined, 321n, 4],
    ['of one month', '2026-10-01', '2026-10-31', undefined, 320n, 2],
    ['from within a month', '2026-10-02', '2026-11-01', undefined, 4300n, 4],
    ['of one account', '2026-10-02', '2026-11-01', 'bank', 4300n, 2],
    ['of days without entries', '2026-12-01', '2026-12-31', undefined, undefined, 0],
  ])('%s', async (_, from, to, accountId, debit, reads) => {
    const query = { from, to, knownAt: null, ...(accountId === undefined ? {} : { accountId }) };
    const found = await sumsOver(world, ORG, query);
    expect(found.sums.get('bank_USD')?.postedDebit).toBe(debit);
    expect(found.sums.has('seller_USD')).toBe(accountId === undefined && debit !== undefined);
    expect([found.reads, found.asOfSize]).toEqual([reads, 6]);
  });

  test.each([[undefined], ['bank']])('page through all months there are (account: %s)', async (accountId) => {
    await sumsOver(world, ORG, { from: null, to: '2026-11-30', knownAt: null });
    const months = Array.from({ length: 2100 }, (_, index): Write => {
      const month = `${1800 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
      const cells = JSON.stringify([[`${month}-05`, '2026-11-22', '1', '0', '0', '0']]);
      return {
        op: 'set',
        path: paths.balanceMonth(ORG, month, 'bank', 'USD'),
        data: { month, accountId: 'bank', currency: 'USD', cells },
      };
    });
    for (let start = 0; start < months.length; start += 500) await store.commit(months.slice(start, start + 500));
    const query = { from: null, to: '2026-11-30', knownAt: null, ...(accountId === undefined ? {} : { accountId }) };
    expect((await sumsOver(world, ORG, query)).sums.get('bank_USD')?.postedDebit).toBe(2100n + 4321n);
  });
});

describe('months that move while they are read', () => {
  const ALL = { from: null, to: '2026-11-30', knownAt: null };
  /** Does something in the middle of each reading. */
  const meanwhile = (act: (reading: number) => Promise<unknown>): TestWorld => {
    let readings = 0;
    const db: Database = {
      ...store,
      query: async (asked: Query) => {
        const found = await store.query(asked);
        if (asked.collection === paths.balanceMonths(ORG)) await act((readings += 1));
        return found;
      },
    };
    return { ...world, db };
  };
  const moveCursor = async (to: Partial<MonthsCursor>): Promise<unknown> =>
    store.commit([{ op: 'update', path: paths.monthsCursor(ORG), data: { ...to } }]);

  test('are read again', async () => {
    let seen = 0;
    const busy = meanwhile(async (reading) => {
      seen = reading;
      if (reading < 5) await moveCursor({ updatedAt: `2026-11-22T10:00:00.00${reading}Z` });
    });
    expect((await sumsOver(busy, ORG, ALL)).sums.get('bank_USD')?.postedDebit).toBe(4321n);
    expect(seen).toBe(5);
  });

  test('and never stand still, are not told', async () => {
    const busy = meanwhile(async (reading) => moveCursor({ updatedAt: `2026-11-22T10:00:00.00${reading}Z` }));
    await expect(sumsOver(busy, ORG, ALL)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  test('and are made anew by somebody in between, are not read', async () => {
    await sumsOver(world, ORG, ALL);
    const position: Database = {
      ...store,
      get: async (path) => {
        const found = await store.get(path);
        // It has seen that nothing is left to roll; now the cursor is taken away, and half of the months.
        if (path === paths.monthsCursor(ORG) && found !== null)
          await store.commit([
            { op: 'delete', path },
            { op: 'set', path: paths.monthsRebuild(ORG), data: { since: world.at() } },
            { op: 'delete', path: paths.balanceMonth(ORG, '2026-11', 'bank', 'USD') },
          ]);
        return found;
      },
    };
    await expect(sumsOver({ ...world, db: position }, ORG, ALL)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
