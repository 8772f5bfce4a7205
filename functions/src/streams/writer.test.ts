import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../store/database.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import { drainForgotten } from './forgotten.ts';
import { MAX_INTENTS_PER_COMMIT, ledgerIntents, takeResult } from './inbox.ts';
import {
  chart,
  change,
  handIn,
  hooked,
  memberDocument,
  memberPath,
  openAccount,
  payout,
  testWorld,
  type TestWorld,
} from './test-kit.ts';
import { verifyOrganization } from './verify/index.ts';
import { awaitDecided, drainStream } from './writer.ts';

const ORG = 'acme';
let store: ReturnType<typeof memoryDatabase>;
let world: TestWorld;

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  await handIn(world, ORG, 'chart', chart(5));
  await drainStream(world, ORG, 'ledger');
});

const headOf = async (name: StreamName = 'ledger'): Promise<StreamHead> =>
  (await store.get(paths.streamHead(ORG, name)))?.data as unknown as StreamHead;
const waiting = async (): Promise<number> =>
  (await store.query({ collection: paths.inboxes(ORG, 'ledger'), limit: 1000 })).length;
/** Another process: it shares the store, but no lane and no memory. */
const elsewhere = (db: Database = { ...store }): TestWorld => ({ ...world, db });

async function expectBooks(journals: number): Promise<void> {
  const report = await verifyOrganization(store, ORG, { checkpoints: null, publicKey: null });
  expect(report.findings).toEqual([]);
  expect(report.ledger).toMatchObject({ journals, waiting: 0 });
}

describe('one writer', () => {
  test('accounts that a batch opens and posts to at once add to the balances above them, also in a process that knows nothing', async () => {
    await handIn(world, ORG, 'before', [payout('p1', 0, '700')]);
    await drainStream(world, ORG, 'ledger');
    const opens = [
      openAccount('region', 'payables', false, 'liability'),
      openAccount('seller-new', 'region', true, 'liability'),
    ];
    const entries = [
      { accountId: 'bank', side: 'debit', amountMinor: '50', currency: 'USD' },
      { accountId: 'seller-new', side: 'credit', amountMinor: '50', currency: 'USD' },
    ] as const;
    const opening: LedgerIntent = {
      type: 'record',
      id: 'opening',
      state: 'posted',
      journal: { memo: 'Opening balance', effectiveDay: null, entries: [...entries] },
      source: { executionId: null, effectId: null, kind: 'opening-balance' },
    };
    const stranger = elsewhere();
    await handIn(stranger, ORG, 'opens', [...opens, opening]);
    await drainStream(stranger, ORG, 'ledger');
    await expectBooks(2);
  });

  test('decides what waits, in the order of its time, and leaves nothing behind', async () => {
    await handIn(world, ORG, 'b', [payout('b1', 0, '1'), payout('b2', 1, '2')]);
    world.pass(-1000);
    await handIn(world, ORG, 'a', [payout('a1', 0, '1')]);
    const result = await drainStream(world, ORG, 'ledger');
    expect([...result.decided]).toEqual([
      ['a', []],
      ['b', []],
    ]);
    expect(result).toMatchObject({ batches: 1, size: 12, more: false });
    expect(
      (await store.query({ collection: paths.journals(ORG), limit: 10 })).map(
        (doc) => (JSON.parse(String(doc.data['steps'])) as { seq: number }[])[0]?.seq,
      ),
    ).toEqual([9, 10, 11]);
    expect(
      store
        .dump()
        .map((doc) => doc.path)
        .filter((path) => path.includes('/inbox/') || path.includes('/results/')),
    ).toEqual([]);
    await expectBooks(3);
  });

  test('tells what was refused until it is taken', async () => {
    await handIn(world, ORG, 'c', [payout('good', 0, '1'), payout('bad', 99, '1'), payout('zero', 0, '0')]);
    const refused = await awaitDecided(world, ORG, 'ledger', 'c');
    expect(refused.map(({ intentId, code }) => [intentId, code])).toEqual([
      ['bad', 'account_missing'],
      ['zero', 'amount_not_positive'],
    ]);
    // Somebody who crashed and asks again, in another process.
    expect(await awaitDecided(elsewhere(), ORG, 'ledger', 'c')).toEqual(refused);
    await store.commit([takeResult(ORG, 'ledger', 'c')]);
    expect(await store.get(paths.inboxResult(ORG, 'ledger', 'c'))).toBeNull();
    await expectBooks(1);
  });

  test('records once what is handed in twice, and refuses another journal under the same id', async () => {
    await handIn(world, ORG, 'c', [payout('j', 0, '5')]);
    await drainStream(world, ORG, 'ledger');
    await handIn(world, ORG, 'd', [payout('j', 0, '5'), payout('k', 0, '7')]);
    expect(await awaitDecided(world, ORG, 'ledger', 'd')).toEqual([]);
    await handIn(world, ORG, 'e', [payout('j', 0, '6')]);
    expect(await awaitDecided(elsewhere(), ORG, 'ledger', 'e')).toMatchObject([
      { intentId: 'j', code: 'intent_id_reused' },
    ]);
    await expectBooks(2);
  });

  test('posts a journal whose accounts it has not in memory', async () => {
    await handIn(world, ORG, 'c', [payout('j', 3, '5', 'pending')]);
    await drainStream(world, ORG, 'ledger');
    await handIn(world, ORG, 'd', [{ type: 'post', id: 'p', journalId: 'j' }]);
    expect(await awaitDecided(elsewhere(), ORG, 'ledger', 'd')).toEqual([]);
    await expectBooks(1);
  });

  test('refuses whole what is not intents, and goes on', async () => {
    for (const [id, intents] of [
      ['a', '{'],
      ['b', '[{"type":"steal"}]'],
      ['c', '{}'],
    ] as const) {
      await store.commit([
        { op: 'create', path: paths.inbox(ORG, 'ledger', id), data: { id, createdAt: world.at(), count: 1, intents } },
      ]);
    }
    await handIn(world, ORG, 'd', [payout('j', 0, '5')]);
    const { decided } = await drainStream(world, ORG, 'ledger');
    expect([...decided].map(([id, refused]) => [id, refused.map((one) => one.code)])).toEqual([
      ['a', ['malformed']],
      ['b', ['malformed']],
      ['c', ['malformed']],
      ['d', []],
    ]);
    await expectBooks(1);
  });

  test('refuses whole what no commit can hold, and goes on', async () => {
    const limited = hooked(store, {
      before: async (writes) => {
        if (writes.filter((write) => write.path.includes('/journals/')).length > 20)
          throw new AppError('limit_exceeded', 'too much');
      },
    });
    for (let index = 0; index < 12; index += 1)
      await handIn(world, ORG, `small-${index}`, [payout(`s-${index}-1`, 0, '5'), payout(`s-${index}-2`, 0, '5')]);
    await handIn(
      world,
      ORG,
      'm-large',
      Array.from({ length: 21 }, (_, index) => payout(`l-${index}`, 0, '5')),
    );
    world.pass(1000);
    await handIn(world, ORG, 'z-last', [payout('last', 0, '5')]);
    const { decided } = await drainStream(elsewhere(limited), ORG, 'ledger');
    expect([...decided].filter(([, refused]) => refused.length > 0)).toMatchObject([
      ['m-large', [{ intentId: '*', code: 'too_large' }]],
    ]);
    await expectBooks(25);
  });

  test('shares a run between callers, and runs again for those who came while it was under way', async () => {
    let queries = 0;
    const counted = elsewhere({
      ...store,
      query: (query) => (query.collection.endsWith('/inbox') && (queries += 1), store.query(query)),
    });
    await handIn(world, ORG, 'a', [payout('a', 0, '1')]);
    const first = drainStream(counted, ORG, 'ledger');
    await handIn(world, ORG, 'b', [payout('b', 0, '1')]);
    const results = await Promise.all([
      first,
      ...Array.from({ length: 20 }, () => awaitDecided(counted, ORG, 'ledger', 'b')),
    ]);
    expect(results.slice(1)).toEqual(Array.from({ length: 20 }, () => []));
    expect(queries).toBeLessThanOrEqual(3);
    await expectBooks(2);
  });

  test('stops at its limit of batches and says that more waits', async () => {
    for (let index = 0; index < 3; index += 1)
      await handIn(
        world,
        ORG,
        `c${index}`,
        Array.from({ length: 600 }, (_, one) => payout(`j-${index}-${one}`, 0, '1')),
      );
    expect(await drainStream(world, ORG, 'ledger', { maxBatches: 2 })).toMatchObject({ batches: 2, more: true });
    expect(await waiting()).toBe(1);
    expect(await drainStream(world, ORG, 'ledger')).toMatchObject({ batches: 1, more: false });
    await expectBooks(1800);
  });
});

describe('two writers', () => {
  test('at once come to the same books as one', async () => {
    for (let index = 0; index < 40; index += 1)
      await handIn(world, ORG, `c${index}`, [
        payout(`j-${index}`, index % 5, '10', index % 2 === 0 ? 'pending' : 'posted'),
      ]);
    const writers = [elsewhere(), elsewhere(), elsewhere()];
    const more = Array.from({ length: 20 }, async (_, index) => {
      await handIn(world, ORG, `d${index}`, [payout(`k-${index}`, index % 5, '10')]);
      return awaitDecided(writers[index % 3] as TestWorld, ORG, 'ledger', `d${index}`);
    });
    await Promise.all([...writers.map((writer) => drainStream(writer, ORG, 'ledger')), ...more]);
    await drainStream(world, ORG, 'ledger');
    await expectBooks(60);
    expect((await headOf()).size).toBe(9 + 60);
  });

  test('one that read the head before the other committed starts over', async () => {
    await handIn(world, ORG, 'a', [payout('a', 0, '1')]);
    let attempts = 0;
    const slow = elsewhere(
      hooked(store, {
        before: async () => {
          attempts += 1;
          if (attempts > 1) return;
          // It has read and decided everything. Now another writer does the same, and is first.
          await handIn(world, ORG, 'b', [
            payout('b', 0, '1'),
            { type: 'void', id: 'v', journalId: 'none', reason: '' },
          ]);
          await drainStream(elsewhere(), ORG, 'ledger');
          await handIn(world, ORG, 'c', [payout('c', 0, '1')]);
        },
      }),
    );
    const { decided } = await drainStream(slow, ORG, 'ledger');
    expect(attempts).toBe(2);
    expect([...decided.keys()]).toEqual(['c']);
    expect(await awaitDecided(slow, ORG, 'ledger', 'a')).toEqual([]);
    expect(await awaitDecided(slow, ORG, 'ledger', 'b')).toMatchObject([{ intentId: 'v', code: 'journal_missing' }]);
    await expectBooks(3);
  });

  test('one that read the head before, and its open tiles after, the other committed starts over too', async () => {
    await handIn(world, ORG, 'c1', [payout('p1', 0, '100')]);
    const slow = elsewhere({
      ...store,
      // Only once: what it reads first is the head.
      get: async (path) => {
        const stored = await store.get(path);
        if (waits) {
          waits = false;
          await drainStream(world, ORG, 'ledger');
          await handIn(world, ORG, 'c2', [payout('p2', 1, '200')]);
        }
        return stored;
      },
    });
    let waits = true;
    await drainStream(slow, ORG, 'ledger');
    await expectBooks(2);
  });

  test('that took different documents can not both commit: one head, one winner', async () => {
    const many = (name: string, count: number): LedgerIntent[] =>
      Array.from({ length: count }, (_, index) => payout(`${name}-${index}`, index % 5, '1'));
    await handIn(world, ORG, 'a', many('a', 900));
    let attempts = 0;
    const slow = elsewhere(
      hooked(store, {
        before: async () => {
          attempts += 1;
          if (attempts > 1) return;
          world.pass(-1000);
          await handIn(world, ORG, 'b', many('b', 300));
          // Older than `a`, and too many to go with it: this batch is `b` alone.
          expect([...(await drainStream(elsewhere(), ORG, 'ledger', { maxBatches: 1 })).decided.keys()]).toEqual(['b']);
        },
      }),
    );
    expect([...(await drainStream(slow, ORG, 'ledger')).decided.keys()]).toEqual(['a']);
    await expectBooks(1200);
  });

  test('never decide what is no longer in the inbox', async () => {
    await handIn(world, ORG, 'a', [payout('a', 0, '1')]);
    let attempts = 0;
    const slow = elsewhere(
      hooked(store, {
        before: async () => {
          attempts += 1;
          if (attempts === 1)
            await store.commit([{ op: 'delete', path: paths.inbox(ORG, 'ledger', 'a'), mustExist: true }]);
        },
      }),
    );
    expect((await drainStream(slow, ORG, 'ledger')).decided.size).toBe(0);
    await expectBooks(0);
  });

  test('what one has in memory is void when another wrote meanwhile', async () => {
    const [one, other] = [elsewhere(), elsewhere()];
    for (let round = 0; round < 6; round += 1) {
      await handIn(world, ORG, `c${round}`, [
        payout(`j${round}`, 0, '5'),
        openAccount(`new-${round}`, 'payables', true, 'liability'),
      ]);
      await drainStream(round % 2 === 0 ? one : other, ORG, 'ledger');
    }
    await expectBooks(6);
  });

  test('gives up, saying so, when it never wins', async () => {
    await handIn(world, ORG, 'a', [payout('a', 0, '1')]);
    const never = elsewhere(
      hooked(store, {
        before: async () => {
          throw new AppError('failed_precondition', 'lost');
        },
      }),
    );
    await expect(awaitDecided(never, ORG, 'ledger', 'a', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
  });
});

describe('a crash', () => {
  test('between commit and reply changes nothing', async () => {
    await handIn(world, ORG, 'a', [payout('a', 0, '1'), payout('bad', 99, '1')]);
    let lost = 0;
    const lossy = elsewhere(
      hooked(store, {
        after: async () => {
          lost += 1;
          if (lost === 1) throw new AppError('unavailable', 'The reply was lost', { retryable: true });
        },
      }),
    );
    expect(await awaitDecided(lossy, ORG, 'ledger', 'a')).toMatchObject([{ intentId: 'bad' }]);
    expect(lost).toBe(1);
    await expectBooks(1);
  });

  test('in any step, of any writer, ends in the same books', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('fine', 'before', 'after'), { minLength: 5, maxLength: 25 }),
        fc.infiniteStream(fc.nat(4)),
        async (faults, picks) => {
          store = memoryDatabase();
          world = testWorld(store);
          const queue = [...faults];
          const flaky = (): Database =>
            hooked(store, {
              before: async () => {
                if (queue[0] === 'before') {
                  queue.shift();
                  throw new AppError('unavailable', 'cut off', { retryable: true });
                }
              },
              after: async () => {
                if (queue.shift() === 'after') throw new AppError('unavailable', 'reply lost', { retryable: true });
              },
            });
          const writers = [elsewhere(flaky()), elsewhere(flaky()), elsewhere(flaky())];
          await handIn(world, ORG, 'chart', chart(5));
          world.pass(1);
          const pick = (): number => picks.next().value;
          await Promise.all(
            Array.from({ length: 8 }, async (_, index) => {
              const intents: LedgerIntent[] = [
                payout(`j${index}`, pick(), '3', 'pending'),
                payout('same', 0, '4'),
                { type: 'post', id: `p${index}`, journalId: `j${index}` },
              ];
              await handIn(world, ORG, `c${index}`, intents);
              return awaitDecided(writers[index % 3] as TestWorld, ORG, 'ledger', `c${index}`);
            }),
          );
          await expectBooks(9);
          expect((await headOf()).size).toBe(9 + 9 + 8);
        },
      ),
      { numRuns: 40 },
    );
  });
});

test("handing in too much is the caller's mistake", () => {
  expect(() =>
    ledgerIntents(
      ORG,
      'c',
      Array.from({ length: MAX_INTENTS_PER_COMMIT + 1 }, (_, index) => payout(`${index}`, 0, '1')),
      world.at(),
    ),
  ).toThrow(expect.objectContaining({ code: 'limit_exceeded' }));
  const long = payout('x', 0, '1') as Extract<LedgerIntent, { type: 'record' }>;
  const fat = { ...long, journal: { ...long.journal, memo: 'm'.repeat(600) } };
  expect(() =>
    ledgerIntents(
      ORG,
      'c',
      Array.from({ length: 900 }, () => fat),
      world.at(),
    ),
  ).toThrow(expect.objectContaining({ code: 'limit_exceeded' }));
  expect(ledgerIntents(ORG, 'c', [], world.at())).toEqual([]);
});

describe('the audit stream', () => {
  test('gives events their places, once each', async () => {
    await change(world, ORG, memberPath(ORG, 'ann'), memberDocument('ann', 'Ann'), 1);
    await change(world, ORG, memberPath(ORG, 'ann'), memberDocument('ann', 'Ann'), 2);
    await drainStream(world, ORG, 'audit');
    await change(world, ORG, memberPath(ORG, 'ann'), memberDocument('ann', 'Ann'), 3);
    expect(await awaitDecided(elsewhere(), ORG, 'audit', `event-orgs-acme-members-ann-3`)).toEqual([]);
    expect(await headOf('audit')).toMatchObject({ size: 3 });
    await expectBooks(0);
  });
});

describe('the sweeper', () => {
  test('drains what was forgotten and seals what is open, in every organization', async () => {
    await handIn(world, 'other', 'chart', chart());
    await handIn(world, ORG, 'a', [payout('a', 0, '1')]);
    expect(await drainForgotten(world)).toEqual({ drained: 0, sealed: 0, sealedOf: [], problems: [] });
    world.pass(6_000);
    expect(await drainForgotten(world)).toEqual({ drained: 2, sealed: 0, sealedOf: [], problems: [] });
    world.pass(11_000);
    const { sealedOf, ...sealed } = await drainForgotten(world);
    expect(sealed).toEqual({ drained: 0, sealed: 2, problems: [] });
    expect(sealedOf.toSorted()).toEqual([ORG, 'other']);
    expect([...world.notes.keys()].map((key) => key.replace(/0{5,}/, ''))).toEqual([
      'acme/ledger/10',
      'other/ledger/7',
    ]);
    expect(await drainForgotten(world)).toEqual({ drained: 0, sealed: 0, sealedOf: [], problems: [] });
    expect(await headOf()).toMatchObject({ checkpointSize: 10, unsealedSince: null });
  });

  test('does the others when one is broken, and says which', async () => {
    await handIn(world, 'other', 'chart', chart());
    await drainStream(world, 'other', 'ledger');
    await store.commit([{ op: 'update', path: paths.streamHead(ORG, 'ledger'), data: { root: 'e'.repeat(64) } }]);
    world.pass(20_000);
    expect(await drainForgotten(world)).toMatchObject({
      sealed: 1,
      problems: [{ orgId: ORG, name: 'ledger', code: 'failed_precondition' }],
    });
  });

  test('a stream that can not be drained does not hide the others', async () => {
    for (let index = 0; index < 6; index += 1) {
      world.pass(1);
      await handIn(world, ORG, `stuck-${index}`, [payout(`stuck-${index}`, 0, '1')]);
    }
    world.pass(1);
    await handIn(world, 'other', 'chart', chart());
    world.pass(6_000);
    const stuck = hooked(store, {
      before: async (writes) => {
        if (writes.some((write) => write.path.startsWith(`orgs/${ORG}/`))) throw new Error('no');
      },
    });
    expect(await drainForgotten(elsewhere(stuck) as TestWorld, { limit: 3 })).toMatchObject({
      drained: 2,
      problems: [{ orgId: ORG, code: 'internal' }],
    });
    expect(await store.get(paths.streamHead('other', 'ledger'))).not.toBeNull();
  });
});
