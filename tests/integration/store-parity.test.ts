import { AppError, isAppError } from '@countersign/domain/errors';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database, Query, Stored, Write } from '../../functions/src/store/database.ts';
import { memoryDatabase } from '../../functions/src/store/memory-database.ts';
import { localFirestore, type LocalFirestore } from './local-firestore.ts';

/**
 * The in-memory database, on which faults are tested by the thousand, must behave as Firestore does: the same random
 * programs run on both.
 */
let firestore: LocalFirestore;
/** The same store through clients of their own, as other processes have it. */
let connections: Database[];
beforeAll(() => {
  firestore = localFirestore();
  connections = [firestore.another(), firestore.another(), firestore.another()];
});
afterAll(() => firestore.close());

/** Other programs by the environment. A failure prints seed and path. */
const SEED = Number(process.env['PARITY_SEED'] ?? 20_261_122);
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
    { numRuns: 60, seed: SEED },
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

/** What a client does, while others do the like: most of it meets somebody else's. */
type Deed =
  | { readonly do: 'add'; readonly to: string; readonly amount: number }
  | { readonly do: 'move'; readonly from: string; readonly to: string; readonly amount: number }
  | { readonly do: 'create_first'; readonly name: string }
  | { readonly do: 'create_blindly'; readonly name: string }
  | { readonly do: 'at_most_two' }
  | { readonly do: 'add_if_unchanged'; readonly to: string }
  | { readonly do: 'throw'; readonly to: string };

const place = fc.constantFrom('p', 'q', 'r');
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), to: place, amount: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant('move' as const), from: place, to: place, amount: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant('create_first' as const), name: fc.constantFrom('one', 'two') }),
  fc.record({ do: fc.constant('create_blindly' as const), name: fc.constantFrom('three', 'four') }),
  fc.constant({ do: 'at_most_two' as const }),
  fc.record({ do: fc.constant('add_if_unchanged' as const), to: place }),
  fc.record({ do: fc.constant('throw' as const), to: place }),
);

/** Clients at once, each with its own connection; what came of each deed, and what is left. */
async function compete(clients: readonly Database[], root: string, deeds: readonly (readonly Deed[])[]) {
  const [db] = clients;
  if (db === undefined) throw new Error('somebody competes');
  await db.commit(
    ['p', 'q', 'r'].map((name) => ({ op: 'create', path: `${root}/${name}`, data: { count: 100, by: [] } })),
  );
  const done: { readonly deed: Deed; readonly result: string; readonly id: string }[] = [];
  await Promise.all(
    deeds.map(async (own, client) => {
      for (const [number, one] of own.entries()) {
        const id = `${client}-${number}`;
        const result = await carryOut(clients[client] ?? db, root, one, id).catch((error: unknown) =>
          isAppError(error) ? error.code : String(error),
        );
        done.push({ deed: one, result, id });
      }
    }),
  );
  const left = await db.query({ collection: root, limit: 100 });
  return { done, left: new Map(left.map(({ path, data }) => [path.slice(root.length + 1), data])) };
}

async function carryOut(db: Database, root: string, deed: Deed, id: string): Promise<string> {
  const path = (name: string): string => `${root}/${name}`;
  const plus = (stored: Stored | null, amount: number): Record<string, unknown> => ({
    count: Number(stored?.data['count']) + amount,
    by: [...((stored?.data['by'] ?? []) as string[]), id],
  });
  switch (deed.do) {
    case 'add':
      return db.transaction(async (tx) => {
        const stored = await tx.get(path(deed.to));
        tx.write({ op: 'update', path: path(deed.to), data: plus(stored, deed.amount) });
        return 'done';
      });
    case 'move':
      if (deed.from === deed.to) return 'nothing';
      return db.transaction(async (tx) => {
        const [from, to] = await tx.getAll([path(deed.from), path(deed.to)]);
        tx.write({ op: 'update', path: path(deed.from), data: plus(from ?? null, -deed.amount) });
        tx.write({ op: 'set', path: path(deed.to), data: plus(to ?? null, deed.amount) });
        return 'done';
      });
    case 'create_first':
      return db.transaction(async (tx) => {
        if ((await tx.get(path(deed.name))) !== null) return 'there';
        tx.write({ op: 'create', path: path(deed.name), data: { by: [id] } });
        return 'done';
      });
    case 'create_blindly':
      await db.commit([{ op: 'create', path: path(deed.name), data: { by: [id] } }]);
      return 'done';
    case 'at_most_two':
      return db.transaction(async (tx) => {
        const there = await tx.query({ collection: root, where: [['seat', '==', true]], limit: 10 });
        if (there.length >= 2) return 'full';
        tx.write({ op: 'create', path: path(`seat-${id}`), data: { seat: true } });
        return 'done';
      });
    case 'add_if_unchanged': {
      const stored = await db.get(path(deed.to));
      const ifUpdateTime = stored?.updateTime ?? '';
      await db.commit([{ op: 'update', path: path(deed.to), data: plus(stored, 1), ifUpdateTime }]);
      return 'done';
    }
    case 'throw':
      return db.transaction(async (tx) => {
        const stored = await tx.get(path(deed.to));
        tx.write({ op: 'update', path: path(deed.to), data: plus(stored, 1_000) });
        throw new AppError('stopped', 'On second thoughts');
      });
  }
}

/** Whoever comes first is left to the store; what must hold is not: no update is lost, none is made twice or by halves. */
function expectSerial({ done, left }: Awaited<ReturnType<typeof compete>>): void {
  for (const name of ['p', 'q', 'r']) {
    const here = done.flatMap(({ deed: one, result, id }) => {
      if (result !== 'done') return [];
      if (one.do === 'move' && one.from === name) return [{ id, amount: -one.amount }];
      if (one.do === 'add_if_unchanged' && one.to === name) return [{ id, amount: 1 }];
      return (one.do === 'add' || one.do === 'move') && one.to === name ? [{ id, amount: one.amount }] : [];
    });
    const document = left.get(name);
    expect(document?.['count']).toBe(here.reduce((sum, { amount }) => sum + amount, 100));
    expect([...((document?.['by'] ?? []) as string[])].sort()).toEqual(here.map(({ id }) => id).sort());
  }
  for (const name of ['one', 'two', 'three', 'four']) {
    const made = done.filter(({ deed: one, result }) => 'name' in one && one.name === name && result === 'done');
    expect(made.length).toBe(left.has(name) ? 1 : 0);
  }
  const seats = [...left.keys()].filter((name) => name.startsWith('seat-'));
  const wanted = done.filter(({ deed: one }) => one.do === 'at_most_two');
  expect(seats.length).toBe(Math.min(2, wanted.length));
  // The kinds of answers are those that the engine reckons with.
  const answers = new Set(done.map(({ deed: one, result }) => `${one.do} ${result}`));
  for (const answer of answers) expect(ANSWERS).toContain(answer);
}

const ANSWERS = [
  'add done',
  'move done',
  'move nothing',
  'create_first done',
  'create_first there',
  'create_blindly done',
  'create_blindly already_exists',
  'at_most_two done',
  'at_most_two full',
  'add_if_unchanged done',
  'add_if_unchanged failed_precondition',
  'throw stopped',
];

test('clients at once, in conflict with each other: on both, no update is lost, doubled or made by halves', async () => {
  let run = 0;
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 4 }),
      async (deeds) => {
        run += 1;
        const memory = memoryDatabase();
        const others = deeds.map((_, at) => (at === 0 ? firestore.db : connections[at - 1])) as Database[];
        for (const clients of [deeds.map(() => memory), others]) {
          const outcome = await compete(clients, `orgs/parity-at-once-${run}/things`, deeds);
          expectSerial(outcome);
          for (const { result } of outcome.done) met.add(`${clients === others ? 'real' : 'memory'} ${result}`);
        }
      },
    ),
    { numRuns: 15, seed: SEED },
  );
  // Programs without a conflict would show nothing.
  for (const store of ['real', 'memory'])
    for (const result of ['failed_precondition', 'already_exists', 'full']) expect(met).toContain(`${store} ${result}`);
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
