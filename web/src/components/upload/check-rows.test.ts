import { readTable } from '@countersign/domain/csv/read-table';
import { expect, test } from 'vitest';
import { type FileColumn, checkRows } from './check-rows.ts';

const COLUMNS: readonly FileColumn[] = [
  { name: 'reference', required: true, help: '' },
  { name: 'account', required: true, help: 'acct_…' },
  { name: 'amount', required: false, help: '' },
  { name: 'currency', required: true, help: '' },
  { name: 'description', required: false, help: '' },
];
const check = (text: string): ReturnType<typeof checkRows> =>
  checkRows(readTable(text, { columns: COLUMNS, maxRows: 1000 }), COLUMNS);

test('control totals of accepted and rejected rows add up to the file, per currency', () => {
  const { control } = check(
    'reference,account,amount,currency,description\nA,acct_1,10.10,USD,\nB,acct_2,500,JPY,\nA,acct_3,20.20,USD,\nC,nobody,1.00,USD,\n',
  );
  expect(control.file).toEqual({
    rows: 4,
    totals: [
      { currency: 'JPY', amountMinor: '500', count: 1 },
      { currency: 'USD', amountMinor: '3130', count: 3 },
    ],
  });
  expect(control.accepted).toEqual({
    rows: 2,
    totals: [
      { currency: 'JPY', amountMinor: '500', count: 1 },
      { currency: 'USD', amountMinor: '1010', count: 1 },
    ],
  });
  expect(control.rejected).toEqual({ rows: 2, totals: [{ currency: 'USD', amountMinor: '2120', count: 2 }] });
});

test('each bad cell is named with its column, and alike ones are counted together', () => {
  const { rows, groups } = check(
    'reference,account,amount,currency,description\nA,acct_1,"1,234.50",USD,\nB,acct_1,1e3,USD,\nC,acct_1,2e3,USD,\nD,acct_1,1.5,JPY,\nE,acct_1,1,usd,=hi\n,acct_1,=1+1,USD,\n',
  );
  expect(rows.map((row) => row.problems.map((problem) => `${problem.column}:${problem.code}`))).toEqual([
    ['amount:amount_grouped'],
    ['amount:amount_exponent'],
    ['amount:amount_exponent'],
    ['amount:amount_decimals'],
    ['currency:currency_unknown'],
    ['reference:cell_empty', 'amount:formula'],
  ]);
  expect(groups[0]).toMatchObject({ code: 'amount_exponent', count: 2 });
});

test('a file of semicolons has decimal commas', () => {
  const { control } = check('reference;account;amount;currency\nA;acct_1;10,50;EUR\n');
  expect(control.accepted.totals).toEqual([{ currency: 'EUR', amountMinor: '1050', count: 1 }]);
});

test('a file without any amount is one of a sweep: nothing is missing', () => {
  const { control, withoutAmounts } = check('reference,account,amount,currency\nA,acct_1,,EUR\nB,acct_2,,EUR\n');
  expect(withoutAmounts).toBe(true);
  expect(control.accepted.rows).toBe(2);
  expect(check('reference,account,amount,currency\nA,acct_1,,EUR\nB,acct_2,1,EUR\n').control.rejected.rows).toBe(1);
});

test('a negative amount is called negative, not a formula', () => {
  expect(check('reference,account,amount,currency\nA,acct_1,-5.00,EUR\n').rows[0]?.problems[0]?.code).toBe(
    'amount_negative',
  );
});
