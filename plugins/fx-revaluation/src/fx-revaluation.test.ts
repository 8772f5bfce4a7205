import { testPlugin, type TestWorld } from '@countersign/plugin-sdk/test-kit';
import { expect, test } from 'vitest';
import plugin from './index.ts';

const DAY = '2026-01-31';
const balance = (accountId: string, currency: string, debitMinor: bigint, pendingMinor = 0n) => ({
  accountId,
  currency,
  postedDebitMinor: (debitMinor > 0n ? debitMinor : 0n).toString(),
  postedCreditMinor: (debitMinor < 0n ? -debitMinor : 0n).toString(),
  pendingDebitMinor: pendingMinor.toString(),
  pendingCreditMinor: '0',
});
const quote = (pair: string, rate: string, day: string) => ({
  base: pair.slice(0, 3),
  quote: pair.slice(4),
  rate,
  source: 'ECB',
  observedAt: day,
  day,
});
/** 15,000 euros that cost 16,300 dollars; 500 pounds owed; francs that nobody has a rate of. */
const POSITIONS = [
  balance('fx-position.EUR', 'EUR', -15_000_00n),
  balance('fx-position.EUR', 'USD', 16_300_00n),
  balance('fx-revaluation.EUR', 'USD', 50_00n),
  balance('fx-position.GBP', 'GBP', 500_00n),
  balance('fx-position.GBP', 'USD', -600_00n),
  balance('fx-position.CHF', 'CHF', -1n),
];
const OPEN = Object.fromEntries(
  ['fx-position.EUR', 'fx-revaluation.EUR', 'fx-revaluation.GBP', 'fx-unrealized', 'fx-rounding'].map((id) => [id, {}]),
);
const RATES = { baseCurrency: 'USD', quotes: [quote('EUR-USD', '1.1', '2026-01-30'), quote('EUR-GBP', '0.88', DAY)] };
const run = (world: Partial<TestWorld> = {}) => {
  const books = { balances: POSITIONS, asOfSize: 9 };
  return testPlugin(plugin, {
    params: { day: DAY, maxAgeDays: 4 },
    now: '2026-02-03T09:00:00.000Z',
    balances: { [DAY]: books, now: books },
    rates: RATES,
    ledger: OPEN,
    ...world,
  });
};

test('a journal for each position whose value has changed, and a problem for what can not be valued', async () => {
  const { effects, problems, message, metrics, warnings, tables, rechecks } = await run().execute();
  expect(effects.map(({ key, kind, claim }) => [key, kind, claim?.kind, claim?.reference])).toEqual([
    ['revalue EUR 2026-01-31', 'ledger.journal', 'journal', 'fx-revaluation EUR after 5000/0'],
    ['revalue GBP 2026-01-31', 'ledger.journal', 'journal', 'fx-revaluation GBP after 0/0'],
  ]);
  expect(
    effects[0]?.journal?.entries.map(({ side, accountId, amountMinor }) => `${side} ${accountId} ${amountMinor}`),
  ).toEqual([
    'credit fx-revaluation.EUR 5000',
    'debit fx-unrealized 5000',
    'debit fx-revaluation.EUR 20000',
    'credit fx-unrealized 20000',
  ]);
  expect(problems).toEqual([expect.objectContaining({ reference: 'CHF', code: 'rate_missing', severity: 'refused' })]);
  // 500 pounds are 625 dollars: 25 more than was received for them.
  expect(message).toBe(
    '2 positions revalued on 2026-01-31: a gain of USD 175.00 not realized, where the books had a gain of USD 50.00. Left out: There is no rate between CHF and USD on 2026-01-31 or before.',
  );
  expect(metrics['Unrealized gain']).toBe('USD 175.00');
  expect(warnings).toEqual([]);
  expect(tables?.[0]?.rows[1]?.cells).toEqual([
    'GBP',
    '−500.00',
    '−600.00',
    '1 EUR = 0.88 GBP, ECB, 2026-01-31; 1 EUR = 1.1 USD, ECB, 2026-01-30',
    '−625.00',
    '−25.00',
    '0.00',
  ]);
  expect(rechecks).toEqual([
    { kind: 'ledger.balance', accountId: 'fx-position.EUR', currency: 'EUR', day: DAY, debitMinor: '-1500000' },
    { kind: 'ledger.balance', accountId: 'fx-revaluation.EUR', currency: 'USD', day: DAY, debitMinor: '5000' },
    { kind: 'ledger.balance', accountId: 'fx-position.EUR', currency: 'USD', day: DAY, debitMinor: '1630000' },
    { kind: 'ledger.balance', accountId: 'fx-position.GBP', currency: 'GBP', day: DAY, debitMinor: '50000' },
    { kind: 'ledger.balance', accountId: 'fx-revaluation.GBP', currency: 'USD', day: DAY, debitMinor: '0' },
    { kind: 'ledger.balance', accountId: 'fx-position.GBP', currency: 'USD', day: DAY, debitMinor: '-60000' },
  ]);
});

test('what the books say already is not booked again', async () => {
  const balances = [balance('fx-position.EUR', 'EUR', -10_00n), balance('fx-position.EUR', 'USD', 11_00n)];
  const books = { balances, asOfSize: 9 };
  const { effects, message } = await run({ balances: { [DAY]: books, now: books } }).execute();
  expect([effects, message]).toEqual([[], 'Nothing to book on 2026-01-31: the books say it already.']);
  expect((await run({ balances: {} }).execute()).message).toBe('The books hold no currency positions on 2026-01-31.');
});

test('a residue of cost is moved, and its own balance not held to what it was', async () => {
  const books = { balances: [balance('fx-position.EUR', 'USD', 3n)], asOfSize: 9 };
  const { effects, rechecks, metrics } = await run({ balances: { [DAY]: books, now: books } }).execute();
  expect(effects[0]?.journal?.entries.map(({ side, accountId }) => `${side} ${accountId}`)).toEqual([
    'credit fx-position.EUR',
    'debit fx-rounding',
  ]);
  expect(rechecks?.map((one) => 'accountId' in one && `${one.accountId} ${one.currency}`)).toEqual([
    'fx-position.EUR EUR',
    'fx-revaluation.EUR USD',
  ]);
  expect(metrics['Rounding differences']).toBe('USD −0.03');
});

test('warns of what is pending, and of later days that were revalued', async () => {
  const then = { balances: [...POSITIONS.slice(0, 2), balance('fx-position.EUR', 'JPY', 0n, 7n)], asOfSize: 9 };
  const { warnings } = await run({ balances: { [DAY]: then, now: { balances: POSITIONS, asOfSize: 9 } } }).execute();
  expect(warnings).toEqual([
    expect.stringContaining('pending'),
    expect.stringContaining('EUR was revalued for days after'),
  ]);
});

test('an account that is not open is a problem of its currency', async () => {
  const { effects, problems } = await run({ ledger: { ...OPEN, 'fx-revaluation.GBP': { closed: true } } }).execute();
  expect(effects.map(({ key }) => key)).toEqual(['revalue EUR 2026-01-31']);
  expect(problems.map(({ reference, code, message }) => [reference, code, message])).toContainEqual([
    'GBP',
    'account_missing',
    'The ledger has no open account fx-revaluation.GBP',
  ]);
});

test('a day to come is refused; an old rate is as old as is allowed', async () => {
  await expect(run({ params: { day: '2026-02-04', maxAgeDays: 4 } }).execute()).rejects.toThrow('has passed');
  const strict = await run({ params: { day: DAY, maxAgeDays: 0 } }).execute();
  expect(strict.problems.map(({ reference, code }) => [reference, code])).toEqual([
    ['CHF', 'rate_missing'],
    ['EUR', 'rate_stale'],
    ['GBP', 'rate_stale'],
  ]);
});

test('the report has a row for each currency', async () => {
  const report = await run().report((key) => (key.includes('GBP') ? { status: 'failed', message: 'closed' } : {}));
  expect(report.success).toBe(false);
  expect(report.message).toBe('1 position of 3 revalued.');
  expect(report.files[0]?.text.split('\r\n')).toEqual([
    'currency,day,position,cost,rates,value,booked before,base,journal,status',
    'EUR,2026-01-31,15000.00,16300.00,"1 EUR = 1.1 USD, ECB, 2026-01-30",16500.00,50.00,USD,,booked',
    `GBP,2026-01-31,-500.00,-600.00,"1 EUR = 0.88 GBP, ECB, 2026-01-31; 1 EUR = 1.1 USD, ECB, 2026-01-30",-625.00,0.00,USD,,not booked: closed`,
    'CHF,,,,,,,,,left out: There is no rate between CHF and USD on 2026-01-31 or before',
    '',
  ]);
});
