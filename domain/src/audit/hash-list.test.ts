import { expect, test } from 'vitest';
import { HashList } from './hash-list.ts';
import { leafHash } from './merkle.ts';

test('hashes come back from where they were put, and a missing one is missed', () => {
  const list = new HashList(3);
  list.set(2, leafHash('two'));
  list.set(0, leafHash('zero'));
  expect([0, 1, 2, 3].map((index) => list.get(index))).toEqual([
    leafHash('zero'),
    undefined,
    leafHash('two'),
    undefined,
  ]);
  expect(list.slice(0, 3)).toBeNull();
  list.set(1, leafHash('one'));
  expect(list.slice(1, 3)).toEqual([leafHash('one'), leafHash('two')]);
});
