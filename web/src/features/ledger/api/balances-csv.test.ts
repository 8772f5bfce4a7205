import { accountSchema, balanceSchema } from '@countersign/domain/schemas/account';
import { expect, test } from 'vitest';
import { balancesCsv } from './balances-csv.ts';

const account = (id: string, name: string, path: readonly string[]) =>
  accountSchema.parse({
    id,
    name,
    type: 'asset',
    parentId: path.at(-1) ?? null,
    depth: path.length,
    path,
    postable: path.length > 0,
    closed: false,
    mirrors: null,
    seq: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    version: 1,
  });
const accounts = [
  account('assets', 'Assets', []),
  account('1000', 'Bank', ['assets']),
  account('1100', '=Till', ['assets']),
];
const balances = [
  balanceSchema.parse({
    accountId: '1000',
    currency: 'USD',
    parentId: 'assets',
    depth: 1,
    postable: true,
    postedDebitMinor: '100000',
    postedCreditMinor: '150000',
    pendingDebitMinor: '7',
    pendingCreditMinor: '20',
    asOfSize: 1,
    updatedAt: '2026-01-01T00:00:00.000Z',
  }),
];

test('a line for each account and currency, with plain amounts; an account without entries has none', () => {
  expect(balancesCsv(accounts, balances).trimEnd().split('\r\n')).toEqual([
    'account,name,above,type,takes entries,branch,currency,debit,credit,balance,pending debit,pending credit,available',
    'assets,Assets,,asset,no,,,,,,,,',
    '1000,Bank,Assets,asset,yes,,USD,1000.00,1500.00,-500.00,0.07,0.20,-500.20',
    "1100,'=Till,Assets,asset,yes,,,,,,,,",
  ]);
});

test('only some accounts, in the order in which they are shown', () => {
  const lines = balancesCsv(accounts, balances, ['1100', '1000']).trimEnd().split('\r\n');
  expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['1100', '1000']);
});
