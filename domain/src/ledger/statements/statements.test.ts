import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementParametersSchema, type StatementLine } from '../../schemas/statement.ts';
import { foldJournals, isPostedBy } from './as-known-at.ts';
import { CashFlows, cashLeaves } from './cash-flow.ts';
import { BaseRates } from './base-rates.ts';
import { columnId, daysOfColumns } from './compared.ts';
import { DayRated, ofDaysIn } from './day-rated.ts';
import { DAYS, exampleAccount, exampleChart, exampleJournals, LEAVES } from './example-books.ts';
import { netDebit, type LeafSum } from './leaf-sums.ts';
import { cashOfBranch, makeTreeStatement, type ColumnData, type Made, type TreeParameters } from './make-statement.ts';
import { dayBeforeYear } from './titles.ts';
import { RateIndex } from '../fx/rate-table.ts';
import type { RateQuote } from '../../schemas/fx.ts';
import { Register } from './register.ts';
import { restatedLines } from './restatement.ts';
import type { Account } from '../../schemas/account.ts';
import type { Journal } from '../../schemas/journal.ts';
import { CHART_TEMPLATES } from '../chart/templates.ts';
import { assumedSettings } from './settings.ts';

const chart = exampleChart();
const settings = {
  cashAccounts: ['asset-2'],
  activities: [{ accountId: 'liability-2', activity: 'financing' as const }],
};
const day = fc.constantFrom(...DAYS);
const period = fc.tuple(day, day).map(([a, b]) => (a <= b ? { from: a, to: b } : { from: b, to: a }));
const branch = fc.constantFrom(null, 'north', 'south');
const shape = fc.record({ branch, maxLevel: fc.constantFrom(1, 2, 9), zeroLines: fc.boolean() });
const KNOWN = '2026-12-31';

/** Two thirds of a dollar for a yen, every day: a rate that always rounds. */
const TWO_THIRDS: readonly RateQuote[] = ['EUR', 'JPY'].flatMap((base) =>
  DAYS.map((day) => ({ base, quote: 'USD', rate: `0.${'6'.repeat(30)}7`, source: 'test', observedAt: day, day })),
);

const before = (one: string): string => new Date(Date.parse(one) - 86_400_000).toISOString().slice(0, 10);
const parse = (raw: Record<string, unknown>): TreeParameters => statementParametersSchema.parse(raw) as TreeParameters;

/** One column and no other currency: what most tests need. */
const column = (fields: Partial<ColumnData>): ColumnData => ({
  days: { from: null, to: '2026-01-31' },
  at: [],
  before: [],
  beforeDay: null,
  flows: [],
  flowsOfDays: null,
  ...fields,
});

function make(
  raw: Record<string, unknown>,
  journals: readonly Journal[],
  table: readonly RateQuote[] | null = null,
  knownAt = KNOWN,
): Made {
  const parameters = parse(raw);
  const rates = table === null ? null : new BaseRates(new RateIndex(table), 'USD', { maxAgeDays: 100_000 });
  const posted = journals.filter((journal) => isPostedBy(journal, knownAt));
  const spans = daysOfColumns(parameters, '01-01').map((days) => ({
    days,
    beforeDay:
      parameters.kind === 'trial_balance'
        ? null
        : days.from === null
          ? dayBeforeYear(days.to, '01-01')
          : before(days.from),
  }));
  const columns = spans.map(({ days, beforeDay }): ColumnData => {
    const flows = new CashFlows(cashOfBranch(chart, settings, parameters.branch), days.to, rates);
    if (parameters.kind === 'cash_flow')
      for (const journal of posted)
        if (journal.effectiveDay >= (days.from ?? '') && journal.effectiveDay <= days.to)
          flows.add(journal.entries, journal.effectiveDay);
    return {
      days,
      beforeDay,
      at: foldJournals(journals, days.to, knownAt),
      before: beforeDay === null ? [] : foldJournals(journals, beforeDay, knownAt),
      flows: flows.flows(),
      flowsOfDays: flows.ofDays(),
    };
  });
  if (rates === null) return makeTreeStatement(parameters, { chart, settings, columns, base: null });
  const moves = new DayRated(
    rates,
    spans.flatMap(({ days, beforeDay }) => [days.to, ...(beforeDay === null ? [] : [beforeDay])]),
  );
  for (const { entries, effectiveDay } of posted)
    for (const { accountId, currency, side, amountMinor } of entries)
      if (currency !== 'USD' && ofDaysIn(parameters.kind)(chart.get(accountId) as Account))
        moves.add(accountId, currency, effectiveDay, BigInt(amountMinor) * (side === 'debit' ? 1n : -1n));
  return makeTreeStatement(parameters, { chart, settings, columns, base: { rates, moves } });
}

const total = (made: Made, id: string, currency: string, column = 'amount', converted = false): bigint =>
  BigInt(
    made.lines.find((line) => line.id === id && line.currency === currency && line.converted === converted)?.amounts[
      column
    ] ?? 0,
  );

/** Lines right below the one at `index`. */
function childrenOf(lines: readonly StatementLine[], index: number): StatementLine[] {
  const parent = lines[index] as StatementLine;
  const children: StatementLine[] = [];
  for (const line of lines.slice(index + 1)) {
    if (line.level <= parent.level || line.accountId === null) break;
    if (line.level === parent.level + 1) children.push(line);
  }
  return children;
}

const asked = fc.oneof(
  fc.record({
    kind: fc.constantFrom('trial_balance', 'balance_sheet'),
    day,
    compare: fc.subarray(['prior_year_end', '2026-01-31']),
  }),
  fc
    .tuple(fc.constantFrom('profit_and_loss', 'cash_flow'), period, fc.subarray(['prior_period', 'prior_year']))
    .map(([kind, days, compare]) => ({ kind, ...days, compare })),
);

describe('any journals, any statement', () => {
  test('a group is the sum of the lines below it, in every column; every check holds', () => {
    fc.assert(
      fc.property(exampleJournals, asked, shape, fc.boolean(), (journals, kind, form, inBase) => {
        const made = make({ ...kind, ...form }, journals, inBase ? TWO_THIRDS : null);
        made.lines.forEach((line, index) => {
          if (line.kind !== 'group') return;
          for (const [column, amount] of Object.entries(line.amounts)) {
            const sum = childrenOf(made.lines, index).reduce(
              (all, child) => all + BigInt(child.amounts[column] ?? 0),
              0n,
            );
            expect(sum).toBe(BigInt(amount));
          }
        });
        for (const check of made.checks) {
          expect(check.holds).toBe(true);
          if (check.id !== 'rounding_only') expect(check.differenceMinor).toBe('0');
        }
        expect(new Set(made.lines.map((line) => `${line.currency} ${line.converted} ${line.id}`)).size).toBe(
          made.lines.length,
        );
      }),
    );
  });

  test('depth changes what is shown and no total', () => {
    fc.assert(
      fc.property(exampleJournals, asked, branch, (journals, kind, of) => {
        const totals = [1, 2, 9].map((maxLevel) =>
          make({ ...kind, branch: of, maxLevel }, journals).lines.filter((line) => line.kind === 'total'),
        );
        expect(totals[0]).toEqual(totals[2]);
        expect(totals[1]).toEqual(totals[2]);
      }),
    );
  });

  test('what was posted after the day that one looks at is not there', () => {
    fc.assert(
      fc.property(exampleJournals, asked, day, (journals, kind, knownAt) => {
        const posted = journals.filter((journal) => isPostedBy(journal, knownAt));
        expect(make(kind, journals, null, knownAt)).toEqual(make(kind, posted));
      }),
    );
  });
});

test('a branch has its own accounts and no others, with what they have in the whole', () => {
  const north = LEAVES.filter((id) => id.endsWith('-1'));
  fc.assert(
    fc.property(exampleJournals, asked, (journals, kind) => {
      const accounts = (made: Made, mine: readonly string[]): string[] =>
        made.lines
          .filter(({ accountId }) => accountId !== null && mine.includes(accountId))
          .map((line) => `${line.currency} ${line.accountId ?? ''} ${JSON.stringify(line.amounts)}`);
      const [whole, one, other] = [null, 'north', 'south'].map((branch) => make({ ...kind, branch }, journals)) as [
        Made,
        Made,
        Made,
      ];
      // Flows are of the branch's cash, against the accounts of any.
      if (kind.kind === 'cash_flow') return;
      const south = LEAVES.filter((id) => !north.includes(id));
      expect(accounts(one, LEAVES)).toEqual(accounts(whole, north));
      expect(accounts(other, LEAVES)).toEqual(accounts(whole, south));
    }),
  );
});

test('a trial balance: the two columns are equal in each currency, and are the sums of the accounts', () => {
  fc.assert(
    fc.property(exampleJournals, day, (journals, to) => {
      const made = make({ kind: 'trial_balance', day: to }, journals);
      const sums = foldJournals(journals, to, KNOWN);
      for (const currency of made.currencies) {
        const debits = sums
          .filter((sum) => sum.currency === currency && netDebit(sum) > 0n)
          .reduce((all, sum) => all + netDebit(sum), 0n);
        expect(total(made, 'total:all', currency, 'debit')).toBe(debits);
        expect(total(made, 'total:all', currency, 'credit')).toBe(debits);
      }
    }),
  );
});

test('known at the end of a day is what was posted on it or before', () => {
  const journal = {
    steps: [{ step: 'posted' as const, seq: 0, at: '2026-01-15T23:59:59.999Z', reason: null, routedFrom: null }],
  };
  expect(['2026-01-14', '2026-01-15', '2026-01-16'].map((knownAt) => isPostedBy(journal, knownAt))).toEqual([
    false,
    true,
    true,
  ]);
});

test('a ledger that does not balance is said to, and nothing is made up to hide it', () => {
  const sums: LeafSum[] = [
    { accountId: 'asset-1', currency: 'USD', debitMinor: 1000n, creditMinor: 0n },
    { accountId: 'income-1', currency: 'USD', debitMinor: 0n, creditMinor: 999n },
  ];
  const data = { chart, settings, columns: [column({ at: sums })], base: null };
  for (const kind of ['trial_balance', 'balance_sheet'] as const) {
    const made = makeTreeStatement(parse({ kind, day: '2026-01-31' }), data);
    expect(made.checks.map(({ holds }) => holds)).not.toContain(true);
    expect(made.checks[0]).toMatchObject({ differenceMinor: '1', text: expect.stringContaining('USD 0.01') });
    expect(made.lines.some(({ id }) => id.includes('rounding'))).toBe(false);
  }
  const period = { kind: 'profit_and_loss', from: '2026-01-01', to: '2026-01-31' };
  expect(makeTreeStatement(parse(period), data).checks[0]).toMatchObject({ holds: false });
  const flow = makeTreeStatement(parse({ ...period, kind: 'cash_flow' }), {
    ...data,
    columns: [column({ at: [{ accountId: 'asset-2a', currency: 'USD', debitMinor: 7n, creditMinor: 0n }] })],
  });
  expect(flow.checks[0]).toMatchObject({ id: 'cash_reconciles', holds: false, differenceMinor: '7' });
});

test('a balance sheet: assets are what the journals say, and so are liabilities, equity and earnings', () => {
  fc.assert(
    fc.property(exampleJournals, day, (journals, to) => {
      const made = make({ kind: 'balance_sheet', day: to }, journals);
      const sums = foldJournals(journals, to, KNOWN);
      for (const currency of made.currencies) {
        const net = (prefix: string): bigint =>
          sums
            .filter((sum) => sum.currency === currency && sum.accountId.startsWith(prefix))
            .reduce((all, sum) => all + netDebit(sum), 0n);
        expect(total(made, 'total:asset', currency)).toBe(net('asset'));
        expect(total(made, 'total:liability', currency)).toBe(-net('liability'));
        const earnings =
          total(made, 'computed:retained_earnings', currency) + total(made, 'computed:current_earnings', currency);
        expect(earnings).toBe(-net('income') - net('expense'));
        expect(total(made, 'total:liabilities_and_equity', currency)).toBe(net('asset'));
      }
    }),
  );
});

test('profit and loss of adjacent periods add up to that of both', () => {
  fc.assert(
    fc.property(exampleJournals, fc.tuple(day, day, day), (journals, days) => {
      const [from, middle, to] = days.toSorted() as [string, string, string];
      const dayAfter = new Date(Date.parse(middle) + 86_400_000).toISOString().slice(0, 10);
      const [first, second, both] = [
        { from, to: middle },
        { from: dayAfter, to },
        { from, to },
      ].map((days) => make({ kind: 'profit_and_loss', ...days }, journals)) as [Made, Made, Made];
      for (const currency of both.currencies)
        for (const id of ['total:income', 'total:expense', 'total:net_income'])
          expect(total(first, id, currency) + total(second, id, currency)).toBe(total(both, id, currency));
    }),
  );
});

test('the cash flow comes to the change of the cash accounts; transfers between them are none', () => {
  fc.assert(
    fc.property(exampleJournals, period, (journals, { from, to }) => {
      const made = make({ kind: 'cash_flow', from, to }, journals);
      const cash = cashLeaves(chart, settings);
      const cashAt = (day: string, currency: string): bigint =>
        foldJournals(journals, day, KNOWN)
          .filter((sum) => sum.currency === currency && cash.has(sum.accountId))
          .reduce((all, sum) => all + netDebit(sum), 0n);
      for (const currency of made.currencies) {
        const parts = ['operating', 'investing', 'financing'].reduce(
          (all, activity) => all + total(made, `total:${activity}`, currency),
          0n,
        );
        expect(parts).toBe(cashAt(to, currency) - cashAt(before(from), currency));
      }
      expect(made.lines.some(({ accountId }) => accountId !== null && cash.has(accountId))).toBe(false);
    }),
  );
});

test('cash is classified by the account on the other side', () => {
  const post = (entries: [string, 'debit' | 'credit', string][]) =>
    entries.map(([accountId, side, amountMinor]) => ({ accountId, side, amountMinor, currency: 'USD' }));
  const flows = new CashFlows(cashLeaves(chart, settings), '2026-01-31', null);
  flows.add(
    post([
      ['asset-2a', 'debit', '97'],
      ['expense-1', 'debit', '3'],
      ['income-1', 'credit', '100'],
    ]),
    '2026-01-15',
  );
  flows.add(
    post([
      ['asset-2a', 'debit', '50'],
      ['liability-2a', 'credit', '50'],
    ]),
    '2026-01-15',
  );
  flows.add(
    post([
      ['asset-2b', 'debit', '20'],
      ['asset-2a', 'credit', '20'],
    ]),
    '2026-01-15',
  );
  flows.add(
    post([
      ['equity-1', 'debit', '10'],
      ['asset-2a', 'credit', '10'],
    ]),
    '2026-01-15',
  );
  flows.add(
    post([
      ['income-1', 'debit', '5'],
      ['liability-1', 'credit', '5'],
    ]),
    '2026-01-15',
  );
  const cash = { accountId: 'asset-2a', currency: 'USD', debitMinor: 147n, creditMinor: 10n };
  const made = makeTreeStatement(parse({ kind: 'cash_flow', from: '2026-01-01', to: '2026-01-31' }), {
    chart,
    settings,
    columns: [column({ at: [cash], flows: flows.flows() })],
    base: null,
  });
  const shown = made.lines
    .filter(({ kind }) => kind !== 'group')
    .map(({ id, amounts }) => `${id} ${amounts['amount'] ?? ''}`.trim());
  expect(shown).toEqual([
    'heading:operating',
    'operating:account:income-1 100',
    'operating:account:expense-1 -3',
    'total:operating 97',
    'heading:financing',
    'financing:account:liability-2a 50',
    'financing:account:equity-1 -10',
    'total:financing 40',
    'total:net_cash 137',
    'computed:opening_cash 0',
    'total:closing_cash 137',
  ]);
  expect(made.checks[0]?.holds).toBe(true);
});

test('money that is exchanged leaves in one currency and comes in another, and is no business', () => {
  const fx = new Map(chart);
  const root = exampleAccount({ id: 'fx-position', type: 'equity', parentId: null, postable: false });
  fx.set(root.id, root);
  fx.set(
    'fx-position.EUR',
    exampleAccount({ id: 'fx-position.EUR', type: 'equity', parentId: root.id, postable: true }, root),
  );
  const flows = new CashFlows(cashLeaves(fx, settings), '2026-01-31', null);
  flows.add(
    [
      { accountId: 'asset-2a', side: 'credit', amountMinor: '110', currency: 'USD' },
      { accountId: 'fx-position.EUR', side: 'debit', amountMinor: '110', currency: 'USD' },
      { accountId: 'asset-2a', side: 'debit', amountMinor: '100', currency: 'EUR' },
      { accountId: 'fx-position.EUR', side: 'credit', amountMinor: '100', currency: 'EUR' },
    ],
    '2026-01-15',
  );
  const cash = { accountId: 'asset-2a', debitMinor: 0n, creditMinor: 0n };
  const at = [
    { ...cash, currency: 'EUR', debitMinor: 100n },
    { ...cash, currency: 'USD', creditMinor: 110n },
  ];
  const made = makeTreeStatement(parse({ kind: 'cash_flow', from: '2026-01-01', to: '2026-01-31' }), {
    chart: fx,
    settings,
    columns: [column({ at, flows: flows.flows() })],
    base: null,
  });
  expect(['EUR', 'USD'].map((currency) => total(made, 'total:exchange', currency))).toEqual([100n, -110n]);
  expect(made.checks.map(({ holds }) => holds)).toEqual([true, true]);
});

test('every template of a chart has cash, and accounts that are assumed to be investing or financing exist', () => {
  for (const { rows } of CHART_TEMPLATES) {
    const template = new Map<string, Account>();
    for (const { guards, ...row } of rows)
      template.set(row.id, exampleAccount({ ...row, guards: [...guards] }, template.get(row.parentId ?? '')));
    const assumed = assumedSettings(template);
    expect(cashLeaves(template, assumed).size + assumed.cashAccounts.length).toBeGreaterThan(1);
    for (const { accountId } of assumed.activities) expect(template.has(accountId)).toBe(true);
    for (const id of assumed.cashAccounts) expect(template.get(id)?.type).toBe('asset');
  }
});

test('a register begins and ends with the balances, and each line follows from the one before', () => {
  fc.assert(
    fc.property(exampleJournals, fc.constantFrom(...LEAVES), period, (journals, accountId, { from, to }) => {
      const account = chart.get(accountId);
      if (account === undefined) throw new Error('no account');
      const balances = (day: string): Map<string, bigint> =>
        new Map(
          foldJournals(journals, day, KNOWN)
            .filter((sum) => sum.accountId === accountId)
            .map((sum) => [sum.currency, netDebit(sum)]),
        );
      const [opening, closing] = [balances(before(from)), balances(to)];
      const register = new Register(account, { balances: opening });
      const sign = account.type === 'asset' || account.type === 'expense' ? 1n : -1n;
      const running = new Map(opening);
      for (const journal of journals) {
        if (journal.effectiveDay < from || journal.effectiveDay > to || !isPostedBy(journal, KNOWN)) continue;
        for (const line of register.lines(journal, null)) {
          const moved = BigInt(line.amounts['debit'] ?? 0) - BigInt(line.amounts['credit'] ?? 0);
          running.set(line.currency, (running.get(line.currency) ?? 0n) + moved);
          expect(BigInt(line.amounts['balance'] ?? 0)).toBe(sign * (running.get(line.currency) ?? 0n));
        }
      }
      for (const currency of ['EUR', 'JPY', 'USD']) {
        const [first, last] = [opening.get(currency) ?? 0n, closing.get(currency) ?? 0n];
        const end = register.closing({ currency, converted: false }, first, last);
        expect(end.checks[0]).toMatchObject({ id: 'register_closes', holds: true });
        expect(end.lines[0]?.amounts['balance']).toBe(`${sign * last}`);
        const missed = register.closing({ currency, converted: false }, first, last + 1n);
        expect(missed.checks[0]).toMatchObject({ holds: false });
      }
    }),
  );
});

test('a column that is compared with is the statement of its days', () => {
  fc.assert(
    fc.property(exampleJournals, asked, branch, fc.boolean(), (journals, kind, of, inBase) => {
      const table = inBase ? TWO_THIRDS : null;
      const made = make({ ...kind, branch: of, zeroLines: true }, journals, table);
      const columns = daysOfColumns(parse({ ...kind }), '01-01');
      for (const days of columns) {
        const alone = make(
          { kind: kind.kind, branch: of, zeroLines: true, ...(days.from === null ? { day: days.to } : days) },
          journals,
          table,
        );
        for (const line of alone.lines)
          for (const [name, minor] of Object.entries(line.amounts)) {
            const id = columnId(name, days, days === columns[0]);
            const same = made.lines.find(
              (one) => one.id === line.id && one.currency === line.currency && one.converted === line.converted,
            );
            // Groups of a cash flow show what some column has; else every line is there.
            expect(same?.amounts[id] ?? '0').toBe(minor);
          }
      }
      expect(made.columns).toHaveLength(columns.length * (kind.kind === 'trial_balance' ? 2 : 1));
      const ids = new Set(made.columns.map(({ id }) => id));
      for (const line of made.lines) for (const id of Object.keys(line.amounts)) expect(ids).toContain(id);
      expect(made.checks.every(({ holds }) => holds)).toBe(true);
    }),
  );
});

describe('in the base currency', () => {
  /** Two thirds of a cent for a yen: a yen has no decimals. */
  const JPY_ONLY = TWO_THIRDS.slice(-1).map((quote) => ({
    ...quote,
    day: '2026-01-01',
    rate: `0.00${'6'.repeat(30)}7`,
  }));
  const journals = [
    ['asset-1', 'income-1', '10'],
    ['asset-2a', 'income-2a', '10'],
    ['asset-2b', 'income-1', '10'],
  ].map(([debit = '', credit = '', amountMinor = '']) => ({
    effectiveDay: '2026-01-15',
    steps: [{ step: 'posted' as const, seq: 0, at: '2026-01-15T00:00:00.000Z', reason: null, routedFrom: null }],
    entries: [
      { accountId: debit, side: 'debit' as const, amountMinor, currency: 'JPY' },
      { accountId: credit, side: 'credit' as const, amountMinor, currency: 'JPY' },
    ],
  })) as Journal[];

  test('what the rounding of each balance leaves is a line of its own, and the columns are equal', () => {
    const made = make({ kind: 'trial_balance', day: '2026-01-31', inBase: true }, journals, JPY_ONLY);
    const base = made.lines.filter((line) => line.converted);
    // Three times 10 × 2/3 = 7 on one side; 20 × 2/3 = 13 and 7 on the other.
    expect(base.filter(({ id }) => id === 'computed:rounding').map(({ amounts }) => amounts)).toEqual([
      { debit: '0', credit: '1' },
    ]);
    expect(total(made, 'total:all', 'USD', 'debit', true)).toBe(21n);
    expect(total(made, 'total:all', 'USD', 'credit', true)).toBe(21n);
    expect(made.checks.at(-1)).toMatchObject({ id: 'rounding_only', holds: true, differenceMinor: '-1' });
    expect(made.rates.map(({ base }) => base)).toEqual(['JPY']);
  });

  test('without a rate nothing is converted, and it says so', () => {
    const made = make({ kind: 'balance_sheet', day: '2026-01-31', inBase: true }, journals, []);
    expect(made.lines.some((line) => line.converted)).toBe(false);
    expect(made.notes.join()).toContain('JPY on 2026-01-15 and 1 more day');
  });

  test('a ledger that does not balance is not made to by the line of the rounding', () => {
    const broken = journals.map((journal, index) => ({
      ...journal,
      entries: index === 0 ? journal.entries.slice(0, 1) : journal.entries,
    })) as Journal[];
    const made = make({ kind: 'trial_balance', day: '2026-01-31', inBase: true }, broken, JPY_ONLY);
    expect(made.checks.at(-1)).toMatchObject({ id: 'rounding_only', holds: false });
  });

  test('no currency is ever added to another one outside of it', () => {
    const mixed = [
      ...journals,
      ...journals.map((one) => ({ ...one, entries: one.entries.map((entry) => ({ ...entry, currency: 'EUR' })) })),
    ];
    const made = make({ kind: 'trial_balance', day: '2026-01-31' }, mixed as Journal[]);
    expect(['EUR', 'JPY'].map((currency) => total(made, 'total:all', currency, 'debit'))).toEqual([30n, 30n]);
    expect(made.lines.every(({ currency }) => currency === 'EUR' || currency === 'JPY')).toBe(true);
  });
});

test('an account without a place in the chart stops the statement', () => {
  const at = [{ accountId: 'nowhere', currency: 'USD', debitMinor: 1n, creditMinor: 0n }];
  const data = { chart, settings, columns: [column({ at })], base: null };
  expect(() => makeTreeStatement(parse({ kind: 'trial_balance', day: '2026-01-31' }), data)).toThrow('nowhere');
});

test('accounts without entries show when asked for, in the currencies that they may have', () => {
  const own = new Map(chart).set(
    'asset-9',
    exampleAccount({ id: 'asset-9', type: 'asset', parentId: null, postable: true, currency: 'EUR' }),
  );
  const at = [
    { accountId: 'asset-1', currency: 'USD', debitMinor: 5n, creditMinor: 0n },
    { accountId: 'equity-1', currency: 'USD', debitMinor: 0n, creditMinor: 5n },
  ];
  const data = { chart: own, settings, columns: [column({ at })], base: null };
  const ids = (zeroLines: boolean): (string | null)[] =>
    makeTreeStatement(parse({ kind: 'trial_balance', day: '2026-01-31', zeroLines }), data).lines.map(
      (line) => line.accountId,
    );
  expect(ids(false)).toEqual(['asset', 'asset-1', 'equity', 'equity-1', null]);
  expect(ids(true)).toContain('expense-2b');
  expect(ids(true)).not.toContain('asset-9');
});

describe('a restatement', () => {
  test('of the same is empty; else old and difference come to new, on every line that differs and on no other', () => {
    fc.assert(
      fc.property(exampleJournals, exampleJournals, asked, (journals, more, kind) => {
        const [then, now] = [make(kind, journals), make(kind, [...journals, ...more])];
        expect(restatedLines(then.lines, then.lines)).toEqual([]);
        const lines = restatedLines(then.lines, now.lines);
        const amount = (made: Made, id: string, currency: string, column: string): bigint =>
          total(made, id, currency, column);
        for (const line of lines)
          for (const [column, { oldMinor, newMinor, differenceMinor }] of Object.entries(line.amounts)) {
            expect(BigInt(oldMinor)).toBe(amount(then, line.id, line.currency, column));
            expect(BigInt(newMinor)).toBe(amount(now, line.id, line.currency, column));
            expect(BigInt(oldMinor) + BigInt(differenceMinor)).toBe(BigInt(newMinor));
            expect(differenceMinor).not.toBe('0');
          }
        const reported = new Set(lines.map((line) => `${line.currency} ${line.id}`));
        for (const line of now.lines)
          for (const [column, is] of Object.entries(line.amounts))
            if (amount(then, line.id, line.currency, column) !== BigInt(is))
              expect(reported).toContain(`${line.currency} ${line.id}`);
      }),
    );
  });

  test('a line that is gone stands where it stood', () => {
    const line = (id: string, amount: string): StatementLine => ({
      id,
      currency: 'USD',
      converted: false,
      kind: 'account',
      level: 0,
      label: id,
      accountId: id,
      amounts: { amount },
    });
    const lines = restatedLines(
      [line('a', '1'), line('b', '2'), line('b2', '6'), line('c', '3')],
      [line('a', '1'), line('c', '4'), line('d', '5')],
    );
    expect(lines.map(({ id, change, amounts }) => [id, change, amounts['amount']?.differenceMinor])).toEqual([
      ['b', 'removed', '-2'],
      ['b2', 'removed', '-6'],
      ['c', 'changed', '1'],
      ['d', 'added', '5'],
    ]);
  });
});
