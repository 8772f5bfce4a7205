import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statementParametersSchema } from '../../schemas/statement.ts';
import { addDays } from '../../schedule/wall-time.ts';
import { columnsFor, daysOfColumns, shortDays } from './compared.ts';

type Tree = Parameters<typeof daysOfColumns>[0];
const days = (raw: Record<string, unknown>, yearStart = '01-01') =>
  daysOfColumns(statementParametersSchema.parse(raw) as Tree, yearStart);
const flow = (from: string, to: string, ...compare: string[]) =>
  days({ kind: 'profit_and_loss', from, to, compare }).map((one) => `${one.from} ${one.to}`);
const sheet = (day: string, compare: string[], yearStart = '01-01') =>
  days({ kind: 'balance_sheet', day, compare }, yearStart).map(({ to }) => to);

test('the period before: as many whole months, or as many days', () => {
  expect(flow('2026-01-01', '2026-03-31', 'prior_period')[1]).toBe('2025-10-01 2025-12-31');
  expect(flow('2026-03-01', '2026-03-31', 'prior_period')[1]).toBe('2026-02-01 2026-02-28');
  expect(flow('2026-03-10', '2026-03-19', 'prior_period')[1]).toBe('2026-02-28 2026-03-09');
  expect(flow('2026-01-01', '2026-12-31', 'prior_period')[1]).toBe('2025-01-01 2025-12-31');
});

test('the same period last year: months stay whole, a 29 February becomes a 28', () => {
  expect(flow('2025-02-01', '2025-02-28', 'prior_year')[1]).toBe('2024-02-01 2024-02-29');
  expect(flow('2024-02-29', '2024-03-10', 'prior_year')[1]).toBe('2023-02-28 2023-03-10');
  expect(flow('2025-02-10', '2025-02-28', 'prior_year')[1]).toBe('2024-02-10 2024-02-28');
});

test('what comes to the same days is shown once', () => {
  expect(flow('2026-01-01', '2026-12-31', 'prior_period', 'prior_year')).toEqual([
    '2026-01-01 2026-12-31',
    '2025-01-01 2025-12-31',
  ]);
  expect(sheet('2026-06-30', ['2026-06-30'])).toEqual(['2026-06-30']);
});

test('a day beside the end of the year before, of the month before, of last year, or any other', () => {
  expect(sheet('2026-03-31', ['prior_year_end', 'prior_year'])).toEqual(['2026-03-31', '2025-12-31', '2025-03-31']);
  expect(sheet('2026-12-31', ['prior_year_end'])[1]).toBe('2025-12-31');
  expect(sheet('2026-06-30', ['prior_year_end'], '04-01')[1]).toBe('2026-03-31');
  expect(sheet('2025-02-28', ['prior_year', 'prior_month_end'])).toEqual(['2025-02-28', '2024-02-29', '2025-01-31']);
  expect(sheet('2026-03-31', ['2019-07-01'])[1]).toBe('2019-07-01');
});

test('at most two, and of the kind', () => {
  const parse = (raw: object) => statementParametersSchema.safeParse(raw).success;
  expect(parse({ kind: 'trial_balance', day: '2026-01-01', compare: ['prior_year', '2025-01-01', '2024-01-01'] })).toBe(
    false,
  );
  expect(parse({ kind: 'trial_balance', day: '2026-01-01', compare: ['prior_period'] })).toBe(false);
  expect(parse({ kind: 'cash_flow', from: '2026-01-01', to: '2026-01-31', compare: ['prior_year_end'] })).toBe(false);
});

test('columns are named by their days, as short as it can be said', () => {
  const short = (from: string | null, to: string) => shortDays({ from, to });
  expect(short(null, '2026-03-01')).toBe('1 Mar 2026');
  expect(short('2026-01-01', '2026-12-31')).toBe('2026');
  expect(short('2025-04-01', '2026-03-31')).toBe('Apr 2025 – Mar 2026');
  expect(short('2026-01-01', '2026-03-31')).toBe('Jan – Mar 2026');
  expect(short('2026-02-01', '2026-02-28')).toBe('Feb 2026');
  expect(short('2026-02-01', '2026-02-27')).toBe('1 Feb – 27 Feb 2026');
  expect(short('2025-12-30', '2026-01-02')).toBe('30 Dec 2025 – 2 Jan 2026');
  const both = days({ kind: 'trial_balance', day: '2026-03-31', compare: ['prior_year_end'] });
  const names = [
    { id: 'debit', label: 'Debit' },
    { id: 'credit', label: 'Credit' },
  ];
  expect(columnsFor(names, both).map(({ id, label }) => `${id} | ${label}`)).toEqual([
    'debit | Debit, 31 Mar 2026',
    'credit | Credit, 31 Mar 2026',
    'debit:2025-12-31 | Debit, 31 Dec 2025',
    'credit:2025-12-31 | Credit, 31 Dec 2025',
  ]);
  expect(columnsFor(names, both.slice(0, 1)).map(({ id, label }) => `${id} ${label}`)).toEqual([
    'debit Debit',
    'credit Credit',
  ]);
});

test('any period: the one before ends on its eve and is as long; last year begins and ends a year before', () => {
  const day = fc.integer({ min: 0, max: 6000 }).map((offset) => addDays('2015-01-01', offset));
  fc.assert(
    fc.property(day, fc.nat(800), (from, length) => {
      const to = addDays(from, length);
      const [, before] = days({ kind: 'cash_flow', from, to, compare: ['prior_period'] });
      expect(before?.to).toBe(addDays(from, -1));
      const [, year] = days({ kind: 'cash_flow', from, to, compare: ['prior_year'] });
      expect(Number(from.slice(0, 4)) - Number(year?.from?.slice(0, 4))).toBe(1);
      expect(Number(to.slice(0, 4)) - Number(year?.to.slice(0, 4))).toBe(1);
      expect(year?.to.slice(5, 7)).toBe(to.slice(5, 7));
    }),
  );
});
