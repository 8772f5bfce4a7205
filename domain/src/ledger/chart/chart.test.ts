import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyCodes } from '../../money/currencies.ts';
import type { Guard } from '../../schemas/account.ts';
import { ledgerIntentSchema } from '../../schemas/ledger-intent.ts';
import { MemoryLedger } from '../testing/memory-ledger.ts';
import { chartIntents } from './chart-intents.ts';
import { rowsOfAccounts, type ChartRow } from './chart-row.ts';
import { readChart } from './read-chart.ts';
import { CHART_TEMPLATES } from './templates.ts';
import { writeChart } from './write-chart.ts';

const AT = '2026-11-22T10:00:00.000Z';
const OPTIONS = { orgId: 'acme', reason: 'Chart of a file' };

/** Hands a plan in: every intent must be taken. */
function carryOut(ledger: MemoryLedger, rows: readonly ChartRow[]): MemoryLedger {
  const plan = chartIntents(rows, ledger.accounts.values(), OPTIONS);
  expect(plan.issues).toEqual([]);
  for (const intent of plan.intents) ledgerIntentSchema.parse(intent);
  expect(ledger.run(plan.intents, AT).refusals).toEqual([]);
  return ledger;
}

const withoutLines = (rows: readonly object[]): object[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'line')));

const day = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const currency = fc.constantFrom(...currencyCodes);
const limitMinor = fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String);
const guard: fc.Arbitrary<Guard> = fc.oneof(
  fc.constant<Guard>({ kind: 'not_below_zero' }),
  fc.record({ kind: fc.constant('credit_limit' as const), currency, limitMinor }),
  fc.record({
    kind: fc.constant('daily_limit' as const),
    currency,
    side: fc.constantFrom('debit' as const, 'credit' as const),
    limitMinor,
  }),
);
const guards = fc.uniqueArray(guard, {
  maxLength: 4,
  selector: (one) =>
    one.kind === 'not_below_zero' ? one.kind : `${one.kind} ${one.currency} ${'side' in one ? one.side : ''}`,
});
const TEMPTING = ['=1+1', "'=1+1", "''@x", '-5', '+5', "'", 'a, "b"', 'zwei\nZeilen', 'Bücher; Medien', '@', "'x"];
const name = fc
  .oneof(fc.constantFrom(...TEMPTING), fc.string({ minLength: 1, maxLength: 40 }))
  .map((text) => text.replace(/\r\n?/g, '\n').trim())
  .filter((text) => text !== '');
const id = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.-'), minLength: 1, maxLength: 8 });

/** Trees of any form: each account lies under one before it that only sums up, or is a root. */
const chart: fc.Arbitrary<ChartRow[]> = fc
  .uniqueArray(
    fc.record({
      id,
      name,
      postable: fc.boolean(),
      type: fc.constantFrom(
        'asset' as const,
        'liability' as const,
        'equity' as const,
        'income' as const,
        'expense' as const,
      ),
      currency: fc.option(currency),
      branch: fc.option(id),
      openedOn: fc.option(day),
      closed: fc.boolean(),
      closedOn: day,
      guards,
      above: fc.nat(),
    }),
    { minLength: 1, maxLength: 25, selector: (row) => row.id },
  )
  .map((drafts) => {
    const rows: ChartRow[] = [];
    const depths = new Map<string, number>();
    for (const { above, ...draft } of drafts) {
      const parents = rows.filter((row) => !row.postable && (depths.get(row.id) ?? 0) < 8);
      const parent = parents.length === 0 || above % 3 === 0 ? undefined : parents[above % parents.length];
      depths.set(draft.id, parent === undefined ? 0 : (depths.get(parent.id) ?? 0) + 1);
      const closed = draft.closed || parent?.closed === true;
      rows.push({
        ...draft,
        type: parent?.type ?? draft.type,
        currency: parent?.currency ?? draft.currency,
        parentId: parent?.id ?? null,
        closed,
        closedOn: closed ? draft.closedOn : null,
      });
    }
    return rows;
  });
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

describe('a chart as CSV', () => {
  test('comes back as it went out, whatever is in its names', () => {
    fc.assert(
      fc.property(chart, (rows) => {
        const read = readChart(writeChart(rows));
        expect(read.issues).toEqual([]);
        expect(withoutLines(read.rows).sort(byId as never)).toEqual([...rows].sort(byId));
      }),
      { numRuns: 300 },
    );
  });

  test('goes through the ledger and comes back; the same file again asks for nothing', () => {
    fc.assert(
      fc.property(chart, (rows) => {
        const { accounts } = carryOut(new MemoryLedger(), readChart(writeChart(rows)).rows);
        expect(rowsOfAccounts(accounts.values()).sort(byId)).toEqual([...rows].sort(byId));
        const again = readChart(writeChart(rowsOfAccounts(accounts.values())));
        expect(chartIntents(again.rows, accounts.values(), OPTIONS)).toMatchObject({
          intents: [],
          issues: [],
          unchanged: { length: rows.length },
        });
      }),
      { numRuns: 150 },
    );
  });

  test('from one chart to another of the same accounts: names, branches, guards, closing and opening again', () => {
    fc.assert(
      fc.property(
        chart,
        fc.array(fc.record({ name, guards, branch: fc.option(id), closed: fc.boolean() }), {
          minLength: 25,
          maxLength: 25,
        }),
        (rows, news) => {
          const ledger = carryOut(new MemoryLedger(), rows);
          const after: ChartRow[] = [];
          rows.forEach((row, at) => {
            const change = news[at] as (typeof news)[number];
            const closed = change.closed || after.find((one) => one.id === row.parentId)?.closed === true;
            after.push({ ...row, ...change, closed, closedOn: closed ? (row.closedOn ?? '2026-01-31') : null });
          });
          const changed = carryOut(ledger, readChart(writeChart(after)).rows);
          expect(rowsOfAccounts(changed.accounts.values()).sort(byId)).toEqual([...after].sort(byId));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a file that is not right', () => {
  const issuesOf = (...lines: string[]): (readonly [number | null, string | null, string])[] =>
    readChart(lines.join('\n')).issues.map(({ line, column, code }) => [line, column, code]);

  test('names line, column, what is expected and found, and what to do', () => {
    const file = readChart('id,name,type,currency\nbank,Bank,asset,usd\n');
    expect(file).toEqual({
      rows: [],
      issues: [
        {
          line: 2,
          column: 'currency',
          code: 'currency_unknown',
          expected: 'an ISO 4217 code, or nothing for any currency',
          found: '"usd"',
          message: 'Expected an ISO 4217 code, or nothing for any currency, found "usd"',
          remedy: 'Write a code such as USD',
        },
      ],
    });
  });

  test.each([
    [
      ['id,parent,name,type,postable', 'a b,,A,asset,', 'x,,,thing,maybe'],
      [
        [2, 'id', 'id_malformed'],
        [3, 'name', 'name_length'],
        [3, 'type', 'type_unknown'],
        [3, 'postable', 'postable_unknown'],
      ],
    ],
    [
      ['id,name,type,opened on,closed on,guards,branch', 'a,A,asset,2026-02-30,soon,never,b c'],
      [
        [2, 'branch', 'branch_malformed'],
        [2, 'opened on', 'day_invalid'],
        [2, 'closed on', 'day_invalid'],
        [2, 'guards', 'guard_unknown'],
      ],
    ],
    [
      ['id,parent,name,type', 'a,b,A,asset', 'b,a,B,asset'],
      [
        [2, 'parent', 'parent_circle'],
        [3, 'parent', 'parent_circle'],
      ],
    ],
    [['id,parent,name,type', 'a,,A,asset', 'a,,A,asset'], [[3, 'id', 'id_twice']]],
    [['id,parent,name,type', 'a,,A,asset', 'b,a,B,income'], [[3, 'parent', 'parent_type_differs']]],
    [['id,parent,name,type,postable', 'a,,A,asset,yes', 'b,a,B,asset,'], [[3, 'parent', 'parent_postable']]],
    [['id,parent,name,type,closed on', 'a,,A,asset,2026-01-01', 'b,a,B,asset,'], [[3, 'parent', 'parent_closed']]],
    [
      ['id,parent,name,type,currency', 'a,,A,asset,EUR', 'b,a,B,asset,EUR', 'c,a,C,asset,', 'd,a,D,asset,USD'],
      [
        [4, 'parent', 'parent_currency'],
        [5, 'parent', 'parent_currency'],
      ],
    ],
    [['id,name,type,currency', 'suspense,Suspense,asset,EUR'], [[2, 'id', 'suspense_account']]],
    [['id,name,type,closed on', 'suspense,Suspense,asset,closed'], [[2, 'id', 'suspense_account']]],
    [['id,name', 'a,A'], [[1, 'type', 'missing_column']]],
    [['id,name,type,guards', 'a,A,asset,credit limit JPY 1.5'], [[2, 'guards', 'guard_unknown']]],
  ])('%j', (lines, expected) => {
    expect(issuesOf(...lines)).toEqual(expected);
  });

  test('a parent that is nowhere, and a field that an account has for good', () => {
    const { accounts } = carryOut(new MemoryLedger(), readChart('id,name,type\nbank,Bank,asset\n').rows);
    const file = readChart('id,parent,name,type,currency\nbank,,Bank,expense,USD\ntill,cash,Till,asset,\n');
    const plan = chartIntents(file.rows, accounts.values(), OPTIONS);
    expect(plan.intents).toEqual([]);
    expect(plan.issues.map(({ line, column, code, found }) => [line, column, code, found])).toEqual([
      [2, 'type', 'account_differs', '"expense"'],
      [2, 'currency', 'account_differs', '"USD"'],
      [3, 'parent', 'parent_missing', '"cash"'],
    ]);
  });

  test('what lies under no parent comes first, however the file has it', () => {
    const { rows } = readChart('id,parent,name,type\nc,b,C,asset\nb,a,B,asset\na,,A,asset\n');
    expect(rows.map((row) => [row.id, row.postable, row.line])).toEqual([
      ['a', false, 4],
      ['b', false, 3],
      ['c', true, 2],
    ]);
  });
});

describe('templates', () => {
  test.each(CHART_TEMPLATES.map((template) => [template.id, template] as const))(
    '%s opens as it is, and survives its own file',
    (_, { rows }) => {
      const { accounts } = carryOut(new MemoryLedger(), rows);
      expect(accounts.size).toBe(rows.length);
      expect(withoutLines(readChart(writeChart(rows)).rows).sort(byId as never)).toEqual([...rows].sort(byId));
      for (const row of rows)
        expect([row.id, rows.some((one) => one.parentId === row.id) && row.postable]).toEqual([row.id, false]);
    },
  );
});
