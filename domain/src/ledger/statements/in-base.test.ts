import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RateQuote } from '../../schemas/fx.ts';
import type { Account } from '../../schemas/account.ts';
import type { Journal } from '../../schemas/journal.ts';
import { statementParametersSchema } from '../../schemas/statement.ts';
import { addDays } from '../../schedule/wall-time.ts';
import { RateIndex } from '../fx/rate-table.ts';
import { BaseRates } from './base-rates.ts';
import { CashFlows } from './cash-flow.ts';
import { daysOfColumns } from './compared.ts';
import { DayRated, ofDaysIn } from './day-rated.ts';
import { exampleAccount, exampleChart } from './example-books.ts';
import { foldJournals } from './as-known-at.ts';
import { cashOfBranch, makeTreeStatement, type ColumnData, type Made, type TreeParameters } from './make-statement.ts';
import { dayBeforeYear } from './titles.ts';

const chart = new Map(exampleChart());
const root = exampleAccount({ id: 'fx-position', type: 'equity', parentId: null, postable: false });
chart.set(root.id, root);
chart.set(
  'fx-position.EUR',
  exampleAccount({ id: 'fx-position.EUR', type: 'equity', parentId: root.id, postable: true }, root),
);
const settings = { cashAccounts: ['asset-2'], activities: [] };

type Entry = readonly [accountId: string, side: 'debit' | 'credit', amountMinor: bigint, currency: string];
const journal = (effectiveDay: string, ...entries: Entry[]): Journal =>
  ({
    effectiveDay,
    steps: [{ step: 'posted', seq: 0, at: `${effectiveDay}T00:00:00.000Z`, reason: null, routedFrom: null }],
    entries: entries.map(([accountId, side, amountMinor, currency]) => ({
      accountId,
      side,
      amountMinor: `${amountMinor}`,
      currency,
    })),
  }) as Journal;
const move = (day: string, debit: string, credit: string, amountMinor: bigint, currency = 'EUR'): Journal =>
  journal(day, [debit, 'debit', amountMinor, currency], [credit, 'credit', amountMinor, currency]);
const quote = (day: string, rate: string, base = 'EUR', counter = 'USD'): RateQuote => ({
  base,
  quote: counter,
  rate,
  source: 'ECB',
  observedAt: `${day}T14:15:00.000Z`,
  day,
});

function make(raw: Record<string, unknown>, journals: readonly Journal[], table: readonly RateQuote[]): Made {
  const parameters = statementParametersSchema.parse({ ...raw, inBase: true }) as TreeParameters;
  const rates = new BaseRates(new RateIndex(table), 'USD');
  const spans = daysOfColumns(parameters, '01-01').map((days) => ({
    days,
    beforeDay: days.from === null ? dayBeforeYear(days.to, '01-01') : addDays(days.from, -1),
  }));
  const moves = new DayRated(
    rates,
    spans.flatMap(({ days, beforeDay }) => [days.to, beforeDay]),
  );
  for (const { entries, effectiveDay } of journals)
    for (const { accountId, currency, side, amountMinor } of entries)
      if (currency !== 'USD' && ofDaysIn(parameters.kind)(chart.get(accountId) as Account))
        moves.add(accountId, currency, effectiveDay, BigInt(amountMinor) * (side === 'debit' ? 1n : -1n));
  const columns = spans.map(({ days, beforeDay }): ColumnData => {
    const flows = new CashFlows(cashOfBranch(chart, settings, parameters.branch), days.to, rates);
    if (parameters.kind === 'cash_flow')
      for (const { entries, effectiveDay } of journals)
        if (effectiveDay > beforeDay && effectiveDay <= days.to) flows.add(entries, effectiveDay);
    return {
      days,
      beforeDay,
      at: foldJournals(journals, days.to, '9999-12-31'),
      before: foldJournals(journals, beforeDay, '9999-12-31'),
      flows: flows.flows(),
      flowsOfDays: flows.ofDays(),
    };
  });
  return makeTreeStatement(parameters, { chart, settings, columns, base: { rates, moves } });
}

const base = (made: Made, id: string, column = 'amount'): string | undefined =>
  made.lines.find((line) => line.converted && line.id === id)?.amounts[column];

describe('by hand', () => {
  // Capital of EUR 500 at 1.05, a sale of EUR 1,000 at 1.10, a cost of EUR 300 at 1.15; the year closes at 1.12, March at 1.20.
  const journals = [
    move('2025-11-03', 'asset-2a', 'equity-1', 500_00n),
    move('2025-12-05', 'asset-1', 'income-1', 1_000_00n),
    move('2026-02-10', 'expense-1', 'asset-2a', 300_00n),
    move('2026-02-20', 'asset-2a', 'asset-1', 1_000_00n),
  ];
  const table = [
    quote('2025-11-03', '1.05'),
    quote('2025-12-05', '1.10'),
    quote('2025-12-31', '1.12'),
    quote('2026-02-10', '1.15'),
    quote('2026-02-20', '1.18'),
    quote('2026-03-31', '1.20'),
  ];

  test('a balance sheet: closing rate, rates of the days, and what is between them by name', () => {
    const made = make({ kind: 'balance_sheet', day: '2026-03-31', compare: ['prior_year_end'] }, journals, table);
    const line = (id: string) => [base(made, id), base(made, id, 'amount:2025-12-31')];
    expect(line('total:asset')).toEqual(['144000', '168000']);
    expect(line('account:equity-1')).toEqual(['52500', '52500']);
    expect(line('computed:retained_earnings')).toEqual(['110000', '0']);
    expect(line('computed:current_earnings')).toEqual(['-34500', '110000']);
    // 500 × (1.20 − 1.05) + 1,000 × (1.20 − 1.10) − 300 × (1.20 − 1.15); at the end of the year 500 × 0.07 + 1,000 × 0.02.
    expect(line('computed:translation')).toEqual(['16000', '5500']);
    expect(line('total:liabilities_and_equity')).toEqual(['144000', '168000']);
    expect(base(made, 'computed:rounding')).toBeUndefined();
    expect(made.notes.join()).toContain('closing rate of 31 March 2026');
  });

  test('a trial balance has the same line, on the side where it lies', () => {
    const made = make({ kind: 'trial_balance', day: '2026-03-31' }, journals, table);
    expect(made.lines.find(({ id }) => id === 'computed:translation')?.amounts).toEqual({
      debit: '0',
      credit: '16000',
    });
  });

  test('profit and loss: of the days, and no closing rate is asked for', () => {
    const days = { from: '2026-01-01', to: '2026-03-31' };
    const made = make({ kind: 'profit_and_loss', ...days, compare: ['prior_period'] }, journals, table);
    expect(base(made, 'total:net_income')).toBe('-34500');
    expect(base(made, 'total:net_income', 'amount:2025-10-01_2025-12-31')).toBe('110000');
    expect(made.rates.map(({ asOf, used }) => `${asOf} ${used}`)).toEqual(['2025-12-05 day', '2026-02-10 day']);
  });

  test('cash flow: flows of their days, cash at the closing rates of its days, and the effect of the rates by name', () => {
    const made = make({ kind: 'cash_flow', from: '2026-01-01', to: '2026-03-31' }, journals, table);
    expect(base(made, 'computed:opening_cash')).toBe('56000');
    expect(base(made, 'total:operating')).toBe(`${118_000 - 34_500}`);
    // 500 × (1.20 − 1.12) − 300 × (1.20 − 1.15) + 1,000 × (1.20 − 1.18)
    expect(base(made, 'computed:rate_effect')).toBe('4500');
    expect(base(made, 'total:closing_cash')).toBe('144000');
    expect(base(made, 'total:net_cash')).toBe('88000');
  });

  test('every rate is named, with its day, when it was observed, its source and what it was for', () => {
    const made = make({ kind: 'balance_sheet', day: '2026-03-31' }, journals, table);
    expect(made.rates.map(({ asOf, used }) => `${asOf} ${used}`)).toEqual([
      '2025-11-03 day',
      '2025-12-05 day',
      '2026-02-10 day',
      '2026-03-31 closing',
    ]);
    expect(made.rates.at(-1)).toEqual({
      base: 'EUR',
      quote: 'USD',
      rate: '1.20',
      source: 'ECB',
      asOf: '2026-03-31',
      observedAt: '2026-03-31T14:15:00.000Z',
      used: 'closing',
    });
  });

  test('a compared day without a rate is left out of the section, by name; one of its own leaves the section out', () => {
    const without = (day: string) => table.filter((one) => one.day !== day);
    const asked = { kind: 'balance_sheet', day: '2026-03-31', compare: ['prior_year_end'] };
    const half = make(asked, journals, without('2025-12-31'));
    expect(base(half, 'total:asset')).toBe('144000');
    expect(base(half, 'total:asset', 'amount:2025-12-31')).toBeUndefined();
    expect(half.notes.join()).toContain('31 Dec 2025 is not converted to USD: there is no rate for EUR on 2025-12-31');
    const none = make(asked, journals, without('2026-02-10'));
    expect(none.lines.some(({ converted }) => converted)).toBe(false);
    expect(none.notes.join()).toContain('EUR on 2026-02-10');
  });

  test('a position mirrors balances, and goes with the closing rate: what is not revalued yet is seen on it', () => {
    const bought = journal(
      '2026-02-10',
      ['asset-2a', 'debit', 100_00n, 'EUR'],
      ['fx-position.EUR', 'credit', 100_00n, 'EUR'],
      ['fx-position.EUR', 'debit', 115_00n, 'USD'],
      ['asset-1', 'credit', 115_00n, 'USD'],
    );
    const made = make({ kind: 'balance_sheet', day: '2026-03-31' }, [bought], table);
    expect(base(made, 'account:fx-position.EUR')).toBe('500');
    expect(base(made, 'computed:translation')).toBeUndefined();
  });
});

describe('any journals, any rates', () => {
  const DAYS = ['2025-11-03', '2025-12-31', '2026-01-02', '2026-02-10', '2026-03-31'];
  const EXPONENTS: Record<string, number> = { EUR: 2, JPY: 0, KWD: 3, USD: 2 };
  const rate = fc
    .integer({ min: 1, max: 9_999_999 })
    .map((n) => `${Math.floor(n / 10_000)}.${String(n % 10_000).padStart(4, '0')}`);
  const nonZero = rate.filter((text) => /[1-9]/.test(text));
  /** EUR as it is, KWD the other way round, JPY through EUR. */
  const table = fc.tuple(...DAYS.map(() => fc.tuple(nonZero, nonZero, nonZero))).map((rows) =>
    rows.flatMap(([eur, kwd, jpy], at) => {
      const day = DAYS[at] ?? '';
      return [quote(day, eur), quote(day, kwd, 'USD', 'KWD'), quote(day, jpy, 'EUR', 'JPY')];
    }),
  );
  const leaf = fc.constantFrom(
    'asset-1',
    'asset-2a',
    'asset-2b',
    'liability-1',
    'equity-1',
    'income-1',
    'expense-1',
    'income-2a',
  );
  const journals = fc.array(
    fc
      .tuple(
        fc.constantFrom(...DAYS),
        leaf,
        leaf,
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.constantFrom('EUR', 'JPY', 'KWD', 'USD'),
      )
      .map(([day, debit, credit, amount, currency]) => move(day, debit, credit, amount, currency)),
    { minLength: 1, maxLength: 20 },
  );
  /** As text into a double: near enough to find a wrong rate or a wrong sign, and another way than the code's. */
  const rateOf = (quotes: readonly RateQuote[], currency: string, day: string): number => {
    const of = (b: string, q: string): number =>
      Number(quotes.find((one) => one.day === day && one.base === b && one.quote === q)?.rate);
    if (currency === 'USD') return 1;
    if (currency === 'KWD') return 1 / of('USD', 'KWD');
    return currency === 'EUR' ? of('EUR', 'USD') : of('EUR', 'USD') / of('EUR', 'JPY');
  };
  const dollars = (quotes: readonly RateQuote[], minor: bigint, currency: string, day: string): number =>
    (Number(minor) / 10 ** (EXPONENTS[currency] ?? 2)) * rateOf(quotes, currency, day) * 100;
  const near = (actual: string | undefined, expected: number, scale: number): void =>
    expect(Math.abs(Number(actual ?? 0) - expected)).toBeLessThan(5 + scale * 1e-9);

  test('a balance sheet balances; its earnings are those of the days, its translation difference what the rates have made', () => {
    fc.assert(
      fc.property(journals, table, fc.constantFrom(null, 'north'), (list, quotes, branch) => {
        const made = make({ kind: 'balance_sheet', day: '2026-03-31', branch }, list, quotes);
        if (!made.lines.some(({ converted }) => converted)) return;
        expect(base(made, 'total:liabilities_and_equity')).toBe(base(made, 'total:asset'));
        expect(made.checks.every(({ holds }) => holds)).toBe(true);
        let [earnings, translation, scale] = [0, 0, 0];
        for (const { entries, effectiveDay } of list)
          for (const { accountId, side, amountMinor, currency } of entries) {
            if (branch !== null && accountId !== `${accountId.split('-')[0]}-1`) continue;
            const net = BigInt(amountMinor) * (side === 'debit' ? 1n : -1n);
            const [then, closing] = [effectiveDay, '2026-03-31'].map((day) => dollars(quotes, net, currency, day)) as [
              number,
              number,
            ];
            scale += Math.abs(then) + Math.abs(closing);
            if (/^(income|expense)/.test(accountId)) earnings -= then;
            if (/^(income|expense|equity)/.test(accountId)) translation -= closing - then;
          }
        near(base(made, 'computed:translation'), translation, scale);
        near(
          `${BigInt(base(made, 'computed:retained_earnings') ?? 0) + BigInt(base(made, 'computed:current_earnings') ?? 0)}`,
          earnings,
          scale,
        );
        const income = make({ kind: 'profit_and_loss', from: '2026-01-01', to: '2026-03-31', branch }, list, quotes);
        if (base(income, 'total:net_income') !== undefined)
          expect(base(income, 'total:net_income')).toBe(base(made, 'computed:current_earnings'));
      }),
      { numRuns: 200 },
    );
  });

  test('cash: opening, flows, effect of the rates and rounding come to closing, each at its rate', () => {
    fc.assert(
      fc.property(journals, table, (list, quotes) => {
        const made = make({ kind: 'cash_flow', from: '2026-01-01', to: '2026-03-31' }, list, quotes);
        if (!made.lines.some(({ converted }) => converted)) return;
        expect(made.checks.every(({ holds }) => holds)).toBe(true);
        const cash = (day: string, to: string, of = (value: number) => value): number =>
          list
            .filter(({ effectiveDay }) => effectiveDay <= to)
            .flatMap(({ entries }) => entries)
            .filter(({ accountId }) => accountId.startsWith('asset-2'))
            .reduce(
              (sum, { side, amountMinor, currency }) =>
                sum + of(dollars(quotes, BigInt(amountMinor) * (side === 'debit' ? 1n : -1n), currency, day)),
              0,
            );
        near(
          base(made, 'computed:opening_cash'),
          cash('2025-12-31', '2025-12-31'),
          cash('2025-12-31', '2025-12-31', Math.abs),
        );
        near(
          base(made, 'total:closing_cash'),
          cash('2026-03-31', '2026-03-31'),
          cash('2026-03-31', '2026-03-31', Math.abs),
        );
        const [rounding, closing, opening, net] = [
          'computed:rounding',
          'total:closing_cash',
          'computed:opening_cash',
          'total:net_cash',
        ].map((id) => BigInt(base(made, id) ?? 0)) as [bigint, bigint, bigint, bigint];
        expect(closing - opening).toBe(net);
        expect(rounding < 30n && rounding > -30n).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('with the same rate on every day, nothing is translated', () => {
    fc.assert(
      fc.property(journals, (list) => {
        const quotes = DAYS.flatMap((day) => [
          quote(day, '1.1'),
          quote(day, '0.3', 'USD', 'KWD'),
          quote(day, '160', 'EUR', 'JPY'),
        ]);
        const made = make({ kind: 'balance_sheet', day: '2026-03-31' }, list, quotes);
        expect(base(made, 'computed:translation')).toBeUndefined();
        expect(
          base(make({ kind: 'cash_flow', from: '2026-01-01', to: '2026-03-31' }, list, quotes), 'computed:rate_effect'),
        ).toBeUndefined();
      }),
    );
  });
});
