import { expect, test } from 'vitest';
import { nextActions, openable, periodsOfYear } from './periods.ts';

const period = (id: string, state: 'open' | 'closed' | 'locked') => {
  const found = periodsOfYear(2026, 'month').find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return { ...found, state };
};

test('the months of a leap year, its quarters, the year', () => {
  const months = periodsOfYear(2028, 'month');
  expect(months).toHaveLength(12);
  expect(months[1]).toEqual({ id: '2028-02', from: '2028-02-01', to: '2028-02-29' });
  expect(months[11]).toEqual({ id: '2028-12', from: '2028-12-01', to: '2028-12-31' });
  expect(periodsOfYear(2026, 'quarter').map(({ id, to }) => `${id} ${to}`)).toEqual([
    '2026-Q1 2026-03-31',
    '2026-Q2 2026-06-30',
    '2026-Q3 2026-09-30',
    '2026-Q4 2026-12-31',
  ]);
  expect(periodsOfYear(2026, 'year')).toEqual([{ id: '2026', from: '2026-01-01', to: '2026-12-31' }]);
});

test('what overlaps a period, or begins in what is closed, is not opened', () => {
  const there = [period('2026-03', 'closed'), period('2026-05', 'open')];
  expect(openable(periodsOfYear(2026, 'month'), there).map(({ id }) => id)).toEqual([
    '2026-04',
    '2026-06',
    '2026-07',
    '2026-08',
    '2026-09',
    '2026-10',
    '2026-11',
    '2026-12',
  ]);
  expect(openable(periodsOfYear(2026, 'quarter'), there).map(({ id }) => id)).toEqual(['2026-Q3', '2026-Q4']);
  expect(openable(periodsOfYear(2026, 'year'), there)).toEqual([]);
});

test('the first open one can be closed, the first closed one locked, the last closed one reopened', () => {
  const actions = nextActions([
    period('2026-04', 'open'),
    period('2026-03', 'closed'),
    period('2026-02', 'closed'),
    period('2026-01', 'locked'),
    period('2026-05', 'open'),
  ]);
  expect(Object.fromEntries(actions)).toEqual({ '2026-02': ['lock'], '2026-03': ['reopen'], '2026-04': ['close'] });
});

test('what is locked stays locked, and nothing is locked past an open one', () => {
  expect(Object.fromEntries(nextActions([period('2026-01', 'locked')]))).toEqual({});
  expect(Object.fromEntries(nextActions([period('2026-01', 'closed')]))).toEqual({ '2026-01': ['lock', 'reopen'] });
  expect(Object.fromEntries(nextActions([period('2026-01', 'open')]))).toEqual({ '2026-01': ['close'] });
});
