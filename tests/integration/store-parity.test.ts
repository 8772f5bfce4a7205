import { isAppError } from '@countersign/domain/errors';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database, Query, Write } from '../../functions/src/store/database.ts';
import { memoryDatabase } from '../../functions/src/store/memory-database.ts';
import { localFirestore, type LocalFirestore } from './local-firestore.ts';

/**
 * The in-memory database, on which faults are tested by the thousand, must behave as Firestore does: the same random
 * programs run on both.
 */
let firestore: LocalFirestore;
beforeAll(() => {
  firestore = localFirestore();
});
afterAll(() => firestore.close());

const NAMES = ['a', 'b', 'c', 'd'];
type Token = 'none' | 'current' | 'stale';
interface Step {
  readonly writes: readonly {
    readonly op: Write['op'];
    readonly name: string;
    readonly value: number;
    readonly token: Token;
    readonly mustExist: boolean;
  }[];
}

const step: fc.Arbitrary<Step> = fc.record({
  writes: fc.uniqueArray(
    fc.record({
      op: fc.constantFrom('create', 'set', 'update', 'delete'),
      name: fc.constantFrom(...NAMES),
      value: fc.nat(9),
      token: fc.constantFrom<Token>('none', 'none', 'current', 'stale'),
      mustExist: fc.boolean(),
    }),
    { selector: (write) => write.name, minLength: 1, maxLength: 3 },
  ),
});

/** Plays the steps and tells everything that its user could see, but the update times themselves. */
async function play(db: Database, root: string, steps: readonly Step[]): Promise<unknown[]> {
  const current = new Map<string, string>();
  const stale = new Map<string, string>();
  const seen: unknown[] = [];
  for (const { writes } of steps) {
    const made = writes.flatMap((write) => toWrite(root, write, write.token === 'stale' ? stale : current));
    const outcome = await db.commit(made).then(
      (times) => ({ times }),
      (error: unknown) => ({ code: isAppError(error) ? error.code : String(error) }),
    );
    seen.push('code' in outcome ? outcome.code : 'done');
    const stored = await db.getAll(NAMES.map((name) => `${root}/${name}`));
    for (const [index, doc] of stored.entries()) {
      const path = `${root}/${NAMES[index]}`;
      const before = current.get(path);
      seen.push(doc === null ? null : doc.data);
      if (doc === null || doc.updateTime === before) continue;
      if (before !== undefined) stale.set(path, before);
      current.set(path, doc.updateTime);
    }
    // What a commit says is what a read finds, so that it can serve as the next precondition.
    if ('times' in outcome)
      made.forEach(
        (write, index) => write.op !== 'delete' && expect(outcome.times[index]).toBe(current.get(write.path)),
      );
  }
  return seen;
}

function toWrite(
  root: string,
  { op, name, value, token, mustExist }: Step['writes'][number],
  times: ReadonlyMap<string, string>,
): Write[] {
  const path = `${root}/${name}`;
  const ifUpdateTime = token === 'none' ? undefined : times.get(path);
  const condition = ifUpdateTime === undefined ? {} : { ifUpdateTime };
  const data = { name, value, list: [value, { deep: `${value}` }], nothing: null };
  switch (op) {
    case 'create':
      return [{ op, path, data }];
    case 'set':
      return [{ op, path, data, ...condition }];
    case 'update':
      return [{ op, path, data: { value, list: [] }, ...condition }];
    case 'delete':
      return [{ op, path, ...(ifUpdateTime === undefined ? { mustExist } : condition) }];
  }
}

test('commits with preconditions have the same outcomes and leave the same documents', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      run += 1;
      const root = `orgs/parity-${run}/things`;
      expect(await play(firestore.db, root, steps)).toEqual(await play(memoryDatabase(), root, steps));
    }),
    { numRuns: 60 },
  );
});

test('queries return the same documents in the same order', async () => {
  const memory = memoryDatabase();
  const ids = ['a', 'b', 'B', 'a-b', 'a.b', '10', '9', 'z', 'ä', '🙂'];
  const orgs = ['one', 'one-two'];
  const values = [0, 3, -1, 'x', 'X', 'é', '🙂', null, true, 2];
  const writes = orgs.flatMap((org) =>
    ids.map((id, index): Write => ({
      op: 'create',
      path: `orgs/${org}/streams/ledger/inbox/${id}`,
      data: {
        createdAt: `2026-11-22T10:00:0${index % 4}.000Z`,
        mixed: values[index],
        tags: index % 2 === 0 ? ['even', index] : ['odd'],
      },
    })),
  );
  await memory.commit(writes);
  await firestore.db.commit(writes);
  const inbox = 'orgs/one/streams/ledger/inbox';
  const queries: Query[] = [
    { collection: inbox, limit: 100 },
    {
      collection: inbox,
      orderBy: [
        ['createdAt', 'asc'],
        ['__name__', 'asc'],
      ],
      limit: 100,
    },
    { collection: inbox, orderBy: [['createdAt', 'asc']], limit: 4 },
    { collection: inbox, orderBy: [['mixed', 'asc']], limit: 100 },
    { collection: inbox, orderBy: [['mixed', 'desc']], limit: 100 },
    { collection: inbox, where: [['mixed', '>', 1]], limit: 100 },
    { collection: inbox, where: [['mixed', '<=', 'x']], limit: 100 },
    { collection: inbox, where: [['mixed', '==', null]], limit: 100 },
    { collection: inbox, where: [['mixed', 'in', ['x', 3, true]]], limit: 100 },
    { collection: inbox, where: [['tags', 'array-contains', 'even']], limit: 100 },
    { collection: inbox, orderBy: [['missing', 'asc']], limit: 100 },
    { collection: inbox, orderBy: [['__name__', 'asc']], startAfter: ['a-b'], limit: 3 },
    {
      collection: inbox,
      orderBy: [
        ['createdAt', 'asc'],
        ['__name__', 'asc'],
      ],
      startAfter: ['2026-11-22T10:00:01.000Z', 'b'],
      limit: 100,
    },
    {
      collection: 'inbox',
      group: true,
      where: [['createdAt', '<=', '2026-11-22T10:00:01.000Z']],
      orderBy: [['createdAt', 'asc']],
      limit: 100,
    },
    {
      collection: 'inbox',
      group: true,
      where: [['createdAt', '<=', '2026-11-22T10:00:01.000Z']],
      orderBy: [['createdAt', 'asc']],
      limit: 3,
    },
  ];
  for (const query of queries) {
    const found = (await firestore.db.query(query)).map(({ path, data }) => [path, data]);
    expect(
      (await memory.query(query)).map(({ path, data }) => [path, data]),
      JSON.stringify(query),
    ).toEqual(found);
  }
});

test('transactions at once come to the same count', async () => {
  for (const db of [memoryDatabase(), firestore.db]) {
    const path = 'orgs/parity/things/counter';
    await db.commit([{ op: 'set', path, data: { count: 0 } }]);
    await Promise.all(
      Array.from({ length: 5 }, () =>
        db.transaction(async (tx) => {
          const stored = await tx.get(path);
          tx.write({ op: 'update', path, data: { count: Number(stored?.data['count']) + 1 } });
        }),
      ),
    );
    expect((await db.get(path))?.data).toEqual({ count: 5 });
  }
});

test('a transaction that throws writes nothing, and its error comes through', async () => {
  for (const db of [memoryDatabase(), firestore.db]) {
    const path = 'orgs/parity/things/untouched';
    await expect(
      db.transaction(async (tx) => {
        tx.write({ op: 'create', path, data: {} });
        throw new Error('mine');
      }),
    ).rejects.toThrow('mine');
    expect(await db.get(path)).toBeNull();
  }
});
