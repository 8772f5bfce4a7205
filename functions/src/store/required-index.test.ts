import { afterEach, describe, expect, it, vi } from 'vitest';
import { assertIndexed } from './assert-indexed.ts';
import type { Query } from './database.ts';
import { indexFor, missingIndex, type CompositeIndex, type IndexField, type IndexFile } from './required-index.ts';

const asc = (fieldPath: string): IndexField => ({ fieldPath, order: 'ASCENDING' });
const desc = (fieldPath: string): IndexField => ({ fieldPath, order: 'DESCENDING' });
const has = (fieldPath: string): IndexField => ({ fieldPath, arrayConfig: 'CONTAINS' });

const ask = (more: Partial<Query>): Query => ({ collection: 'orgs/o/things', limit: 10, ...more });
const composite = (...fields: IndexField[]): CompositeIndex => ({
  collectionGroup: 'things',
  queryScope: 'COLLECTION',
  fields,
});
const file = (indexes: CompositeIndex[] = [], fieldOverrides: IndexFile['fieldOverrides'] = []): IndexFile => ({
  indexes,
  fieldOverrides,
});

describe('indexFor', () => {
  it.each<[string, Partial<Query>, string, IndexField[], IndexField[]]>([
    ['everything', {}, 'none', [], []],
    ['by name', { orderBy: [['__name__', 'asc']] }, 'none', [], []],
    ['a range of names', { where: [['__name__', '>=', 'a']] }, 'none', [], []],
    ['by name backwards', { orderBy: [['__name__', 'desc']] }, 'composite', [], [desc('__name__')]],
    ['one equality', { where: [['a', '==', 1]] }, 'single', [asc('a')], []],
    ['one membership', { where: [['a', 'in', [1, 2]]] }, 'single', [asc('a')], []],
    [
      'equalities only',
      {
        where: [
          ['a', '==', 1],
          ['b', 'in', [2]],
        ],
      },
      'single',
      [asc('a'), asc('b')],
      [],
    ],
    ['equality, by name', { where: [['a', '==', 1]], orderBy: [['__name__', 'asc']] }, 'single', [asc('a')], []],
    [
      'equality, by name backwards',
      { where: [['a', '==', 1]], orderBy: [['__name__', 'desc']] },
      'composite',
      [asc('a')],
      [desc('__name__')],
    ],
    ['one order', { orderBy: [['a', 'desc']] }, 'single', [], [desc('a')]],
    [
      'one order, then the name the same way',
      {
        orderBy: [
          ['a', 'desc'],
          ['__name__', 'desc'],
        ],
      },
      'single',
      [],
      [desc('a')],
    ],
    [
      'one order, then the name the other way',
      {
        orderBy: [
          ['a', 'desc'],
          ['__name__', 'asc'],
        ],
      },
      'composite',
      [],
      [desc('a'), asc('__name__')],
    ],
    ['a range', { where: [['a', '<=', 1]] }, 'single', [], [asc('a')]],
    ['a range, ordered', { where: [['a', '<=', 1]], orderBy: [['a', 'desc']] }, 'single', [], [desc('a')]],
    [
      'an equality and a range',
      {
        where: [
          ['a', '==', 1],
          ['b', '>', 1],
        ],
      },
      'composite',
      [asc('a')],
      [asc('b')],
    ],
    [
      'an equality and an order',
      { where: [['a', '==', 1]], orderBy: [['b', 'desc']] },
      'composite',
      [asc('a')],
      [desc('b')],
    ],
    ['an equality, ordered by it', { where: [['a', '==', 1]], orderBy: [['a', 'desc']] }, 'single', [asc('a')], []],
    [
      'two orders',
      {
        orderBy: [
          ['a', 'asc'],
          ['b', 'desc'],
        ],
      },
      'composite',
      [],
      [asc('a'), desc('b')],
    ],
    [
      'a range and another order',
      { where: [['a', '>', 1]], orderBy: [['b', 'desc']] },
      'composite',
      [],
      [desc('b'), desc('a')],
    ],
    ['an element', { where: [['a', 'array-contains', 1]] }, 'single', [has('a')], []],
    [
      'an element and an order',
      { where: [['a', 'array-contains', 1]], orderBy: [['b', 'desc']] },
      'composite',
      [has('a')],
      [desc('b')],
    ],
    [
      'an element and an equality',
      {
        where: [
          ['a', 'array-contains', 1],
          ['b', '==', 1],
        ],
      },
      'composite',
      [asc('b'), has('a')],
      [],
    ],
  ])('%s', (_, query, kind, lookUps, order) => {
    expect(indexFor(ask(query))).toEqual({ kind, collectionGroup: 'things', queryScope: 'COLLECTION', lookUps, order });
  });

  it('takes the collection id of a group as it is', () => {
    expect(indexFor(ask({ collection: 'work', group: true, where: [['nextAt', '<=', 'x']] }))).toMatchObject({
      collectionGroup: 'work',
      queryScope: 'COLLECTION_GROUP',
    });
  });
});

describe('missingIndex', () => {
  const newestOf = ask({
    where: [
      ['a', '==', 1],
      ['b', '==', 2],
    ],
    orderBy: [['at', 'desc']],
  });

  it('names the composite index to add', () => {
    expect(missingIndex(newestOf, file())).toEqual({ indexes: [composite(asc('a'), asc('b'), desc('at'))] });
  });

  it.each([
    ['the index itself', [composite(asc('a'), asc('b'), desc('at'))]],
    ['its look-ups in another order and direction', [composite(desc('b'), asc('a'), desc('at'))]],
    ['the name written out', [composite(asc('a'), asc('b'), desc('at'), desc('__name__'))]],
    ['two that merge', [composite(asc('a'), desc('at')), composite(asc('b'), desc('at'))]],
  ])('is content with %s', (_, indexes) => {
    expect(missingIndex(newestOf, file(indexes))).toBeNull();
  });

  it.each([
    ['the other direction', [composite(asc('a'), asc('b'), asc('at'))]],
    ['the name the other way', [composite(asc('a'), asc('b'), desc('at'), asc('__name__'))]],
    ['a look-up too few', [composite(asc('a'), desc('at'))]],
    ['a field too many', [composite(asc('a'), asc('b'), asc('c'), desc('at'))]],
    ['an element instead of a value', [composite(asc('a'), has('b'), desc('at'))]],
    ['the order first', [composite(desc('at'), asc('a'), asc('b'))]],
    ['another collection', [{ ...composite(asc('a'), asc('b'), desc('at')), collectionGroup: 'others' }]],
    [
      'the scope of groups',
      [{ ...composite(asc('a'), asc('b'), desc('at')), queryScope: 'COLLECTION_GROUP' as const }],
    ],
  ])('is not content with %s', (_, indexes) => {
    expect(missingIndex(newestOf, file(indexes))).not.toBeNull();
  });

  it('does not merge where an array is looked into', () => {
    const query = ask({
      where: [
        ['a', 'array-contains', 1],
        ['b', '==', 2],
      ],
      orderBy: [['at', 'desc']],
    });
    expect(
      missingIndex(query, file([composite(has('a'), desc('at')), composite(asc('b'), desc('at'))])),
    ).not.toBeNull();
    expect(missingIndex(query, file([composite(has('a'), asc('b'), desc('at'))]))).toBeNull();
  });

  it('knows that an exempted field, or one within an exempted map, has no index', () => {
    const exempt = file([], [{ collectionGroup: 'things', fieldPath: 'a', indexes: [] }]);
    for (const field of ['a', 'a.b']) {
      expect(missingIndex(ask({ where: [[field, '==', 1]] }), exempt)).toEqual({
        fieldOverrides: [
          { collectionGroup: 'things', fieldPath: field, indexes: [{ queryScope: 'COLLECTION', order: 'ASCENDING' }] },
        ],
      });
    }
    expect(missingIndex(ask({ where: [['b', '==', 1]] }), exempt)).toBeNull();
    const within = file(
      [],
      [
        ...exempt.fieldOverrides,
        { collectionGroup: 'things', fieldPath: 'a.b', indexes: [{ queryScope: 'COLLECTION', order: 'ASCENDING' }] },
      ],
    );
    expect(missingIndex(ask({ where: [['a.b', '==', 1]] }), within)).toBeNull();
    expect(missingIndex(ask({ orderBy: [['a.b', 'desc']] }), within)).not.toBeNull();
  });

  it('asks for an override before a field is queried in a collection group', () => {
    const query = ask({ collection: 'things', group: true, where: [['a', '<=', 1]] });
    expect(missingIndex(query, file())).not.toBeNull();
    expect(
      missingIndex(
        query,
        file(
          [],
          [
            {
              collectionGroup: 'things',
              fieldPath: 'a',
              indexes: [{ queryScope: 'COLLECTION_GROUP', order: 'ASCENDING' }],
            },
          ],
        ),
      ),
    ).toBeNull();
  });
});

describe('assertIndexed', () => {
  afterEach(() => void vi.unstubAllEnvs());
  const unindexed = ask({ where: [['a', '==', 1]], orderBy: [['b', 'asc']] });

  it('throws on the emulator, with the JSON to add', () => {
    vi.stubEnv('FIRESTORE_EMULATOR_HOST', '127.0.0.1:1');
    expect(() => assertIndexed(unindexed)).toThrow(
      'add to firestore.indexes.json: {"indexes":[{"collectionGroup":"things"',
    );
    expect(() => assertIndexed(ask({ where: [['a', '==', 1]] }))).not.toThrow();
  });

  it('leaves the cloud alone', () => {
    vi.stubEnv('FIRESTORE_EMULATOR_HOST', undefined);
    expect(() => assertIndexed(unindexed)).not.toThrow();
  });
});
