import { foldJournals } from '@countersign/domain/ledger/statements/as-known-at';
import { CashFlows } from '@countersign/domain/ledger/statements/cash-flow';
import {
  cashOfBranch,
  makeTreeStatement,
  type TreeParameters,
} from '@countersign/domain/ledger/statements/make-statement';
import { dayBeforeYear, lastDay } from '@countersign/domain/ledger/statements/titles';
import { sha256Hex } from '@countersign/domain/hash';
import { recording } from '@countersign/domain/ledger/testing/memory-ledger';
import { paths } from '@countersign/domain/paths';
import { addDays } from '@countersign/domain/schedule/wall-time';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import {
  issuedStatementSchema,
  statementHeadSchema,
  statementLineSchema,
  statementParametersSchema,
  statementSchema,
  type StatementLine,
  type StatementPage,
  type StatementParametersInput,
  type StatementQueryInput,
  type StatementQueryName,
  type StatementQueryResults,
} from '@countersign/domain/schemas/statement';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { ORG } from '../../engine/testing/world.ts';
import { ledgerReader } from './ledger-reader.ts';
import { runStatementQuery } from './run-statement-query.ts';
import { readStatementSettings } from './statement-settings.ts';
import { readWholeStatement } from './statement.ts';
import { Books } from './testing-books.ts';

let books: Books;
beforeEach(async () => {
  books = await Books.open();
});

function query<N extends StatementQueryName>(
  name: N,
  input: Omit<StatementQueryInput<N>, 'orgId'>,
  uid: string | null = 'bea',
): Promise<StatementQueryResults[N]> {
  return runStatementQuery(books.world.deps, name, uid === null ? null : { uid }, { orgId: ORG, ...input });
}

const read = (parameters: StatementParametersInput, uid = 'bea'): Promise<StatementPage> =>
  query('readStatement', { parameters, limit: 1000 }, uid);

const amountOf = (
  lines: readonly StatementLine[],
  id: string,
  currency = 'USD',
  column = 'amount',
): string | undefined =>
  lines.find((line) => line.id === id && line.currency === currency && !line.converted)?.amounts[column];

const parse = (raw: StatementParametersInput) => statementParametersSchema.parse(raw);

describe('as the journals say', () => {
  /** The same statement, made of all journals instead of the roll-ups. */
  async function folded(parameters: TreeParameters, knownAt: string) {
    const { db } = books.world;
    const chart = await ledgerReader(books.world.clock, ORG).chart();
    const settings = await readStatementSettings(db, ORG, chart);
    const journals = books.journals();
    const first =
      parameters.kind === 'balance_sheet'
        ? dayBeforeYear(parameters.day, settings.yearStart)
        : 'from' in parameters
          ? addDays(parameters.from, -1)
          : null;
    const flows = new CashFlows(cashOfBranch(chart, settings, parameters.branch), lastDay(parameters), null);
    for (const journal of journals) {
      const posted = journal.steps.find(({ step }) => step === 'posted')?.at.slice(0, 10);
      if (posted === undefined || posted > knownAt) continue;
      if (first === null || journal.effectiveDay <= first || journal.effectiveDay > lastDay(parameters)) continue;
      flows.add(journal.entries, journal.effectiveDay);
    }
    return makeTreeStatement(parameters, {
      chart,
      settings,
      base: null,
      columns: [
        {
          days: { from: 'from' in parameters ? parameters.from : null, to: lastDay(parameters) },
          beforeDay: first,
          at: foldJournals(journals, lastDay(parameters), knownAt),
          before: first === null ? [] : foldJournals(journals, first, knownAt),
          flows: parameters.kind === 'cash_flow' ? flows.flows() : [],
          flowsOfDays: null,
        },
      ],
    });
  }

  const day = fc.integer({ min: -400, max: 10 }).map((offset) => addDays('2026-11-22', offset));
  const account = fc.constantFrom('bank', 'till', 'loan', 'sales', 'fees', 'stripe-balance.platform');
  const id = fc.nat(11).map((number) => `j${number}`);
  const act = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({
          id,
          debit: account,
          credit: account,
          amount: fc.bigInt({ min: 1n, max: 10n ** 15n }),
          currency: fc.constantFrom('USD', 'EUR', 'JPY'),
          day,
          state: fc.constantFrom('pending' as const, 'posted' as const),
        })
        .map((one): LedgerIntent =>
          recording(
            one.id,
            [
              [one.debit, 'debit', `${one.amount}`, one.currency],
              [one.credit, 'credit', `${one.amount}`, one.currency],
            ],
            one.state,
            { journal: { effectiveDay: one.day } },
          ),
        ),
    },
    { weight: 2, arbitrary: id.map((journalId): LedgerIntent => ({ type: 'post', id: `p-${journalId}`, journalId })) },
    {
      weight: 1,
      arbitrary: id.map((journalId): LedgerIntent => ({
        type: 'reverse',
        id: `r-${journalId}`,
        journalId,
        memo: '',
        source: { executionId: null, effectId: null, kind: 'test' },
      })),
    },
  );
  const asked = fc.oneof(
    fc.record({ kind: fc.constantFrom('trial_balance' as const, 'balance_sheet' as const), day }),
    fc
      .record({ kind: fc.constantFrom('profit_and_loss' as const, 'cash_flow' as const), a: day, b: day })
      .map(({ kind, a, b }) => ({ kind, from: a < b ? a : b, to: a < b ? b : a })),
  );

  test('any statement, at any day, as known at the end of any other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: act }, { weight: 1, arbitrary: fc.constant('next day' as const) }), {
          minLength: 10,
          maxLength: 40,
        }),
        fc.array(fc.tuple(asked, fc.nat(6), fc.constantFrom(null, 'north')), { minLength: 4, maxLength: 8 }),
        async (acts, statements) => {
          books = await Books.open();
          for (const one of acts) {
            if (one === 'next day') books.nextDay();
            else await books.post(one);
          }
          for (const [parameters, ago, branch] of statements) {
            const knownAt = addDays(books.today(), -ago);
            const whole = parse({ ...parameters, branch, knownAt });
            const made = await readWholeStatement(books.world.deps, ORG, whole);
            const truth = await folded(whole as TreeParameters, knownAt);
            expect(made.lines).toEqual(truth.lines);
            expect(made.checks).toEqual(truth.checks);
            expect(made.checks.every(({ holds }) => holds)).toBe(true);
            statementSchema.parse(made);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('the account register', () => {
  test('page by page it is what it is as a whole, and closes with the balance', async () => {
    await books.record(
      'before',
      [
        ['bank', 'debit', '500'],
        ['sales', 'credit', '500'],
      ],
      '2026-10-31',
    );
    for (let index = 0; index < 23; index += 1)
      await books.record(
        `j-${index}`,
        [
          ['bank', index % 3 === 0 ? 'credit' : 'debit', `${index + 1}`, index % 5 === 0 ? 'EUR' : 'USD'],
          ['sales', index % 3 === 0 ? 'debit' : 'credit', `${index + 1}`, index % 5 === 0 ? 'EUR' : 'USD'],
        ],
        `2026-11-${String(1 + (index % 9)).padStart(2, '0')}`,
        index === 7 ? 'pending' : 'posted',
      );
    const parameters = { kind: 'account_register', accountId: 'bank', from: '2026-11-01', to: '2026-11-30' } as const;
    const lines: StatementLine[] = [];
    let pages = 0;
    let last: StatementPage | null = null;
    for (let after: string | null = null; pages === 0 || after !== null; pages += 1) {
      last = await query('readStatement', { parameters, after, limit: 4 });
      lines.push(...last.lines);
      after = last.next;
      expect(pages).toBeLessThan(20);
    }
    expect(pages).toBeGreaterThan(4);
    const whole = await readWholeStatement(books.world.deps, ORG, parse(parameters));
    const inOrder = (list: readonly StatementLine[]) => list.map((line) => JSON.stringify(line)).sort();
    expect(inOrder(lines)).toEqual(inOrder(whole.lines));
    expect(last?.head.checks).toEqual(whole.checks);
    expect(whole.checks.map(({ id, currency, holds }) => [id, currency, holds])).toEqual([
      ['register_closes', 'EUR', true],
      ['register_closes', 'USD', true],
    ]);
    expect(whole.lines.filter(({ kind }) => kind === 'entry')).toHaveLength(22);
    const usd = whole.lines.filter(({ currency }) => currency === 'USD');
    expect(usd[0]).toMatchObject({ id: 'computed:opening', amounts: { balance: '500' } });
    const { sums } = await ledgerReader(books.world.clock, ORG).sums('2026-11-30', books.today());
    const bank = sums.find((sum) => sum.accountId === 'bank' && sum.currency === 'USD');
    expect(usd.at(-1)?.amounts['balance']).toBe(String((bank?.debitMinor ?? 0n) - (bank?.creditMinor ?? 0n)));
  });

  test('entries come in the order of their days, with the balance on the account’s side', async () => {
    await books.record(
      'two',
      [
        ['fees', 'debit', '5'],
        ['loan', 'credit', '5'],
      ],
      '2026-11-02',
    );
    await books.record(
      'one',
      [
        ['bank', 'debit', '30'],
        ['loan', 'credit', '30'],
      ],
      '2026-11-01',
    );
    const { lines, head } = await read({
      kind: 'account_register',
      accountId: 'loan',
      from: '2026-11-01',
      to: '2026-11-30',
    });
    expect(lines.map(({ label, amounts, entry }) => [label, amounts['balance'], entry?.counter])).toEqual([
      ['Memo of one', '30', ['bank']],
      ['Memo of two', '35', ['fees']],
      ['Closing balance', '35', undefined],
    ]);
    expect(head.title).toBe('Account register: loan (loan)');
  });

  test('is refused for an account that only sums up', async () => {
    const asked = read({ kind: 'account_register', accountId: 'assets', from: '2026-11-01', to: '2026-11-30' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

describe('reading for the screen', () => {
  test('pages are pieces of the whole, and the head is the same on each', async () => {
    const parameters = { kind: 'trial_balance', day: '2026-11-30' } as const;
    const whole = await read(parameters);
    expect(whole.lineCount).toBe(whole.lines.length);
    const [one, two] = [await query('readStatement', { parameters, limit: 7 }), null as StatementPage | null];
    expect(one.lines).toHaveLength(7);
    expect(two).toBeNull();
    const next = await query('readStatement', { parameters, limit: 7, after: one.next });
    expect([...one.lines, ...next.lines]).toEqual(whole.lines.slice(0, 14));
    expect(statementHeadSchema.parse(next.head).checks).toEqual(whole.head.checks);
    for (const line of whole.lines) statementLineSchema.parse(line);
  });

  test('takes a role that may see money, a member who is there, and days that are', async () => {
    const parameters = { kind: 'trial_balance', day: '2026-11-30' } as const;
    await books.world.setMember('edith', { roles: ['viewer'] });
    for (const uid of ['olivia', 'amir', 'ada']) expect((await read(parameters, uid)).lines.length).toBeGreaterThan(0);
    for (const uid of ['edith', 'ina', 'nobody', 'frida'])
      await expect(read(parameters, uid)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(query('readStatement', { parameters }, null)).rejects.toMatchObject({ code: 'unauthenticated' });
    const wrong: StatementParametersInput[] = [
      { ...parameters, day: '2026-02-30' },
      { ...parameters, knownAt: '2027-01-01' },
      { kind: 'profit_and_loss', from: '2026-02-01', to: '2026-01-31' },
    ];
    for (const one of wrong) await expect(read(one)).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(query('readStatement', { parameters, after: 'bm8=' })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  test('changes nothing, and leaves no audit event', async () => {
    await read({ kind: 'trial_balance', day: '2026-11-30' });
    const before = JSON.stringify(books.world.audit());
    await read({ kind: 'balance_sheet', day: '2026-11-30' });
    expect(JSON.stringify(books.world.audit())).toBe(before);
  });

  test('a day that is not over is said to be', async () => {
    const parameters = { kind: 'trial_balance', day: '2026-11-30' } as const;
    const today = books.today();
    expect((await read(parameters)).head).toMatchObject({ knownAt: today, provisional: true });
    books.nextDay();
    expect((await read({ ...parameters, knownAt: today })).head).toMatchObject({
      knownAt: today,
      knownUntil: `${today}T23:59:59.999Z`,
      provisional: false,
    });
  });

  test('in the base currency, at the rates of its last day', async () => {
    const rate = async (pair: string, text: string): Promise<void> => {
      const [base, quote] = pair.split('-');
      const fields = { base, quote, rate: text, source: 'ECB', asOf: '2026-11-20', day: '2026-11-20' };
      const id = `${pair}.2026-11-20`;
      const data = {
        type: 'fx-rate',
        id,
        fields: JSON.stringify(fields),
        executionId: null,
        updatedAt: '2026-11-20T00:00:00.000Z',
        version: 1,
      };
      await books.world.db.commit([{ op: 'create', path: paths.record(ORG, 'fx-rate', id), data }]);
    };
    const parameters = { kind: 'trial_balance', day: '2026-11-22', inBase: true } as const;
    await rate('EUR-USD', '1.1');
    await rate('USD-JPY', '151.37');
    const missing = await read(parameters);
    expect(missing.head.notes.join()).toContain('no rate for KWD');
    expect(missing.lines.some(({ converted }) => converted)).toBe(false);
    await rate('KWD-USD', '3.2555');
    const { lines, head } = await read(parameters);
    const total = lines.find((line) => line.converted && line.kind === 'total');
    expect(total?.amounts['debit']).toBe(total?.amounts['credit']);
    // USD 8,000.00, EUR 1,000.00, JPY 900,000 and KWD 5,000.000 at these rates, and the platform's own.
    expect(head.rates.map(({ base, quote }) => `${base}-${quote}`).sort()).toEqual(['EUR-USD', 'KWD-USD', 'USD-JPY']);
    const bravo = lines.find((line) => line.converted && line.accountId === 'stripe-balance.acct_Bravo');
    // 3,000.00 and 900,000 yen at 151.37: 5,945.695…
    expect(bravo?.amounts['debit']).toBe('894570');
  });
});

describe('issuing', () => {
  const parameters = { kind: 'balance_sheet', day: '2026-11-22' } as const;
  const issue = (uid = 'bea', format: 'csv' | 'xlsx' | 'pdf' = 'csv', key?: string) =>
    books.world.command(uid, 'issueStatement', { parameters, format }, key);

  test('keeps the file and the data under their checksums, with what proves the ledger, and is recorded', async () => {
    await books.record('sale', [
      ['bank', 'debit', '12345'],
      ['sales', 'credit', '12345'],
    ]);
    const { statementId, sha256, storagePath, name } = await issue();
    const issued = issuedStatementSchema.parse(books.world.documents('statements')[0]);
    expect(issued).toMatchObject({
      id: statementId,
      kind: 'balance_sheet',
      issuedBy: 'bea',
      checksHold: true,
      provisional: true,
    });
    expect(name).toBe('balance-sheet-2026-11-22-known-2026-11-22.csv');
    const csv = books.world.objects.text(storagePath);
    expect(sha256Hex(csv)).toBe(sha256);
    expect(csv).toContain('line,USD,no,1,account,bank,bank,123.45');
    const data = statementSchema.parse(JSON.parse(books.world.objects.text(issued.data.storagePath)));
    expect(sha256Hex(books.world.objects.text(issued.data.storagePath))).toBe(issued.data.sha256);
    expect(data.lines).toHaveLength(issued.lineCount);
    const head = await books.world.db.get(paths.streamHead(ORG, 'ledger'));
    expect(issued.evidence).toMatchObject({
      ledgerSize: head?.data['size'],
      checkpoint: { origin: 'countersign/acme/ledger', size: head?.data['size'], root: head?.data['root'] },
    });
    expect(csv).toContain(String(head?.data['root']));
    const event = books.world.audit().find(({ body }) => body.type === 'statement.issued');
    expect(event?.body).toMatchObject({
      actor: { uid: 'bea' },
      data: { statement: statementId, kind: 'balance_sheet', format: 'csv', fileSha256: sha256, checksHold: 'true' },
    });
    expect(event?.body.subjects.map(({ path }) => path)).toEqual([`statements/${statementId}`]);
  });

  test('seals what it is made of, however young the last checkpoint is', async () => {
    await issue();
    await books.record('sale', [
      ['bank', 'debit', '5'],
      ['sales', 'credit', '5'],
    ]);
    const { statementId } = await issue();
    const issued = books.world.documents('statements').map((one) => issuedStatementSchema.parse(one));
    const { evidence } = issued.find(({ id }) => id === statementId) ?? {};
    expect(evidence?.checkpoint?.size).toBe(evidence?.ledgerSize);
  });

  test('is for those who answer for the books or look at them; an operator reads on screen', async () => {
    for (const uid of ['olivia', 'amir']) await expect(issue(uid)).rejects.toMatchObject({ code: 'permission_denied' });
    for (const uid of ['bea', 'edith', 'ada']) expect((await issue(uid)).statementId).toMatch(/./);
    expect(books.world.documents('statements')).toHaveLength(3);
  });

  test('asked for again with the same key, it is the same one', async () => {
    const [one, two] = [await issue('bea', 'csv', 'the-same-key'), await issue('bea', 'csv', 'the-same-key')];
    expect(two).toEqual(one);
    expect(books.world.documents('statements')).toHaveLength(1);
  });

  test('every format is what it says it is', async () => {
    for (const [format, begins] of [
      ['pdf', '%PDF-'],
      ['xlsx', 'PK'],
    ] as const) {
      const { storagePath } = await issue('bea', format);
      expect(books.world.objects.text(storagePath).startsWith(begins)).toBe(true);
    }
  });
});

describe('settings', () => {
  test('say which accounts are cash, and when the year begins', async () => {
    await books.record(
      'last-year',
      [
        ['bank', 'debit', '700'],
        ['sales', 'credit', '700'],
      ],
      '2026-03-31',
    );
    await books.record(
      'this-year',
      [
        ['bank', 'debit', '30'],
        ['sales', 'credit', '30'],
      ],
      '2026-04-01',
    );
    const sheet = { kind: 'balance_sheet', day: '2026-11-22' } as const;
    const assumed = await read(sheet);
    expect(assumed.head.notes.join()).toContain('1 January');
    expect(amountOf(assumed.lines, 'computed:current_earnings')).toBe('730');
    const settings = { cashAccounts: ['till'], activities: [], yearStart: '04-01', reason: 'Our year' };
    await books.world.command('bea', 'setStatementSettings', settings);
    const { lines, head } = await read(sheet);
    expect(amountOf(lines, 'computed:retained_earnings')).toBe('700');
    expect(amountOf(lines, 'computed:current_earnings')).toBe('30');
    expect(head.notes).toEqual([]);
    const flow = await read({ kind: 'cash_flow', from: '2026-01-01', to: '2026-11-22' });
    expect(amountOf(flow.lines, 'total:net_cash')).toBe('0');
    expect(await books.world.command('ada', 'setStatementSettings', { ...settings, yearStart: '07-01' })).toEqual({
      version: 2,
    });
    expect(books.world.audit().filter(({ body }) => body.type === 'statement_settings.set')).toHaveLength(2);
  });

  test('name accounts that are there, and assets as cash', async () => {
    const settings = { cashAccounts: ['till'], activities: [], yearStart: '01-01', reason: 'Our year' };
    const set = (uid: string, fields: object) =>
      books.world.command(uid, 'setStatementSettings', { ...settings, ...fields });
    await expect(set('bea', { cashAccounts: ['nowhere'] })).rejects.toMatchObject({ code: 'not_found' });
    await expect(set('bea', { cashAccounts: ['loan'] })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(set('olivia', {})).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

test('a journal of several cash accounts is one flow', async () => {
  await books.record('split', [
    ['bank', 'debit', '60'],
    ['stripe-balance.platform', 'debit', '40'],
    ['sales', 'credit', '100'],
  ]);
  const { lines } = await read({ kind: 'cash_flow', from: '2026-11-22', to: '2026-11-22' });
  expect(amountOf(lines, 'operating:account:sales')).toBe('100');
});

describe('a restatement', () => {
  const parameters = { kind: 'profit_and_loss', from: '2026-10-01', to: '2026-10-31' } as const;

  async function issued(known: 'yesterday' | 'today'): Promise<string> {
    await books.record(
      'sale',
      [
        ['bank', 'debit', '1000'],
        ['sales', 'credit', '1000'],
      ],
      '2026-10-05',
    );
    await books.record(
      'refund',
      [
        ['sales', 'debit', '100'],
        ['bank', 'credit', '100'],
      ],
      '2026-10-06',
    );
    await books.record(
      'waits',
      [
        ['fees', 'debit', '7'],
        ['bank', 'credit', '7'],
      ],
      '2026-10-07',
      'pending',
    );
    await books.record(
      'elsewhere',
      [
        ['bank', 'debit', '50'],
        ['sales', 'credit', '50'],
      ],
      '2026-11-01',
      'pending',
    );
    const knownAt = books.today();
    if (known === 'yesterday') books.nextDay();
    const asked = { ...parameters, ...(known === 'yesterday' && { knownAt }) };
    return (await books.world.command('bea', 'issueStatement', { parameters: asked, format: 'csv' })).statementId;
  }

  async function meanwhile(): Promise<void> {
    await books.record(
      'late',
      [
        ['bank', 'debit', '15'],
        ['till', 'debit', '5'],
        ['sales', 'credit', '20'],
      ],
      '2026-10-31',
    );
    await books.reverse('back', 'refund', '2026-10-30');
    await books.post({ type: 'post', id: 'p-waits', journalId: 'waits' });
    await books.post({ type: 'post', id: 'p-elsewhere', journalId: 'elsewhere' });
  }

  test.each(['yesterday', 'today'] as const)(
    'as known %s: what differs, line by line, and the journals behind it',
    async (known) => {
      const statementId = await issued(known);
      expect(await query('readRestatement', { statementId })).toMatchObject({
        unchanged: true,
        lines: [],
        lineCount: 0,
        next: null,
      });
      await meanwhile();
      const page = await query('readRestatement', { statementId });
      expect(page.unchanged).toBe(false);
      expect(page.ledgerSizeNow).toBeGreaterThan(page.ledgerSizeThen);
      expect(
        page.lines.map(({ id, change, amounts: { amount } }) => [
          id,
          change,
          amount?.oldMinor,
          amount?.newMinor,
          amount?.differenceMinor,
        ]),
      ).toEqual([
        ['account:income', 'changed', '900', '1020', '120'],
        ['account:sales', 'changed', '900', '1020', '120'],
        ['total:income', 'changed', '900', '1020', '120'],
        ['account:expenses', 'added', '0', '7', '7'],
        ['account:fees', 'added', '0', '7', '7'],
        ['total:expense', 'changed', '0', '7', '7'],
        ['total:net_income', 'changed', '900', '1013', '113'],
      ]);
      const causes = async (accountId: string, limit = 50) => {
        const found: string[] = [];
        let after: string | null = null;
        for (let pages = 0; pages === 0 || after !== null; pages += 1) {
          expect(pages).toBeLessThan(40);
          const got: StatementQueryResults['readRestatementCauses'] = await query('readRestatementCauses', {
            statementId,
            accountId,
            limit,
            after,
          });
          expect(got.causes.length).toBeLessThanOrEqual(limit);
          found.push(
            ...got.causes.map(
              ({ journalId, why, effects }) =>
                `${journalId} ${why} ${effects.map(({ netDebitMinor }) => netDebitMinor).join()}`,
            ),
          );
          after = got.next;
        }
        return found.sort();
      };
      expect(await causes('sales')).toEqual(['back reversal -100', 'late late -20']);
      expect(await causes('sales', 1)).toEqual(['back reversal -100', 'late late -20']);
      expect(await causes('fees')).toEqual(['waits posted 7']);
      // A group: the journals of all accounts below it, each once.
      expect(await causes('assets', 2)).toEqual(['back reversal 100', 'late late 20', 'waits posted -7']);
      expect(await causes('loan')).toEqual([]);
    },
  );

  test('is paged, and takes the stored statement only as it was issued', async () => {
    const statementId = await issued('yesterday');
    await meanwhile();
    const [first, all] = [
      await query('readRestatement', { statementId, limit: 3 }),
      await query('readRestatement', { statementId }),
    ];
    const second = await query('readRestatement', { statementId, limit: 1000, after: first.next });
    expect([...first.lines, ...second.lines]).toEqual(all.lines);
    expect(second.next).toBeNull();
    const [document] = books.world.documents('statements');
    const data = issuedStatementSchema.parse(document).data;
    const forged = books.world.objects.text(data.storagePath).replace('"900"', '"901"');
    const generation = books.world.objects.put(data.storagePath, new TextEncoder().encode(forged));
    await books.world.db.commit([
      { op: 'update', path: paths.statement(ORG, statementId), data: { data: { ...data, generation } } },
    ]);
    await expect(query('readRestatement', { statementId })).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(query('readRestatement', { statementId: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of a register shows entries that came, and the balances after them', async () => {
    await books.record(
      'one',
      [
        ['bank', 'debit', '10'],
        ['sales', 'credit', '10'],
      ],
      '2026-10-05',
    );
    const register = { kind: 'account_register', accountId: 'bank', from: '2026-10-01', to: '2026-10-31' } as const;
    const { statementId } = await books.world.command('bea', 'issueStatement', { parameters: register, format: 'csv' });
    await books.record(
      'before',
      [
        ['bank', 'debit', '5'],
        ['sales', 'credit', '5'],
      ],
      '2026-10-04',
    );
    const { lines } = await query('readRestatement', { statementId });
    expect(lines.map(({ id, change }) => [id, change])).toEqual([
      ['entry:before:0', 'added'],
      ['entry:one:0', 'changed'],
      ['total:closing', 'changed'],
    ]);
  });
});
