import fc from 'fast-check';
import { balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { cellsOfJournal } from '@countersign/domain/ledger/months';
import { between, opening, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { paths } from '@countersign/domain/paths';
import { journalSchema } from '@countersign/domain/schemas/journal';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { describe, expect, test } from 'vitest';
import { memoryDatabase, type MemoryDatabase } from '../store/memory-database.ts';
import { drainStream, ledgerIntents } from '../streams/index.ts';
import { rebuildMonths } from '../streams/rebuild-months.ts';
import { rollMonths } from '../streams/months.ts';
import { testWorld, type TestWorld } from '../streams/test-kit.ts';
import { sumsOver, type SpanQuery } from './balances-at.ts';

const ORG = 'acme';
const DAY_MS = 86_400_000;
const CHART = [
  opening('assets', null, false),
  opening('bank', 'assets', true),
  opening('till', 'assets', true),
  opening('seller', null, true, 'liability'),
];

let commits = 0;
async function post(world: TestWorld, ...intents: LedgerIntent[]): Promise<void> {
  await world.db.commit(ledgerIntents(ORG, `c-${(commits += 1)}`, intents, world.at()));
  await drainStream(world, ORG, 'ledger');
}

/** The truth: all journals, step by step. */
function folded(db: MemoryDatabase, { from, to, knownAt, accountId }: SpanQuery): Record<string, string> {
  const sums = new Map<string, bigint[]>();
  for (const { path, data } of db.dump()) {
    if (!path.startsWith(paths.journals(ORG))) continue;
    for (const { cell, recordedDay } of cellsOfJournal(journalSchema.parse(data), Infinity)) {
      const [account, currency, day, ...amounts] = cell;
      if ((from !== null && day < from) || day > to || (knownAt !== null && recordedDay > knownAt)) continue;
      if (accountId !== undefined && account !== accountId) continue;
      const key = balanceKey(account, currency);
      const before = sums.get(key) ?? [0n, 0n, 0n, 0n];
      sums.set(
        key,
        before.map((sum, index) => sum + BigInt(amounts[index] as string)),
      );
    }
  }
  return texts([...sums].map(([key, amounts]) => [key, amounts]));
}

const texts = (rows: Iterable<[string, readonly bigint[]]>): Record<string, string> =>
  Object.fromEntries(
    [...rows].filter(([, amounts]) => amounts.some((one) => one !== 0n)).map(([key, amounts]) => [key, amounts.join()]),
  );

async function asked(world: TestWorld, query: SpanQuery): Promise<Record<string, string>> {
  const { sums } = await sumsOver(world, ORG, query);
  return texts(
    [...sums].map(([key, one]) => [key, [one.postedDebit, one.postedCredit, one.pendingDebit, one.pendingCredit]]),
  );
}

describe('balances at a past day', () => {
  test('are the fold of the journals, at any effective day, as known at the end of any recorded day', async () => {
    const day = fc
      .integer({ min: 0, max: 70 })
      .map((offset) => new Date(Date.UTC(2026, 9, 1) + offset * DAY_MS).toISOString().slice(0, 10));
    const id = fc.nat(9).map((number) => `j${number}`);
    const act = fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(
            id,
            fc.constantFrom('bank', 'till'),
            fc.nat(1000),
            fc.constantFrom('USD', 'EUR'),
            day,
            fc.constantFrom('pending' as const, 'posted' as const),
          )
          .map(([one, account, amount, currency, effectiveDay, state]): LedgerIntent =>
            recording(one, between(account, 'seller', BigInt(amount) + 1n, currency), state, {
              journal: { effectiveDay, late: 'route' },
            }),
          ),
      },
      {
        weight: 2,
        arbitrary: id.map((journalId): LedgerIntent => ({ type: 'post', id: `p-${journalId}`, journalId })),
      },
      {
        weight: 1,
        arbitrary: id.map((journalId): LedgerIntent => ({ type: 'void', id: `v-${journalId}`, journalId, reason: '' })),
      },
      {
        weight: 1,
        arbitrary: id.map((journalId): LedgerIntent => ({
          type: 'reverse',
          id: `r-${journalId}`,
          journalId,
          memo: '',
          source: { executionId: null, effectId: null, kind: 'test' },
        })),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          ...['2026-10', '2026-11'].map((periodId): LedgerIntent => ({
            type: 'close_period',
            id: `c-${periodId}`,
            periodId,
            reason: '',
          })),
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { weight: 6, arbitrary: act },
            { weight: 1, arbitrary: fc.constant('a day passes' as const) },
            { weight: 1, arbitrary: fc.constant('roll' as const) },
          ),
          { minLength: 25, maxLength: 60 },
        ),
        fc.array(fc.record({ from: fc.option(day), to: day, knownAt: fc.option(day) }), { minLength: 3, maxLength: 6 }),
        async (acts, queries) => {
          const db = memoryDatabase();
          const world = testWorld(db, '2026-10-10T12:00:00.000Z');
          await post(
            world,
            ...CHART,
            ...['2026-10', '2026-11'].map((one): LedgerIntent => ({
              type: 'open_period',
              id: `o-${one}`,
              period: { id: one, from: `${one}-01`, to: one === '2026-10' ? '2026-10-31' : '2026-11-30' },
            })),
          );
          for (const one of acts) {
            if (one === 'a day passes') world.pass(DAY_MS * 7);
            else if (one === 'roll') await rollMonths(world, ORG);
            else await post(world, one);
          }
          for (const query of queries) expect(await asked(world, query)).toEqual(folded(db, query));
          const one = { ...(queries[0] as SpanQuery), accountId: 'bank' };
          expect(await asked(world, one)).toEqual(folded(db, one));
          await rebuildMonths(world, ORG);
          for (const query of queries) expect(await asked(world, query)).toEqual(folded(db, query));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are made from the journals where the ledger is older than its feeds', async () => {
    const db = memoryDatabase();
    const world = testWorld(db);
    await post(world, ...CHART, recording('a', between('bank', 'seller', '7')));
    for (const { path } of db.dump()) if (path.includes('/feed/')) await db.commit([{ op: 'delete', path }]);
    await post(world, recording('b', between('bank', 'seller', '5')));
    const all = { from: null, to: '2026-11-22', knownAt: null };
    expect(await asked(world, all)).toEqual({ bank_USD: '12,0,0,0', seller_USD: '0,12,0,0' });
    expect(db.dump().filter(({ path }) => path.includes('/feed/'))).toEqual([]);
  });

  test('read one document an account, currency and month, and the same while others roll at once', async () => {
    const db = memoryDatabase();
    const world = testWorld(db);
    await post(world, ...CHART);
    for (let index = 0; index < 60; index += 1)
      await post(
        world,
        recording(`j${index}`, between('bank', 'seller', '1'), 'posted', {
          journal: { effectiveDay: `2026-0${1 + (index % 3)}-11` },
        }),
      );
    const [one, other, third] = await Promise.all(
      [null, null, null].map(() => sumsOver(world, ORG, { from: null, to: '2026-02-28', knownAt: null })),
    );
    for (const result of [one, other, third]) {
      expect(result?.reads).toBe(4);
      expect(result?.sums.get('bank_USD')?.postedDebit).toBe(40n);
    }
  });
});
