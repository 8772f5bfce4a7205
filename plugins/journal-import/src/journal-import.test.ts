import { JournalsCsvWriter } from '@countersign/domain/ledger/text/journals-csv-writer';
import { randomLedger } from '@countersign/domain/ledger/text/testing/random-ledger';
import { planTableSchema } from '@countersign/domain/schemas/execution';
import { effectSchema } from '@countersign/domain/schemas/effect';
import { manifestSchema } from '@countersign/domain/schemas/plugin';
import { testPlugin, type TestRun, type TestWorld } from '@countersign/plugin-sdk/test-kit';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import plugin from './index.ts';

const LEDGER = {
  bank: {},
  suspense: { type: 'liability' },
  'fees-earned': { type: 'income' },
  'processing-fees': { type: 'expense' },
} as const;
const HEADER = 'reference,date,memo,account,debit,credit,currency';
const GOOD = [HEADER, 'A-1,2026-01-31,Charges,processing-fees,12.50,,USD', 'A-1,,,bank,,12.50,USD', ''].join('\n');

function world(file: string, more: Partial<TestWorld> = {}, params: Record<string, unknown> = {}): TestRun {
  return testPlugin(plugin, { files: { file }, ledger: LEDGER, ...more, params: { file: 'f', ...params } });
}
const rows = (...lines: string[]): string => [HEADER, ...lines, ''].join('\n');
async function problemsOf(
  file: string,
  more: Partial<TestWorld> = {},
  params = {},
): Promise<[number | null, string | null, string][]> {
  const { problems } = await world(file, more, params).execute();
  return problems.filter((one) => one.severity === 'refused').map(({ line, column, code }) => [line, column, code]);
}

describe('the manifest', () => {
  it('is of the agreed form, and its sample can be posted', async () => {
    const { parameters } = manifestSchema.parse(plugin.manifest);
    const { sample } = z.object({ sample: z.string() }).parse(parameters[0]);
    const proposal = await world(sample).execute();
    expect(proposal.problems).toEqual([]);
    expect(proposal.effects.map((effect) => [effect.key, effect.line])).toEqual([
      ['journal adj-1001', 2],
      ['journal adj-1002', 4],
    ]);
  });
});

describe('a CSV', () => {
  it('is one journal a reference: claim, day, facts, both sides in minor units', async () => {
    const file = [
      'Journal No.;Posting date;Description;GL account;Debit;Credit;CCY;Cost center;meta:Memo',
      'A-1;2026-01-31;Charges;processing-fees;12,50;0,00;USD;North;x',
      'A-2;2026-02-01;;bank;1.500;;JPY;;',
      'A-1;;;bank;;12,50;USD;;',
      '',
    ].join('\n');
    const run = world(file, {}, { problems: 'leave_out', late: 'route' });
    const proposal = await run.execute();
    expect(proposal.effects).toEqual([
      {
        kind: 'ledger.journal',
        key: 'journal a-1',
        line: 2,
        needs: [],
        data: { description: 'Charges' },
        claim: { kind: 'journal', reference: 'A-1' },
        journal: {
          memo: 'Charges',
          effectiveDay: '2026-01-31',
          late: 'route',
          metadata: { reference: 'A-1', 'Cost-center': 'North', Memo: 'x' },
          entries: [
            { accountId: 'processing-fees', side: 'debit', amountMinor: '1250', currency: 'USD' },
            { accountId: 'bank', side: 'credit', amountMinor: '1250', currency: 'USD' },
          ],
        },
      },
    ]);
    for (const effect of proposal.effects) effectSchema.parse(effect);
    expect(proposal.problems).toMatchObject([{ line: 3, column: 'Debit', code: 'amount_grouped', reference: 'A-2' }]);
    expect(proposal.rowCount).toBe(3);
    expect(z.array(planTableSchema).parse(proposal.tables)[0]?.rows).toEqual([
      { cells: ['USD', '2', 'USD 12.50', 'USD 12.50', 'USD 12.50'] },
    ]);
    expect(run.calls).toEqual(['files.read', 'ledger.accounts', 'claims.lookup']);
  });

  it('may have one signed amount, debits positive', async () => {
    const file = 'ref,date,account,amount,currency\nA,2026-01-01,bank,-7.00,USD\nA,2026-01-01,suspense,+7,USD\n';
    const [effect] = (await world(file).execute()).effects;
    expect(effect?.journal?.entries).toMatchObject([
      { accountId: 'bank', side: 'credit', amountMinor: '700' },
      { accountId: 'suspense', side: 'debit', amountMinor: '700' },
    ]);
  });

  it('may have a column with the name of what objects inherit', async () => {
    const file =
      'reference,date,account,debit,credit,currency,constructor\nA,2026-01-01,bank,1,,USD,Bau AG\nA,,suspense,,1,USD,\n';
    const { effects, problems } = await world(file).execute();
    expect(problems).toEqual([]);
    expect(effects[0]?.journal?.metadata).toEqual({ reference: 'A', constructor: 'Bau AG' });
  });

  it('that was imported before posts nothing: every reference is taken', async () => {
    const claims = { 'A-1': { executionId: 'run-1', at: '2026-01-01T00:00:00.000Z' } };
    const proposal = await world(GOOD, { claims }).execute();
    expect(proposal.effects).toEqual([]);
    expect(proposal.problems).toMatchObject([{ line: 2, code: 'claim_taken', reference: 'A-1' }]);
    const resumed = { 'A-1': { ...claims['A-1'], resumed: true } };
    expect(await world(GOOD, { claims: resumed }).execute()).toMatchObject({ effects: [], problems: [] });
  });

  it.each([
    ['what does not balance', ['A,2026-01-01,,bank,1,,USD', 'A,,,suspense,,2,USD'], [[2, null, 'unbalanced']]],
    [
      'what balances only across currencies',
      ['A,2026-01-01,,bank,1,,USD', 'A,,,suspense,,1,EUR'],
      [[2, null, 'unbalanced']],
    ],
    ['one entry', ['A,2026-01-01,,bank,1,,USD'], [[2, null, 'too_few_entries']]],
    ['both sides in a row', ['A,2026-01-01,,bank,1,1,USD', 'A,,,suspense,,1,USD'], [[2, 'credit', 'both_sides']]],
    ['no amount', ['A,2026-01-01,,bank,0.00,,USD', 'A,,,suspense,,1,USD'], [[2, 'debit', 'amount_missing']]],
    ['a negative debit', ['A,2026-01-01,,bank,-1,,USD', 'A,,,suspense,,1,USD'], [[2, 'debit', 'amount_negative']]],
    [
      'decimals that are too many',
      ['A,2026-01-01,,bank,1.001,,USD', 'A,,,suspense,,1,USD'],
      [[2, 'debit', 'amount_decimals']],
    ],
    [
      'a date that could be two',
      ['A,03/04/2026,,bank,1,,USD', 'A,,,suspense,,1,USD'],
      [[2, 'date', 'date_unreadable']],
    ],
    ['two dates', ['A,2026-01-01,,bank,1,,USD', 'A,2026-01-02,,suspense,,1,USD'], [[3, 'date', 'date_differs']]],
    [
      'two spellings of a reference',
      ['A,2026-01-01,,bank,1,,USD', 'a,,,suspense,,1,USD'],
      [[3, 'reference', 'reference_differs']],
    ],
    ['no reference', [',2026-01-01,,bank,1,,USD'], [[2, 'reference', 'reference_missing']]],
    [
      'an unknown currency',
      ['A,2026-01-01,,bank,1,,usd', 'A,,,suspense,,1,USD'],
      [[2, 'currency', 'currency_unknown']],
    ],
    ['an unknown account', ['A,2026-01-01,,Bank X,1,,USD', 'A,,,suspense,,1,USD'], [[2, 'account', 'account_unknown']]],
  ])('refuses %s', async (_, lines, expected) => {
    expect(await problemsOf(rows(...lines))).toEqual(expected);
  });

  it.each([
    ['account_not_postable', { postable: false }],
    ['account_closed', { closed: true }],
    ['account_currency', { currency: 'EUR' }],
    ['account_not_open_yet', { openedOn: '2026-02-01' }],
  ])('refuses an entry on an account: %s', async (code, account) => {
    expect(await problemsOf(GOOD, { ledger: { ...LEDGER, bank: account } })).toEqual([[3, 'account', code]]);
  });

  it.each([
    ['date,posting date,ref,account,amount,currency', 'column_ambiguous'],
    ['date,ref,account,amount,debit,currency', 'column_ambiguous'],
    ['date,ref,account,debit,currency', 'missing_column'],
    ['date,account,amount,currency', 'missing_column'],
    ['date,ref,account,amount,currency,x,x', 'duplicate_column'],
    ['date,ref,account,amount,currency,', 'unnamed_column'],
  ])('whose columns are %s asks', async (header, code) => {
    await expect(world(`${header}\n1,2,3,4,5\n`).execute()).rejects.toMatchObject({
      name: 'InputError',
      issues: [{ line: 1, code }],
    });
  });

  it('posts all or nothing, unless it may leave out', async () => {
    const file = rows(
      'A,2026-01-01,,bank,1,,USD',
      'A,,,suspense,,1,USD',
      'B,2026-01-01,,bank,1,,USD',
      'B,,,suspense,,2,USD',
    );
    expect((await world(file).execute()).effects).toEqual([]);
    expect((await world(file, {}, { problems: 'leave_out' }).execute()).effects.map((one) => one.key)).toEqual([
      'journal a',
    ]);
  });

  it('must come to the control totals', async () => {
    expect((await world(GOOD, {}, { control: 'USD 12.50' }).execute()).effects).toHaveLength(1);
    await expect(world(GOOD, {}, { control: 'USD 12.51' }).execute()).rejects.toThrow(
      'The debits come to USD 12.50, and USD 12.51 was expected',
    );
    await expect(world(GOOD, {}, { control: 'USD 12.50; EUR 1' }).execute()).rejects.toThrow('EUR 0.00, and EUR 1.00');
    expect(world(GOOD, {}, { control: 'twelve' }).validate()).toMatchObject([{ parameter: 'control' }]);
  });
});

describe('a text', () => {
  const BEANCOUNT = [
    '2026-01-01 open Assets:Bank',
    '  countersign-id: "bank"',
    '2026-01-31 * "Charges" #fees',
    '  Expenses:Fees  12.50 USD',
    '  Assets:Bank',
    '',
  ].join('\n');
  const HLEDGER = ['2026-01-31 Charges', '    expenses:fees    12.50 USD', '    bank', ''].join('\n');

  it.each([
    ['beancount', BEANCOUNT, 'Expenses:Fees = processing-fees'],
    ['hledger', HLEDGER, 'expenses:fees = processing-fees'],
  ])('of %s gives the same journals, its names explained by file and parameter', async (_, file, accounts) => {
    const [first] = (await world(file, {}, { accounts }).execute()).effects;
    const [again] = (await world(file, {}, { accounts }).execute()).effects;
    expect(first?.claim).toEqual(again?.claim);
    expect(first?.claim?.reference).toMatch(/^2026-01-31-[0-9a-f]{16}$/);
    expect(first?.journal?.entries).toEqual([
      { accountId: 'processing-fees', side: 'debit', amountMinor: '1250', currency: 'USD' },
      { accountId: 'bank', side: 'credit', amountMinor: '1250', currency: 'USD' },
    ]);
  });

  it('asks about a name that nothing explains, and about what it can not read', async () => {
    expect(await problemsOf(BEANCOUNT)).toEqual([[4, '3', 'account_unknown']]);
    expect(await problemsOf(BEANCOUNT.replace('12.50 USD', '1 USD @ 2 EUR'))).toEqual([[4, '24', 'price_or_cost']]);
    expect(world(BEANCOUNT, {}, { accounts: 'Expenses:Fees' }).validate()).toMatchObject([{ parameter: 'accounts' }]);
  });
});

describe('the report', () => {
  it('has a row for each journal and currency, and one for each refused line', async () => {
    const file = rows(
      'A,2026-01-01,,bank,1,,USD',
      'A,,,suspense,,1,USD',
      'B,2026-01-01,,bank,1,,USD',
      'B,,,suspense,,2,USD',
    );
    const run = world(file, {}, { problems: 'leave_out' });
    const report = await run.report(() => ({ journalId: 'j-1' }));
    expect(report).toMatchObject({ success: true, message: '1 journal is posted.' });
    expect(report.files[0]?.text.split('\r\n').slice(1, 3)).toEqual([
      '2,A,2026-01-01,USD,1.00,2,posted,j-1,',
      '4,B,,,,,left out,,"Debits less credits of journal B are USD −1.00, not zero. Correct an amount: each currency comes to zero by itself"',
    ]);
    expect((await run.report(() => ({ status: 'failed', message: 'closed' }))).success).toBe(false);
  });
});

describe('what the platform exports', () => {
  it('comes back from its CSV: both sides, days, facts and memos, but for white space around them', async () => {
    const ledger = randomLedger(5, 300);
    const posted = [...ledger.journals.values()].filter((journal) => journal.state === 'posted');
    const keys = [...new Set(posted.flatMap((journal) => Object.keys(journal.metadata)))];
    const writer = new JournalsCsvWriter(keys);
    const file = writer.head() + [...ledger.journals.values()].map((journal) => writer.journal(journal)).join('');
    const accounts = Object.fromEntries([...ledger.accounts.keys()].map((id) => [id, {}]));
    const proposal = await world(file, { ledger: accounts }).execute();
    expect(proposal.problems).toEqual([]);
    const bare = (text: string): string => text.trim();
    expect(proposal.effects.map(({ claim, journal }) => ({ ...journal, id: claim?.reference }))).toEqual(
      posted.map(({ id, memo, effectiveDay, metadata, entries }) => ({
        id,
        memo: bare(memo),
        effectiveDay,
        late: 'refuse',
        entries,
        metadata: {
          reference: id,
          ...Object.fromEntries(
            Object.entries(metadata).flatMap(([key, value]) => (bare(value) === '' ? [] : [[key, bare(value)]])),
          ),
        },
      })),
    );
  });
});
