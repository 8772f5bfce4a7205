import { expect, it } from 'vitest';
import { ANY_COLLECTION, queriesIn } from './queries-in.ts';

const read = (text: string) =>
  queriesIn(text, (name) => (name === 'journals' ? 'orgs/o/journals' : null)).map(({ query }) => query);

it('reads what is written out', () => {
  const text = `await db.query({
    collection: paths.journals(orgId), where: [['state', '==', f(x)], ['seq', '<=', [1, 2]]],
    orderBy: [['seq', 'desc'], ['__name__', 'asc']], limit: 5,
  });
  tx.query({ collection: 'work', group: true, limit: 1 }); tx.query({ collection, orderBy: [['a.b', 'asc']], limit: 1 })`;
  expect(read(text)).toMatchObject([
    {
      collection: 'orgs/o/journals',
      group: false,
      where: [
        ['state', '==', null],
        ['seq', '<=', null],
      ],
      orderBy: [
        ['seq', 'desc'],
        ['__name__', 'asc'],
      ],
    },
    { collection: 'work', group: true, where: [], orderBy: [] },
    { collection: ANY_COLLECTION, orderBy: [['a.b', 'asc']] },
  ]);
});

it.each([
  'db.query(asked)',
  'db.query({ collection: paths.unknown(orgId), limit: 1 })',
  "db.query({ collection: 'work', where: filters, limit: 1 })",
  "db.query({ collection: 'work', where, limit: 1 })",
  "db.query({ collection: 'work', where: [[field, '==', 1]], limit: 1 })",
  "db.query({ collection: 'work', where: [['a', '==', 1], ...more], limit: 1 })",
  "db.query({ collection: 'work', orderBy: [['a', direction]], limit: 1 })",
])('reports what is not: %s', (text) => {
  expect(read(text)).toEqual([null]);
});
