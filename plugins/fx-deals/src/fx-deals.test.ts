import { testPlugin, type TestWorld } from '@countersign/plugin-sdk/test-kit';
import { expect, test } from 'vitest';
import plugin from './index.ts';
import { COLUMNS } from './read-deals.ts';

const HEADER = COLUMNS.map(({ name }) => name).join(',');
const OPEN = Object.fromEntries(
  ['bank', 'sales', 'rent', 'receivables', 'fx-position.EUR', 'fx-realized', 'fx-rounding'].map((id) => [id, {}]),
);
const run = (rows: readonly string[], world: Partial<TestWorld> = {}) =>
  testPlugin(plugin, {
    files: { file: [HEADER, ...rows, ''].join('\n') },
    params: { file: 'file-1' },
    now: '2026-03-03T09:00:00.000Z',
    ledger: OPEN,
    rates: {
      baseCurrency: 'USD',
      quotes: [
        { base: 'EUR', quote: 'USD', rate: '1.1120', source: 'ECB', observedAt: '2026-02-12', day: '2026-02-12' },
      ],
    },
    ...world,
  });
const DEALS = [
  'FX-1,2026-01-05,bank,10800,USD,bank,10000,EUR,1 EUR = 1.08 USD,',
  'FX-2,2026-01-12,bank,5500,USD,bank,5000,EUR,,',
  'FX-3,2026-02-10,bank,6000,EUR,bank,6660,USD,,',
  'INV-7,2026-02-12,sales,,,receivables,1000,EUR,,Invoice 7',
  'PAY-7,2026-02-15,receivables,1000,EUR,bank,1110,USD,,',
];

test('deals in their order, each on what the one before has left', async () => {
  const { effects, problems, message, metrics, rechecks } = await run(DEALS).execute();
  expect(problems).toEqual([]);
  expect(effects.map(({ key, claim, journal }) => [key, claim, journal?.effectiveDay])).toEqual([
    ['deal fx-1', { kind: 'journal', reference: 'FX-1' }, '2026-01-05'],
    ['deal fx-2', { kind: 'journal', reference: 'FX-2' }, '2026-01-12'],
    ['deal fx-3', { kind: 'journal', reference: 'FX-3' }, '2026-02-10'],
    ['deal inv-7', { kind: 'journal', reference: 'INV-7' }, '2026-02-12'],
    ['deal pay-7', { kind: 'journal', reference: 'PAY-7' }, '2026-02-15'],
  ]);
  const lines = effects.map(({ journal }) =>
    journal?.entries.map(
      ({ side, accountId, amountMinor, currency }) => `${side} ${accountId} ${amountMinor} ${currency}`,
    ),
  );
  expect(lines[2]).toContain('credit fx-realized 14000 USD');
  expect(lines[3]?.slice(0, 2)).toEqual(['credit sales 111200 USD', 'debit receivables 100000 EUR']);
  expect(lines[4]).toContain('credit fx-realized 2080 USD');
  expect(message).toBe('5 deals to book, which realize a gain of USD 160.80.');
  expect(metrics).toEqual({ 'Realized gain': 'USD 160.80', 'Rounding differences': 'USD 0.00' });
  expect(rechecks).toEqual([
    { kind: 'ledger.balance', accountId: 'fx-position.EUR', currency: 'EUR', day: '9999-12-31', debitMinor: '0' },
    { kind: 'ledger.balance', accountId: 'fx-position.EUR', currency: 'USD', day: '9999-12-31', debitMinor: '0' },
  ]);
});

test.each([
  ['reference_missing', ',2026-01-05,bank,1,USD,bank,1,EUR,,'],
  ['reference_twice', 'fx-1 ,2026-01-05,bank,1,USD,bank,1,EUR,,'],
  ['day_invalid', 'A,2026-02-30,bank,1,USD,bank,1,EUR,,'],
  ['day_invalid', 'A,2026-03-04,bank,1,USD,bank,1,EUR,,'],
  ['amount_missing', 'A,2026-01-05,bank,,,bank,,,,'],
  ['amount_missing', 'A,2026-01-05,bank,,USD,bank,1,EUR,,'],
  ['currency_unknown', 'A,2026-01-05,bank,1,USD,bank,1,euro,,'],
  ['account_missing', 'A,2026-01-05,till,1,USD,bank,1,EUR,,'],
  ['account_missing', 'A,2026-01-05,bank,1,USD,bank,1,GBP,,'],
  ['rate_invalid', 'A,2026-01-05,bank,1,USD,bank,1,EUR,1.08,'],
  ['amounts_off_rate', 'A,2026-01-05,bank,1.20,USD,bank,1,EUR,1 EUR = 1.08 USD,'],
  ['rate_stale', 'A,2026-02-17,sales,,,receivables,1,EUR,,'],
  ['rate_missing', 'A,2026-02-11,sales,,,receivables,1,EUR,,'],
  ['reference_taken', 'TAKEN,2026-01-05,bank,1,USD,bank,1,EUR,,'],
  ['failed_precondition', 'A,2026-01-05,bank,1,EUR,receivables,2,EUR,,'],
])('%s: %s is left out, the others are booked', async (code, row) => {
  const claims = { TAKEN: { executionId: 'another', at: '2026-01-01T00:00:00.000Z' } };
  const { effects, problems, message } = await run([DEALS[0] ?? '', row], { claims }).execute();
  expect(problems.map((problem) => [problem.line, problem.code])).toEqual([[3, code]]);
  expect(effects.map(({ key }) => key)).toEqual(['deal fx-1']);
  expect(message).toContain('1 row can not be booked');
});

test('what an earlier run has booked is left out silently, and the report says what became of each row', async () => {
  const claims = { 'FX-2': { executionId: 'another', at: '2026-01-01T00:00:00.000Z', resumed: true } };
  const { effects, problems } = await run(DEALS.slice(0, 2), { claims }).execute();
  expect([effects.length, problems]).toEqual([1, []]);
  const report = await run([...DEALS.slice(0, 2), 'X,2026-01-05,bank,,,bank,,,,']).report((key) =>
    key === 'deal fx-2' ? { status: 'failed', message: 'closed' } : {},
  );
  expect(report).toMatchObject({ success: false, message: '1 deal of 2 booked, 1 row left out.' });
  expect(report.files[0]?.text.split('\r\n').slice(1, 4)).toEqual([
    '2,FX-1,2026-01-05,,booked,',
    '3,FX-2,2026-01-12,,not booked,closed',
    '4,X,,,left out,"Neither side has an amount. Give one, or both"',
  ]);
});
