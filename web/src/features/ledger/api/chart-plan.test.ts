import { CHART_TEMPLATES } from '@countersign/domain/ledger/chart/templates';
import { type Account, accountSchema } from '@countersign/domain/schemas/account';
import { expect, test } from 'vitest';
import { idsOf, planOpening, readChartText } from './chart-plan.ts';

const account = (id: string, more: Partial<Account> = {}): Account =>
  accountSchema.parse({
    id,
    name: id,
    type: 'asset',
    parentId: null,
    depth: 0,
    path: [],
    postable: false,
    closed: false,
    mirrors: null,
    seq: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    version: 1,
    ...more,
  });

test('a template opens whole, parents first, in an empty ledger', () => {
  for (const { rows } of CHART_TEMPLATES) {
    const { accounts, issues, unchanged } = planOpening('o', rows, []);
    expect({ issues, unchanged }).toEqual({ issues: [], unchanged: [] });
    expect(accounts).toHaveLength(rows.length);
    const seen = new Set<string>();
    for (const { id, parentId } of accounts) {
      expect(parentId === null || seen.has(parentId)).toBe(true);
      seen.add(id);
    }
  }
});

test('what is there stays as it is; what is there otherwise is named, and not opened', () => {
  const { rows, issues } = readChartText(
    '\uFEFFid,name,type,parent,closed on\nassets,Assets,asset,,\nbank,Our bank,asset,assets,\nold,Old,asset,assets,2026-01-31\n',
  );
  expect(issues).toEqual([]);
  expect(idsOf(rows).toSorted()).toEqual(['assets', 'bank', 'old']);
  const existing = [
    account('assets', { name: 'Assets' }),
    account('bank', { name: 'Bank', parentId: 'assets', postable: true, depth: 1, path: ['assets'] }),
  ];
  const plan = planOpening('o', rows, existing);
  expect(plan.issues).toEqual([]);
  expect(plan.accounts.map(({ id }) => id)).toEqual(['old']);
  expect(plan.differing).toEqual(['bank']);
  expect(plan.unchanged).toEqual(['assets']);
  expect(plan.closed).toEqual(['old']);
});

test('a row that can not be is told with its line, and nothing is opened', () => {
  const { rows } = readChartText('id,name,type\nbank,Bank,expense\n');
  const plan = planOpening('o', rows, [account('bank', { name: 'Bank', postable: true })]);
  expect(plan.accounts).toEqual([]);
  expect(plan.issues).toMatchObject([{ line: 2, column: 'type', code: 'account_differs' }]);
  expect(readChartText('id,name\nbank,Bank\n').issues).toMatchObject([{ column: 'type' }]);
});
