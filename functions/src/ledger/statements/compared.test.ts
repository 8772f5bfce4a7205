import { paths } from '@countersign/domain/paths';
import {
  issuedStatementSchema,
  statementParametersSchema,
  statementSchema,
  type StatementLine,
  type StatementPage,
  type StatementParametersInput,
  type StatementQueryInput,
  type StatementQueryName,
  type StatementQueryResults,
} from '@countersign/domain/schemas/statement';
import { beforeEach, expect, test } from 'vitest';
import { ORG } from '../../engine/testing/world.ts';
import { runStatementQuery } from './run-statement-query.ts';
import { readWholeStatement } from './statement.ts';
import { Books } from './testing-books.ts';

let books: Books;
beforeEach(async () => {
  books = await Books.open();
});

function query<N extends StatementQueryName>(
  name: N,
  input: Omit<StatementQueryInput<N>, 'orgId'>,
): Promise<StatementQueryResults[N]> {
  return runStatementQuery(books.world.deps, name, { uid: 'bea' }, { orgId: ORG, ...input });
}
const read = (parameters: StatementParametersInput): Promise<StatementPage> =>
  query('readStatement', { parameters, limit: 1000 });
const sale = (id: string, day: string, amount: string, currency = 'USD') =>
  books.record(
    id,
    [
      ['bank', 'debit', amount, currency],
      ['sales', 'credit', amount, currency],
    ],
    day,
  );
const line = (lines: readonly StatementLine[], id: string, converted = false) =>
  lines.find((one) => one.id === id && one.currency === 'USD' && one.converted === converted)?.amounts;

async function rate(pair: string, day: string, text: string, exists = false): Promise<void> {
  const [base, quote] = pair.split('-');
  const id = `${pair}.${day}`;
  const data = {
    type: 'fx-rate',
    id,
    fields: JSON.stringify({ base, quote, rate: text, source: 'ECB', asOf: `${day}T14:15:00Z`, day }),
    executionId: null,
    updatedAt: `${day}T15:00:00.000Z`,
    version: 1,
  };
  await books.world.db.commit([{ op: exists ? 'set' : 'create', path: paths.record(ORG, 'fx-rate', id), data }]);
}

test('profit and loss beside the months before and the same months a year ago', async () => {
  await sale('old', '2025-11-30', '100');
  await sale('before', '2026-10-31', '30');
  await sale('now', '2026-11-01', '7');
  const { lines, head } = await read({
    kind: 'profit_and_loss',
    from: '2026-11-01',
    to: '2026-11-30',
    compare: ['prior_period', 'prior_year'],
  });
  const [before, year] = ['amount:2026-10-01_2026-10-31', 'amount:2025-11-01_2025-11-30'];
  expect(head.columns.map(({ id, label }) => `${id} ${label}`)).toEqual([
    'amount Nov 2026',
    `${before} Oct 2026`,
    `${year} Nov 2025`,
  ]);
  expect(line(lines, 'account:sales')).toEqual({ amount: '7', [before]: '30', [year]: '100' });
  expect(
    head.checks.map(({ of, holds, text }) => `${of ?? 'own'} ${String(holds)} ${text.split(':')[0] ?? ''}`),
  ).toEqual([
    'own true EUR',
    'Oct 2026 true EUR, Oct 2026',
    'Nov 2025 true EUR, Nov 2025',
    ...['JPY', 'KWD', 'USD'].flatMap((currency) => [
      `own true ${currency}`,
      `Oct 2026 true ${currency}, Oct 2026`,
      `Nov 2025 true ${currency}, Nov 2025`,
    ]),
  ]);
});

test('all columns as known at the same recorded day', async () => {
  await sale('known', '2025-12-31', '100');
  const yesterday = books.today();
  books.nextDay();
  await sale('late', '2025-12-30', '11');
  const asked = { kind: 'balance_sheet' as const, day: '2026-11-22', compare: ['prior_year_end'] };
  const column = 'amount:2025-12-31';
  const at = async (knownAt: string | null) => line((await read({ ...asked, knownAt })).lines, 'account:bank');
  expect(await at(yesterday)).toEqual({ amount: '100', [column]: '100' });
  expect(await at(null)).toEqual({ amount: '111', [column]: '111' });
});

test('a restatement says which column differs, with the journals of its days', async () => {
  await sale('old', '2025-11-05', '100');
  await sale('now', '2026-11-05', '7');
  const parameters: StatementParametersInput = {
    kind: 'profit_and_loss',
    from: '2026-11-01',
    to: '2026-11-30',
    compare: ['prior_year'],
  };
  const { statementId } = await books.world.command('bea', 'issueStatement', { parameters, format: 'pdf' });
  expect((await query('readRestatement', { statementId })).unchanged).toBe(true);
  await sale('late', '2025-11-06', '5');
  await sale('elsewhere', '2026-05-06', '5');
  const page = await query('readRestatement', { statementId });
  const column = 'amount:2025-11-01_2025-11-30';
  expect(page.columns.map(({ label }) => label)).toEqual(['Nov 2026', 'Nov 2025']);
  expect(page.lines.map(({ id, amounts }) => [id, Object.keys(amounts)])).toEqual([
    ['account:income', [column]],
    ['account:sales', [column]],
    ['total:income', [column]],
    ['total:net_income', [column]],
  ]);
  const { causes } = await query('readRestatementCauses', { statementId, accountId: 'sales' });
  expect(causes.map(({ journalId }) => journalId)).toEqual(['late']);
});

test('what was issued before there were columns to compare with is read as it was', async () => {
  await sale('now', '2026-11-05', '7');
  const parameters = { kind: 'profit_and_loss', from: '2026-11-01', to: '2026-11-30' } as const;
  const { statementId } = await books.world.command('bea', 'issueStatement', { parameters, format: 'csv' });
  const issued = issuedStatementSchema.parse(books.world.documents('statements')[0]);
  const stored = JSON.parse(books.world.objects.text(issued.data.storagePath)) as { parameters: { compare?: unknown } };
  delete stored.parameters.compare;
  expect(statementSchema.parse(stored).parameters).toMatchObject({ compare: [] });
  expect((await query('readRestatement', { statementId })).unchanged).toBe(true);
});

test('in the base currency: each day at its rate, each column at its closing rate; a changed rate is named', async () => {
  await rate('EUR-USD', '2025-11-20', '1.05');
  await sale('old', '2025-11-20', '100000', 'EUR');
  // Through the euro, and older than the week that counts for the next day.
  await rate('EUR-USD', '2026-11-13', '1.10');
  await rate('EUR-USD', '2026-11-21', '1.20');
  for (const pair of ['USD-JPY', 'KWD-USD']) for (const day of ['2025-12-31', '2026-11-21']) await rate(pair, day, '3');
  await rate('EUR-USD', '2025-12-31', '1.08');
  await sale('friday', '2026-11-15', '20000', 'EUR');
  const parameters: StatementParametersInput = {
    kind: 'balance_sheet',
    day: '2026-11-22',
    compare: ['prior_year_end'],
    inBase: true,
  };
  const { lines, head } = await read(parameters);
  const column = 'amount:2025-12-31';
  expect(line(lines, 'computed:retained_earnings', true)).toEqual({ amount: '105000', [column]: '0' });
  expect(line(lines, 'computed:current_earnings', true)).toEqual({ amount: '22000', [column]: '105000' });
  // EUR 1,200.00 at 1.20 beside what they came in at; at the end of the year EUR 1,000.00 at 1.08.
  expect(line(lines, 'account:bank', true)).toEqual({ amount: '144000', [column]: '108000' });
  expect(line(lines, 'computed:translation', true)).toEqual({ amount: '17000', [column]: '3000' });
  expect(
    head.rates.filter(({ base }) => base === 'EUR').map(({ asOf, used, observedAt }) => [asOf, used, observedAt]),
  ).toEqual([
    ['2025-11-20', 'day', '2025-11-20T14:15:00Z'],
    ['2025-12-31', 'closing', '2025-12-31T14:15:00Z'],
    ['2026-11-13', 'day', '2026-11-13T14:15:00Z'],
    // And of what the organization began with, today.
    ['2026-11-21', 'both', '2026-11-21T14:15:00Z'],
  ]);
  const income = await read({ kind: 'profit_and_loss', from: '2026-01-01', to: '2026-11-22', inBase: true });
  expect(line(income.lines, 'total:net_income', true)).toEqual({ amount: '22000' });

  const { statementId } = await books.world.command('bea', 'issueStatement', { parameters, format: 'xlsx' });
  await rate('EUR-USD', '2026-11-13', '1.15', true);
  const page = await query('readRestatement', { statementId });
  expect(page.rates.map(({ was, is }) => [was?.asOf, was?.rate, is?.rate])).toEqual([['2026-11-13', '1.10', '1.15']]);
  expect(page.lines.map(({ id }) => id)).toEqual(['computed:current_earnings', 'computed:translation']);
});

test('cash flow in the base currency, beside the period before', async () => {
  for (const [day, text] of [
    ['2026-09-30', '1.00'],
    ['2026-10-10', '1.10'],
    ['2026-10-31', '1.20'],
    ['2026-11-05', '1.25'],
    ['2026-11-20', '1.50'],
  ] as const)
    for (const pair of ['EUR-USD', 'KWD-USD', 'JPY-USD']) await rate(pair, day, text);
  await sale('october', '2026-10-10', '1000', 'EUR');
  await sale('november', '2026-11-05', '400', 'EUR');
  const { lines } = await read({
    kind: 'cash_flow',
    from: '2026-11-01',
    to: '2026-11-20',
    compare: ['prior_period'],
    inBase: true,
  });
  const column = 'amount:2026-10-12_2026-10-31';
  expect(line(lines, 'computed:opening_cash', true)?.['amount']).toBe('1200');
  expect(line(lines, 'operating:account:sales', true)).toEqual({ amount: '500', [column]: '0' });
  // 1,000 × (1.50 − 1.20) + 400 × (1.50 − 1.25)
  expect(line(lines, 'computed:rate_effect', true)?.['amount']).toBe('400');
  expect(line(lines, 'total:closing_cash', true)).toEqual({ amount: '2100', [column]: '1200' });
});

test('a PDF that would be too long is refused with what helps; the others take more', async () => {
  // In each of the four currencies that the organization has.
  const accounts = Array.from({ length: 5_100 }, (_, index) => ({
    path: paths.account(ORG, `seller-${index}`),
    data: {
      ...books.world.documents('accounts').find(({ id }) => id === 'bank'),
      id: `seller-${index}`,
      name: `Seller ${index}`,
    },
  }));
  for (let start = 0; start < accounts.length; start += 500)
    await books.world.db.commit(accounts.slice(start, start + 500).map((one) => ({ op: 'create', ...one })));
  const parameters: StatementParametersInput = { kind: 'trial_balance', day: '2026-11-22', zeroLines: true };
  await expect(
    readWholeStatement(books.world.deps, ORG, statementParametersSchema.parse(parameters), 'pdf'),
  ).rejects.toMatchObject({
    code: 'limit_exceeded',
    message: expect.stringMatching(
      /^A PDF takes at most 20,000 lines, .*Issue it as XLSX or CSV, which take 50,000, or ask for one branch/,
    ),
  });
  const whole = await readWholeStatement(books.world.deps, ORG, statementParametersSchema.parse(parameters), 'csv');
  expect(whole.lines.length).toBeGreaterThan(20_000);
});
