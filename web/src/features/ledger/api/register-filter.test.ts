import { type Journal, journalSchema } from '@countersign/domain/schemas/journal';
import { expect, test } from 'vitest';
import { registerCsv } from './register-csv.ts';
import { filterRegister, readShow } from './register-filter.ts';
import { withRunningFrom } from './register.ts';

const journal = (id: string, memo: string, amountMinor: string, more: Partial<Journal> = {}): Journal =>
  journalSchema.parse({
    id,
    state: 'posted',
    memo,
    effectiveDay: '2026-11-02',
    entries: JSON.stringify([
      { accountId: 'bank', side: 'credit', amountMinor, currency: 'EUR' },
      { accountId: 'rent', side: 'debit', amountMinor, currency: 'EUR' },
    ]),
    accounts: ['bank', 'rent'],
    source: { executionId: null, effectId: null, kind: 'test' },
    steps: JSON.stringify([{ step: 'posted', seq: 1, at: '2026-11-02T10:00:00.000Z', reason: null }]),
    recordedAt: '2026-11-02T10:00:00.000Z',
    ...more,
  });
const register = withRunningFrom(
  [
    journal('j1', 'Rent for November', '420000', { metadata: { invoice: 'INV-77' } }),
    journal('j2', 'Waits for the bank', '1250', { state: 'pending' }),
    journal('j3', '=HYPERLINK("x")', '5', { reverses: 'j0' }),
  ],
  new Map([['EUR', 1000000n]]),
  'bank',
);
const found = (text: string, show = ''): readonly string[] =>
  filterRegister(register, { text, show: readShow(show) }).map(({ journal: { id } }) => id);

test('memo, particulars, amount and the other side are searched; all words must be there', () => {
  expect(found('november rent')).toEqual(['j1']);
  expect(found('inv-77')).toEqual(['j1']);
  expect(found('4,200')).toEqual(['j1']);
  expect(found('12.50')).toEqual(['j2']);
  expect(found('rent')).toEqual(['j1', 'j2', 'j3']);
  expect(found('rent december')).toEqual([]);
});

test('what is pending, and what is unusual', () => {
  expect(found('', 'pending')).toEqual(['j2']);
  expect(found('', 'unusual')).toEqual(['j3']);
  expect(found('', 'voided')).toEqual([]);
  expect(found('', 'nonsense')).toHaveLength(3);
});

test('the filter leaves the running balances as they are', () => {
  const [only] = filterRegister(register, { text: '', show: 'unusual' });
  expect(only?.lines.map(({ balanceMinor }) => balanceMinor)).toEqual(['579995']);
});

test('as CSV: plain amounts, no formula, no balance for what counts in none', () => {
  expect(registerCsv(register).split('\r\n')).toEqual([
    'day,memo,state,other accounts,recorded,currency,debit,credit,balance,journal',
    '2026-11-02,Rent for November,Posted,rent,2026-11-02T10:00:00.000Z,EUR,,4200.00,5800.00,j1',
    '2026-11-02,Waits for the bank,Pending,rent,2026-11-02T10:00:00.000Z,EUR,,12.50,,j2',
    `2026-11-02,"'=HYPERLINK(""x"")",Posted; Reversal,rent,2026-11-02T10:00:00.000Z,EUR,,0.05,5799.95,j3`,
    '',
  ]);
});
