import { accountSchema, type Account } from '@countersign/domain/schemas/account';
import { expect, test } from 'vitest';
import { branchOf, branchesOf, findAccounts } from './find-accounts.ts';

const account = (id: string, name: string, path: readonly string[], branch: string | null = null): Account =>
  accountSchema.parse({
    id,
    name,
    type: 'asset',
    parentId: path.at(-1) ?? null,
    depth: path.length,
    path,
    postable: path.length === 2,
    branch,
    closed: false,
    mirrors: null,
    seq: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    version: 1,
  });
const accounts = [
  account('assets', 'Assets', []),
  account('cash', 'Cash', ['assets'], 'berlin'),
  account('1010', 'Payroll account', ['assets', 'cash']),
  account('1002', 'Operating account', ['assets', 'cash']),
  account('1200', 'Customer A', ['assets', 'receivables'], 'london'),
];
const ids = (text: string, branch = ''): readonly string[] =>
  findAccounts(accounts, { text, branch }).map(({ account: { id } }) => id);

test('words are found in name, id and the names above, in any order and case', () => {
  expect(ids('PAYROLL')).toEqual(['1010']);
  expect(ids('cash operating')).toEqual(['1002']);
  expect(ids('1200')).toEqual(['1200']);
  expect(ids('nothing')).toEqual([]);
});

test('what has the word itself comes before what lies below it', () => {
  expect(ids('cash')).toEqual(['cash', '1002', '1010']);
});

test('a branch holds for what lies below, unless that names another', () => {
  expect(ids('', 'berlin')).toEqual(['1002', '1010', 'cash']);
  expect(ids('', 'london')).toEqual(['1200']);
  expect(branchesOf(accounts)).toEqual(['berlin', 'london']);
  expect(branchOf(account('x', 'X', []), new Map())).toBeNull();
  // The nearest above says it.
  const above = [account('a', 'A', [], 'paris'), account('b', 'B', ['a'], 'lyon')];
  const byId = new Map(above.map((one) => [one.id, one]));
  expect(branchOf(account('c', 'C', ['a', 'b']), byId)).toBe('lyon');
});

test('the names above come with it; an account that can’t be found is named by its id', () => {
  const found = findAccounts(accounts, { text: 'customer', branch: '' });
  expect(found.map(({ above }) => above)).toEqual([['Assets', 'receivables']]);
});
