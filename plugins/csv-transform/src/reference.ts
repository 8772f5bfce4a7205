import Papa from 'papaparse';
import { readRecipe } from './read-recipe.ts';
import type { Condition, Operand, Step } from './recipe.ts';

/** Rows in memory, by column name. */
export type Rows = readonly Readonly<Record<string, string>>[];
interface Table {
  readonly columns: readonly string[];
  readonly rows: Rows;
}

/**
 * What a recipe means, written as plainly as can be, over tables in memory, for tests of what streams. Numbers are
 * fractions of bigints. Knows only inputs without faults.
 * @returns CSV text of each file, by name
 */
export function transformNaively(recipeText: string, file: string, second: string | null): Map<string, string> {
  const { steps, output } = readRecipe(recipeText);
  let table = parse(file);
  for (const step of steps) table = apply(step, table, second);
  const split = steps.find((step) => step.do === 'split');
  if (split === undefined) return new Map([[`${output.name}.csv`, csv(table)]]);
  const files = new Map<string, Record<string, string>[]>();
  for (const row of table.rows) {
    const value = row[split.by] ?? '';
    const name = `${output.name}-${value === '' ? 'empty' : value}.csv`;
    files.set(name, [...(files.get(name) ?? []), row]);
  }
  return new Map([...files].map(([name, rows]) => [name, csv({ columns: table.columns, rows })]));
}

function parse(text: string): Table {
  const { data, meta } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: 'greedy' });
  return { columns: meta.fields ?? [], rows: data };
}

function csv({ columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  return lines.map((cells) => Papa.unparse([cells], { newline: '\r\n' }) || '""').join('\r\n') + '\r\n';
}

function apply(step: Step, { columns, rows }: Table, second: string | null): Table {
  switch (step.do) {
    case 'select':
      return { columns: step.columns, rows };
    case 'rename': {
      const renamed = (name: string): string => step.columns[name] ?? name;
      return {
        columns: columns.map(renamed),
        rows: rows.map((row) => Object.fromEntries(columns.map((name) => [renamed(name), row[name] ?? '']))),
      };
    }
    case 'filter':
      return {
        columns,
        rows: rows.filter((row) =>
          step.combine === 'all'
            ? step.conditions.every((one) => holds(one, row))
            : step.conditions.some((one) => holds(one, row)),
        ),
      };
    case 'compute': {
      const valueOf = (operand: Operand, row: Readonly<Record<string, string>>): string =>
        'value' in operand ? operand.value : (row[operand.column] ?? '');
      return {
        columns: [...columns, step.column],
        rows: rows.map((row) => ({
          ...row,
          [step.column]: compute(
            step.operation,
            step.of.map((one) => valueOf(one, row)),
            step.decimals,
          ),
        })),
      };
    }
    case 'join': {
      const others = parse(second ?? '').rows;
      const joined = rows.flatMap((row) => {
        const match = others.find((other) =>
          Object.entries(step.on).every(([left, right]) => row[left] === other[right]),
        );
        if (match === undefined && step.unmatched === 'drop') return [];
        return [{ ...row, ...Object.fromEntries(step.take.map((name) => [name, match?.[name] ?? ''])) }];
      });
      return { columns: [...columns, ...step.take], rows: joined };
    }
    case 'group': {
      const groups = new Map<string, Record<string, string>[]>();
      for (const row of rows) {
        const key = JSON.stringify(step.by.map((name) => row[name]));
        groups.set(key, [...(groups.get(key) ?? []), row]);
      }
      return {
        columns: [...step.by, ...step.sum, ...(step.count === null ? [] : [step.count])],
        rows: [...groups.values()].map((members) => ({
          ...Object.fromEntries(step.by.map((name) => [name, members[0]?.[name] ?? ''])),
          ...Object.fromEntries(step.sum.map((name) => [name, sum(members.map((row) => row[name] ?? ''))])),
          ...(step.count === null ? {} : { [step.count]: String(members.length) }),
        })),
      };
    }
    case 'split':
      return { columns, rows };
  }
}

/** A number as `numerator` over a power of ten, and how many decimals it was written with. */
interface Fraction {
  readonly numerator: bigint;
  readonly decimals: number;
}

function fraction(text: string): Fraction {
  const [whole = '', decimals = ''] = text.trim().split('.');
  return { numerator: BigInt(whole + decimals), decimals: decimals.length };
}

function written({ numerator, decimals }: Fraction): string {
  const sign = numerator < 0n ? '-' : '';
  const digits = (numerator < 0n ? -numerator : numerator).toString().padStart(decimals + 1, '0');
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function sum(cells: readonly string[]): string {
  const numbers = cells.filter((cell) => cell.trim() !== '').map(fraction);
  const decimals = Math.max(0, ...numbers.map((number) => number.decimals));
  const numerator = numbers.reduce((total, one) => total + one.numerator * 10n ** BigInt(decimals - one.decimals), 0n);
  return written({ numerator, decimals });
}

function compute(operation: string, values: readonly string[], decimals: number | null): string {
  if (operation === 'concat') return values.join('');
  if (values.includes('')) return '';
  // All over one denominator that every operand divides.
  const most = Math.max(...values.map((value) => fraction(value).decimals));
  const numbers = values.map((value) => {
    const { numerator, decimals: own } = fraction(value);
    return numerator * 10n ** BigInt(most - own);
  });
  const unit = 10n ** BigInt(most);
  const [first = 0n, ...rest] = numbers;
  if (operation === 'divide') return rounded(first, rest[0] ?? 1n, decimals ?? 0);
  if (operation === 'multiply') {
    const natural = values.reduce((total, value) => total + fraction(value).decimals, 0);
    return rounded(
      numbers.reduce((product, one) => product * one, 1n),
      unit ** BigInt(numbers.length),
      decimals ?? natural,
    );
  }
  const total = rest.reduce((left, right) => (operation === 'add' ? left + right : left - right), first);
  return rounded(total, unit, decimals ?? most);
}

/** Half to even, by its definition: the nearest, and of two that are as near, the even one. */
function rounded(numerator: bigint, denominator: bigint, decimals: number): string {
  const [n, d] = denominator < 0n ? [-numerator, -denominator] : [numerator, denominator];
  const scaled = n * 10n ** BigInt(decimals);
  let low = scaled / d;
  if (low * d > scaled) low -= 1n;
  const [below, above] = [scaled - low * d, (low + 1n) * d - scaled];
  const chosen = below < above || (below === above && low % 2n === 0n) ? low : low + 1n;
  return written({ numerator: chosen, decimals });
}

function holds({ column, is, to }: Condition, row: Readonly<Record<string, string>>): boolean {
  const cell = row[column] ?? '';
  const [first = ''] = to;
  if (is === 'in') return to.includes(cell);
  if (is === 'not in') return !to.includes(cell);
  if (is === 'empty') return cell.trim() === '';
  if (is === 'not empty') return cell.trim() !== '';
  if (is === 'contains') return cell.includes(first);
  if (is === 'starts with') return cell.startsWith(first);
  if (is === '=') return cell === first;
  if (is === '!=') return cell !== first;
  if (cell.trim() === '') return false;
  const difference = fraction(compute('subtract', [cell.trim(), first], null)).numerator;
  return { '<': difference < 0n, '<=': difference <= 0n, '>': difference > 0n, '>=': difference >= 0n }[is];
}
