import { AppError } from '@countersign/domain/errors';
import { exampleEffect } from '@countersign/domain/plan/example-effect';
import { claimId, effectId } from '@countersign/domain/plan/effect-checks';
import { claimSchema, type Claim, type Effect } from '@countersign/domain/schemas/effect';
import { beforeEach, describe, expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { read, type Database } from '../store/database.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import { earlierUseOf, freeAfterFailure, lookupClaims, releaseClaimsOf, takeClaims } from './claims.ts';
import type { Deps } from './deps.ts';
import { newWork, takeLease, type Lease } from './work.ts';

const ORG = 'acme';
const AT = '2026-11-22T10:00:00.000Z';
const effect = (reference: string): Effect => exampleEffect({ reference });
const effects = (count: number): Effect[] => Array.from({ length: count }, (_, at) => effect(`R-${at}`));
const idOf = (reference: string, executionId = 'x-1'): string => effectId(executionId, reference.toLowerCase());

let db: ReturnType<typeof memoryDatabase>;
let deps: Deps;
let lease: Lease;
let sizes: number[];
beforeEach(async () => {
  db = memoryDatabase();
  sizes = [];
  const transaction: Database['transaction'] = async (decide) =>
    db.transaction(async (tx) =>
      decide({
        get: tx.get.bind(tx),
        getAll: tx.getAll.bind(tx),
        query: tx.query.bind(tx),
        write: (...writes) => (sizes.push(writes.length), tx.write(...writes)),
      }),
    );
  deps = { db: { ...db, transaction }, now: () => new Date(AT), newId: () => 'worker' } as unknown as Deps;
  await db.commit([newWork(ORG, 'x-1', AT)]);
  const taken = await takeLease(deps, ORG, 'x-1');
  if (taken === null) throw new Error('the work was not taken');
  lease = taken;
});
const claim = async (reference: string): Promise<Claim | null> =>
  read(db, refs.claim(ORG, claimId('payout', reference)));
const all = (): Claim[] =>
  db
    .dump()
    .filter(({ path }) => path.includes('/claims/'))
    .map(({ data }) => claimSchema.parse(data));
const store = async (fields: Partial<Claim> & { reference: string }): Promise<unknown> =>
  db.commit([
    {
      op: 'set',
      path: refs.claim(ORG, claimId('payout', fields.reference)).path,
      data: {
        kind: 'payout',
        normalized: fields.reference,
        executionId: 'x-1',
        effectId: idOf(fields.reference),
        attempt: 1,
        askSince: null,
        takenAt: AT,
        ...fields,
      },
    },
  ]);

describe('taking', () => {
  test('many, in commits of some hundreds; a second time changes nothing', async () => {
    await takeClaims(deps, lease, 'x-1', effects(801));
    expect(sizes).toEqual([400, 400, 1]);
    expect(all()).toHaveLength(801);
    expect(await claim('R-800')).toEqual({
      kind: 'payout',
      reference: 'R-800',
      normalized: expect.any(String) as string,
      executionId: 'x-1',
      effectId: idOf('R-800'),
      attempt: 1,
      askSince: null,
      takenAt: AT,
    });
    const before = all();
    await takeClaims(deps, lease, 'x-1', effects(801));
    expect(all()).toEqual(before);
  });

  test('what needs none takes none', async () => {
    await takeClaims(deps, lease, 'x-1', [{ ...effect('A'), claim: null } as unknown as Effect]);
    expect([all(), sizes]).toEqual([[], []]);
  });

  test('one that was freed: its attempt and its doubt are kept', async () => {
    await store({ reference: 'A', executionId: null, effectId: null, attempt: 3, askSince: AT });
    await takeClaims(deps, lease, 'x-1', [effect('A'), effect('B')]);
    expect(await claim('A')).toMatchObject({ executionId: 'x-1', effectId: idOf('A'), attempt: 3, askSince: AT });
    expect(await claim('B')).toMatchObject({ executionId: 'x-1', attempt: 1, askSince: null });
  });

  test("another run's: none of the commit is taken, and who plans is told to plan again", async () => {
    await store({ reference: 'A', executionId: 'x-2' });
    await expect(takeClaims(deps, lease, 'x-1', [effect('A'), effect('B')])).rejects.toMatchObject({
      code: 'claim_taken',
      message: 'Reference A was taken by another run',
      retryable: true,
      details: { executionId: 'x-2' },
    });
    expect(all().map(({ reference }) => reference)).toEqual(['A']);
  });

  test('a commit that fails for another reason is not looked into', async () => {
    let tries = 0;
    for (const error of [new AppError('unavailable', 'x'), new Error('x')]) {
      const transaction = async () => {
        tries += 1;
        throw error;
      };
      const failing = { ...deps, db: { ...deps.db, transaction } };
      await expect(takeClaims(failing, lease, 'x-1', [effect('A')])).rejects.toBe(error);
    }
    expect(tries).toBe(2);
  });

  test('only under the lease', async () => {
    await expect(takeClaims(deps, { ...lease, token: 0 }, 'x-1', [effect('A')])).rejects.toMatchObject({
      code: 'lease_lost',
    });
  });
});

describe('releasing', () => {
  test('all of many, in commits of some hundreds', async () => {
    await takeClaims(deps, lease, 'x-1', effects(801));
    await store({ reference: 'other', executionId: 'x-2' });
    sizes = [];
    await releaseClaimsOf(deps, lease, 'x-1');
    expect(sizes).toEqual([400, 400, 1]);
    expect(all().map(({ reference }) => reference)).toEqual(['other']);
  });

  test('keeps what was done; what is free again keeps a raised attempt, and a doubt', async () => {
    await store({ reference: 'done' });
    await store({ reference: 'fresh' });
    await store({ reference: 'second', attempt: 2 });
    await store({ reference: 'doubtful', askSince: '2026-11-20T00:00:00.000Z' });
    await store({ reference: 'begun' });
    await store({ reference: 'begun-again', askSince: '2026-11-20T00:00:00.000Z' });
    const begun = new Map([
      [idOf('begun'), AT],
      [idOf('begun-again'), AT],
    ]);
    await releaseClaimsOf(deps, lease, 'x-1', (id) => id === idOf('done'), begun);
    const free = { executionId: null, effectId: null };
    expect(await claim('done')).toMatchObject({ executionId: 'x-1', effectId: idOf('done') });
    expect(await claim('fresh')).toBeNull();
    expect(await claim('second')).toMatchObject({ ...free, attempt: 2, askSince: null });
    expect(await claim('doubtful')).toMatchObject({ ...free, attempt: 1, askSince: '2026-11-20T00:00:00.000Z' });
    expect(await claim('begun')).toMatchObject({ ...free, attempt: 1, askSince: AT });
    expect(await claim('begun-again')).toMatchObject({ ...free, askSince: AT });
  });

  test('nothing to release writes nothing', async () => {
    await releaseClaimsOf(deps, lease, 'x-1');
    expect(sizes).toEqual([]);
  });

  test('only under the lease', async () => {
    await store({ reference: 'A' });
    await expect(releaseClaimsOf(deps, { ...lease, token: 0 }, 'x-1')).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await claim('A')).toMatchObject({ executionId: 'x-1' });
  });
});

test('a proven failure frees the claim for the next attempt, of which nothing is doubtful', async () => {
  await store({ reference: 'A', attempt: 2, askSince: AT });
  await db.commit([freeAfterFailure(ORG, { kind: 'payout', reference: 'A' }, 2, '2026-11-23T00:00:00.000Z')]);
  expect(await claim('A')).toMatchObject({
    executionId: null,
    effectId: null,
    attempt: 3,
    askSince: null,
    takenAt: '2026-11-23T00:00:00.000Z',
  });
});

test('what earlier runs have left: attempts that are not the first, and doubts, by effect', async () => {
  await store({ reference: 'first' });
  await store({ reference: 'second', attempt: 2 });
  await store({ reference: 'doubtful', askSince: AT });
  await store({ reference: 'foreign', executionId: 'x-2', effectId: idOf('foreign', 'x-2'), attempt: 9, askSince: AT });
  const { attempts, askSince } = await earlierUseOf(deps, ORG, 'x-1');
  expect([...attempts]).toEqual([[idOf('second'), 2]]);
  expect([...askSince]).toEqual([[idOf('doubtful'), AT]]);
});

test('of more than one page of claims, none is overlooked and none is read twice', async () => {
  const references = Array.from({ length: 801 }, (_, at) => `R-${at}`);
  await takeClaims(deps, lease, 'x-1', references.map(effect));
  for (const reference of references) await store({ reference, attempt: 2, effectId: idOf(reference) });
  let reads = 0;
  const query: Database['query'] = async (asked) => ((reads += 1), db.query(asked));
  const { attempts } = await earlierUseOf({ ...deps, db: { ...deps.db, query } }, ORG, 'x-1');
  expect([attempts.size, reads]).toEqual([801, 3]);
  // What is kept stays in its place, and the pages go on behind it.
  const last = idOf('R-800');
  await releaseClaimsOf(deps, lease, 'x-1', (id) => id !== last);
  expect(all().filter(({ executionId }) => executionId === null)).toMatchObject([{ reference: 'R-800', attempt: 2 }]);
});

test('a look at references finds those that others hold, and says which of them this run resumes', async () => {
  await store({ reference: 'mine' });
  await store({ reference: 'theirs', executionId: 'x-2' });
  await store({ reference: 'resumed', executionId: 'x-0', takenAt: '2026-11-21T00:00:00.000Z' });
  await store({ reference: 'free', executionId: null, effectId: null, attempt: 2 });
  const references = ['mine', 'theirs', 'none', 'resumed', 'free'];
  expect(await lookupClaims(deps, ORG, 'x-1', 'payout', references, new Set(['x-0']))).toEqual({
    theirs: { executionId: 'x-2', at: AT },
    resumed: { executionId: 'x-0', at: '2026-11-21T00:00:00.000Z', resumed: true },
  });
  expect(await lookupClaims(deps, ORG, 'x-1', 'transfer', references)).toEqual({});
});
