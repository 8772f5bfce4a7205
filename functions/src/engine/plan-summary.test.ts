import { exampleEffect } from '@countersign/domain/plan/example-effect';
import { pageHash } from '@countersign/domain/plan/digest';
import { totalsOf } from '@countersign/domain/plan/totals';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { config } from '../config.ts';
import { documentBytes, MAX_DOCUMENT_BYTES } from '../store/limits.ts';
import { countProblems, countRefusedRows, toPages } from './plan-summary.ts';
import { parsePlanOutput, parseReportOutput } from './plugin-output.ts';

const NOW = '2026-11-22T10:00:00.000Z';

test('every effect is on one page, in its order; no page is longer or larger than it may be', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      (lengths, pageSize) => {
        const effects = lengths.map((length, index) =>
          exampleEffect({ reference: `R-${index}`, description: 'x'.repeat(length) }),
        );
        const pages = toPages(effects, pageSize, 3, NOW);
        expect(pages.flatMap((page) => page.effects)).toEqual(effects);
        pages.forEach((page, index) => {
          expect(page).toMatchObject({
            index,
            attempt: 3,
            hash: pageHash(index, page.effects),
            totals: totalsOf(page.effects),
          });
          expect(page.effects.length).toBeGreaterThan(0);
          expect(page.effects.length).toBeLessThanOrEqual(pageSize);
        });
      },
    ),
  );
});

test('a page of the largest effects fits into a document', () => {
  const effects = Array.from({ length: 400 }, (_, index) =>
    exampleEffect({ reference: `R-${index}-${'ü'.repeat(190)}`, description: '€'.repeat(300) }),
  );
  for (const page of toPages(effects, 200, 1, NOW))
    expect(
      documentBytes('orgs/acme/executions/x/pages/1-000000', { ...page, effects: JSON.stringify(page.effects) }),
    ).toBeLessThan(MAX_DOCUMENT_BYTES);
});

test('problems are counted by code and severity, the most frequent first', () => {
  const problem = (code: string, severity: 'refused' | 'notice') => ({
    line: 1,
    column: null,
    reference: null,
    code,
    message: `first ${code}`,
    remedy: '',
    severity,
  });
  expect(
    countProblems([problem('a', 'refused'), problem('b', 'refused'), problem('b', 'refused'), problem('b', 'notice')]),
  ).toEqual([
    { code: 'b', severity: 'refused', count: 2, message: 'first b' },
    { code: 'a', severity: 'refused', count: 1, message: 'first a' },
    { code: 'b', severity: 'notice', count: 1, message: 'first b' },
  ]);
});

const output = {
  effects: [exampleEffect()],
  problems: [],
  rowCount: 1,
  refusedTotals: [],
  message: 'x',
  metrics: {},
  warnings: [],
  rechecks: [],
  tables: [],
};

test.each<[string, unknown, string]>([
  ['nothing', null, 'plugin_error'],
  ['a list', [], 'plugin_error'],
  ['one field more', { ...output, approved: true }, 'plugin_error'],
  ['one field less', { ...output, warnings: undefined }, 'plugin_error'],
  ['an effect of another kind', { ...output, effects: [{ ...exampleEffect(), kind: 'shell.run' }] }, 'plugin_error'],
  [
    'an amount that is a number',
    { ...output, effects: [{ ...exampleEffect(), data: { ...exampleEffect().data, amountMinor: 1000 } }] },
    'plugin_error',
  ],
  ['an amount with leading zeros', { ...output, effects: [exampleEffect({ amountMinor: '0100' })] }, 'plugin_error'],
  [
    'more effects than a run takes',
    { ...output, effects: Array.from({ length: config.maxEffects + 1 }, () => null) },
    'limit_exceeded',
  ],
])('what a plugin returns is data from an untrusted place: %s', (_, result, code) => {
  expect(parsePlanOutput(output)).toEqual(output);
  expect(() => parsePlanOutput(result)).toThrow(expect.objectContaining({ code }));
});

test.each([['../../x.csv'], ['.hidden'], ['a/b.csv'], ['']])('a report can not name its file %j', (name) => {
  const report = { success: true, message: 'x', files: [{ name, contentType: 'text/csv', text: '' }] };
  expect(() => parseReportOutput(report)).toThrow(expect.objectContaining({ code: 'plugin_error' }));
  expect(parseReportOutput({ ...report, files: [{ ...report.files[0], name: 'results.csv' }] }).files).toHaveLength(1);
});

test('a row with two problems is one row left out', () => {
  const at = (line: number | null, severity: 'refused' | 'notice' = 'refused') => ({ line, severity });
  expect(countRefusedRows([at(5), at(6), at(6), at(7), at(8, 'notice')])).toBe(3);
  expect(countRefusedRows([at(null), at(null), at(2)])).toBe(3);
});
