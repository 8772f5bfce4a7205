import { paths } from '@countersign/domain/paths';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database, Write } from '../store/database.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import { chart, handIn, hooked, payout, testWorld, type TestWorld } from './test-kit.ts';
import { verifyOrganization } from './verify/index.ts';
import { ledgerIntents } from './inbox.ts';
import { awaitDecided, drainStream, handedIn } from './writer.ts';

const ORG = 'acme';
let store: ReturnType<typeof memoryDatabase>;
let world: TestWorld;
/** What the writer under test committed and how often it looked into the inbox. */
let commits: (readonly Write[])[];
let looks: number;
/** Every call that reads. */
let reads: number;
let watched: TestWorld;

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  await handIn(world, ORG, 'chart', chart(5));
  await drainStream(world, ORG, 'ledger');
  [commits, looks, reads] = [[], 0, 0];
  watched = watching();
});

/** Another process, watched. */
function watching(before?: (writes: readonly Write[]) => Promise<void>): TestWorld {
  const db: Database = hooked(
    {
      ...store,
      get: (path) => ((reads += 1), store.get(path)),
      getAll: (all) => ((reads += all.length > 0 ? 1 : 0), store.getAll(all)),
      query: (query) => {
        looks += query.collection.endsWith('/inbox') ? 1 : 0;
        reads += 1;
        return store.query(query);
      },
    },
    {
      before: async (writes) => {
        await before?.(writes);
        commits.push(writes);
      },
    },
  );
  return { ...world, db };
}

const payouts = (name: string, count: number): LedgerIntent[] =>
  Array.from({ length: count }, (_, index) => payout(`${name}-${index}`, index % 5, '1'));
const journalsIn = (writes: readonly Write[]): number =>
  writes.filter(({ path }) => path.startsWith(`${paths.organization(ORG)}/journals/`)).length;

async function expectBooks(journals: number): Promise<void> {
  const report = await verifyOrganization(store, ORG, { checkpoints: null, publicKey: null });
  expect(report.findings).toEqual([]);
  expect(report.ledger).toMatchObject({ journals, waiting: 0 });
}

describe('a commit of the writer', () => {
  test('writes each document once, however often its intents touch it', async () => {
    await handIn(world, ORG, 'a', [
      ...payouts('a', 700),
      payout('pending', 1, '5', 'pending'),
      { type: 'post', id: 'post', journalId: 'pending' },
      payout('back', 1, '5'),
      { type: 'reverse', id: 'reverse', journalId: 'back', memo: 'back', source: payoutSource },
    ]);
    await handIn(world, ORG, 'b', [...payouts('b', 200), payout('refused', 99, '1')]);
    await drainStream(watched, ORG, 'ledger');
    expect(commits.map(journalsIn)).toEqual([903]);
    for (const writes of commits) {
      const written = writes.map(({ path }) => path);
      expect(written.filter((path, index) => written.indexOf(path) !== index)).toEqual([]);
    }
    await expectBooks(903);
  });

  test('is small when little waits, and takes up to a thousand intents when much does', async () => {
    await handIn(world, ORG, 'alone', payouts('alone', 1));
    await drainStream(watched, ORG, 'ledger');
    for (let document = 0; document < 35; document += 1) {
      world.pass(1);
      await handIn(world, ORG, `d-${document}`, payouts(`d-${document}`, 100));
    }
    await drainStream(watched, ORG, 'ledger');
    expect(commits.map(journalsIn)).toEqual([1, 1000, 1000, 1000, 500]);
    await expectBooks(3501);
  });

  test('takes a megabyte of intents at the most', async () => {
    const long = (id: string): LedgerIntent => {
      const one = payout(id, 0, '1') as Extract<LedgerIntent, { type: 'record' }>;
      const entries = Array.from({ length: 10 }, () => one.journal.entries).flat();
      return { ...one, journal: { ...one.journal, entries } };
    };
    for (let document = 0; document < 5; document += 1) {
      world.pass(1);
      const intents = Array.from({ length: 250 }, (_, index) => long(`long-${document}-${index}`));
      await handIn(world, ORG, `d-${document}`, intents);
    }
    await drainStream(watched, ORG, 'ledger');
    // A document of these has some 420 kB.
    expect(commits.map(journalsIn)).toEqual([500, 500, 250]);
    await expectBooks(1250);
  });

  test('takes together what came in while the one before was under way', async () => {
    let arrived: Promise<unknown> | null = null;
    const busy = watching(async () => {
      arrived ??= Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          await handIn(world, ORG, `late-${index}`, payouts(`late-${index}`, 2));
          waits.push(awaitDecided(busy, ORG, 'ledger', `late-${index}`));
        }),
      );
      await arrived;
    });
    const waits: Promise<unknown>[] = [];
    await handIn(world, ORG, 'first', payouts('first', 1));
    await awaitDecided(busy, ORG, 'ledger', 'first');
    expect(await Promise.all(waits)).toEqual(Array.from({ length: 40 }, () => []));
    expect(commits.map(journalsIn)).toEqual([1, 80]);
    await expectBooks(81);
  });
});

describe('who waits for a decision', () => {
  test('has its document read by name, without a look into the inbox', async () => {
    await handIn(world, ORG, 'a', payouts('a', 3));
    expect(await awaitDecided(watched, ORG, 'ledger', 'a')).toEqual([]);
    expect(looks).toBe(0);
    await expectBooks(3);
  });

  test('is never refused for what waits before it', async () => {
    await handIn(world, ORG, 'older', [
      { ...(chart()[1] as Extract<LedgerIntent, { type: 'open_account' }>), id: 'open-cash' },
      ...chart(7).slice(-1),
      payout('pending', 6, '5', 'pending'),
    ]);
    world.pass(1);
    await handIn(world, ORG, 'newer', [
      { type: 'post', id: 'post', journalId: 'pending' },
      payout('on-new-account', 6, '7'),
    ]);
    expect(await awaitDecided(watched, ORG, 'ledger', 'newer')).toEqual([]);
    expect(looks).toBe(1);
    await expectBooks(2);
  });

  test('hears of it from the batch that decides it, not at the end of the run', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = watching(async (writes) => {
      if (writes.some(({ path }) => path.endsWith('/journals/second-0'))) await held;
    });
    await handIn(world, ORG, 'first', payouts('first', 600));
    world.pass(1);
    await handIn(world, ORG, 'second', payouts('second', 600));
    const run = drainStream(slow, ORG, 'ledger');
    const told = await Promise.race([awaitDecided(slow, ORG, 'ledger', 'first'), run.then(() => 'too late')]);
    expect(told).toEqual([]);
    release();
    await run;
    await expectBooks(1200);
  });

  test('meets other writers with a look around, and takes what is theirs too', async () => {
    await handIn(world, ORG, 'theirs', payouts('theirs', 1));
    world.pass(1);
    await handIn(world, ORG, 'ours', payouts('ours', 1));
    let beaten = false;
    const contended = watching(async () => {
      if (beaten) return;
      beaten = true;
      await handIn(world, ORG, 'third', payouts('third', 1));
      await store.commit([{ op: 'update', path: paths.streamHead(ORG, 'ledger'), data: { checkpointSize: 1 } }]);
    });
    expect(await awaitDecided(contended, ORG, 'ledger', 'ours')).toEqual([]);
    expect(commits.map(journalsIn)).toEqual([1, 3]);
  });
});

describe('what this process handed in itself', () => {
  /** Into the inbox by `db`, whose writer is told, as the engine does it. */
  async function handInHere(name: string, intents = payouts(name, 1)): Promise<void> {
    const writes = ledgerIntents(ORG, name, intents, world.at());
    await watched.db.commit(writes);
    handedIn(watched, ORG, 'ledger', writes);
  }
  /** Another process decides something, or the stream is sealed: the head is no longer what this one left. */
  const somebodyWrites = (): Promise<unknown> =>
    store.commit([{ op: 'update', path: paths.streamHead(ORG, 'ledger'), data: { checkpointSize: 1 } }]);

  beforeEach(async () => {
    await handInHere('before');
    await awaitDecided(watched, ORG, 'ledger', 'before');
    [commits, reads] = [[], 0];
  });

  test('is decided without reading anything, as long as nobody else writes', async () => {
    await handInHere('a');
    expect(await awaitDecided(watched, ORG, 'ledger', 'a')).toEqual([]);
    expect(reads).toBe(0);
    expect(commits.map(journalsIn)).toEqual([0, 1]);
    await expectBooks(2);
  });

  test('is read after all when the head is another by now, and for a while', async () => {
    await somebodyWrites();
    await handInHere('a');
    expect(await awaitDecided(watched, ORG, 'ledger', 'a')).toEqual([]);
    expect(commits.map(journalsIn)).toEqual([0, 1, 1]);
    const readOnce = reads;
    await handInHere('b');
    expect(await awaitDecided(watched, ORG, 'ledger', 'b')).toEqual([]);
    expect(reads).toBeGreaterThan(readOnce);
    expect(commits.map(journalsIn)).toEqual([0, 1, 1, 0, 1]);
    await expectBooks(3);
  });

  test('is not decided again when another process has decided it, and its refusals are heard', async () => {
    await handInHere('a', [...payouts('a', 1), payout('refused', 99, '1')]);
    await drainStream(world, ORG, 'ledger');
    expect(await awaitDecided(watched, ORG, 'ledger', 'a')).toMatchObject([{ intentId: 'refused' }]);
    await expectBooks(2);
  });

  test('is refused in the order of the inbox: what may wait before it is looked at first', async () => {
    await handIn(world, ORG, 'older', chart(6).slice(-1));
    world.pass(1);
    await handInHere('newer', [payout('on-new-account', 5, '7'), payout('refused', 99, '1')]);
    expect(await awaitDecided(watched, ORG, 'ledger', 'newer')).toMatchObject([{ intentId: 'refused' }]);
    await expectBooks(2);
  });
});

const payoutSource = (payout('x', 0, '1') as Extract<LedgerIntent, { type: 'record' }>).source;
