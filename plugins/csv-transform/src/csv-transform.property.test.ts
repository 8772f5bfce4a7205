import { testPlugin } from '@countersign/plugin-sdk/test-kit';
import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, it } from 'vitest';
import plugin from './index.ts';
import { transformNaively } from './reference.ts';

const amount = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 4 }))
  .map(([units, scale]) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    return units < 0n ? `-${text}` : text;
  });
const small = fc.integer({ min: -500, max: 500 }).map((cents) => (cents / 100).toFixed(2));
const maybe = <T extends string>(cells: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary: cells }, fc.constant(''));
const label = fc
  .string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', ' ', 'é'), maxLength: 4 })
  .map((s) => s.trim());
const key = fc.constantFrom('k1', 'k2', 'k3', 'k4');

const row = fc.record({ id: key, big: maybe(amount), fee: maybe(small), label, kind: fc.constantFrom('x', 'y', 'z') });
const COLUMNS = ['id', 'big', 'fee', 'label', 'kind'];
const second = fc
  .uniqueArray(fc.record({ key, rate: maybe(small), owner: label }), { selector: (one) => one.key, minLength: 1 })
  .map((rows) => toCsv(['key', 'rate', 'owner'], rows));

const numberOf = fc.constantFrom('big', 'fee');
const condition = fc.oneof(
  fc.record({ column: fc.constant('kind'), is: fc.constantFrom('=', '!='), to: fc.constantFrom('x', 'y') }),
  fc.record({ column: numberOf, is: fc.constantFrom('<', '<=', '>', '>='), to: small }),
  fc.record({ column: fc.constant('kind'), is: fc.constantFrom('in', 'not in'), to: fc.constant(['x', 'z']) }),
  fc.record({ column: numberOf, is: fc.constantFrom('empty', 'not empty') }),
  fc.record({ column: fc.constant('label'), is: fc.constantFrom('contains', 'starts with'), to: fc.constant('a') }),
);
const filter = fc.oneof(
  fc.array(condition, { minLength: 1, maxLength: 3 }).map((all) => ({ do: 'filter', all })),
  fc.array(condition, { minLength: 1, maxLength: 3 }).map((any) => ({ do: 'filter', any })),
);
const operand = fc.oneof(
  numberOf,
  small.map((value) => ({ value })),
);
const compute = (column: string) =>
  fc
    .record({
      operation: fc.constantFrom('add', 'subtract', 'multiply', 'divide', 'concat'),
      of: fc.tuple(operand, operand),
      decimals: fc.option(fc.integer({ min: 0, max: 6 })),
    })
    .map(({ operation, of, decimals }) => {
      // A fixed divisor that is not zero: what divides by a zero in the file is refused, and tested by itself.
      if (operation === 'divide')
        return { do: 'compute', column, divide: [of[0], { value: '3.7' }], decimals: decimals ?? 2 };
      return {
        do: 'compute',
        column,
        [operation]: of,
        ...(operation === 'concat' || decimals === null ? {} : { decimals }),
      };
    });
const join = fc
  .constantFrom('keep', 'drop')
  .map((unmatched) => ({ do: 'join', on: { id: 'key' }, take: ['rate', 'owner'], unmatched }));
const group = fc.subarray(['id', 'kind']).map((by) => ({ do: 'group', by, sum: ['big', 'fee'], count: 'rows' }));
const end = fc.constantFrom<readonly object[]>(
  [],
  [{ do: 'select', columns: ['fee', 'big'] }],
  [
    { do: 'rename', columns: { big: 'amount' } },
    { do: 'select', columns: ['amount'] },
  ],
);

const recipes = fc
  .record({
    first: fc.option(filter, { nil: null }),
    computed: fc.option(compute('c1'), { nil: null }),
    joined: fc.option(join, { nil: null }),
    again: fc.option(filter, { nil: null }),
    grouped: fc.option(group, { nil: null }),
    end,
    split: fc.boolean(),
  })
  .map(({ first, computed, joined, again, grouped, end: last, split }) => {
    const before = [first, computed, joined, again].filter((step) => step !== null);
    const keepsKind = last.length === 0 && (grouped === null || grouped.by.includes('kind'));
    const steps = [...before, ...(grouped === null ? [] : [grouped]), ...last];
    return {
      steps: split && keepsKind ? [...steps, { do: 'split', by: 'kind' }] : steps,
      output: { name: 'out', formulas: 'keep' },
    };
  });

it('does what a recipe means: the same files as a naive reading in memory, and totals that agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 25 }),
      second,
      recipes,
      fc.integer({ min: 1, max: 60 }),
      async (rows, other, recipe, pieceLength) => {
        const text = JSON.stringify(recipe);
        const files = { file: toCsv(COLUMNS, rows), second: other };
        const params = { file: 'f', second: 's', recipe: text };
        const run = testPlugin(plugin, { files, params, pieceLength });
        expect(run.validate()).toEqual([]);
        const proposal = await run.execute();
        const expected = transformNaively(text, files.file, files.second);
        expect(Object.fromEntries(run.drafts)).toEqual(Object.fromEntries(expected));
        expect(proposal.effects.map((effect) => effect.key)).toEqual([...expected.keys()]);
        expect(proposal.metrics['Control totals']).toBe('agree');
      },
    ),
    { numRuns: 1_000 },
  );
}, 60_000);

function toCsv(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  return Papa.unparse([columns, ...rows.map((one) => columns.map((column) => one[column] ?? ''))] as string[][]);
}
