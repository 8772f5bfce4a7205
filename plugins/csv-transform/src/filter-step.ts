import { compare, DecimalReader, type Decimal } from './decimal.ts';
import { remedyFor } from './compute-step.ts';
import type { Condition, Filter } from './recipe.ts';
import { indexOf, type Cells, type Column, type CompiledStep, type Job, type Stage } from './stage.ts';

/** Null when the row can't be judged: that is then among the faults. */
type Test = (cells: Cells, line: number) => boolean | null;

/** Lets rows through that fulfil all conditions, or any. */
export function compileFilter(step: Filter, where: string, columns: readonly Column[]): CompiledStep {
  const placed = step.conditions.map((one) => ({ ...one, index: indexOf(columns, one.column, where) }));
  const make = (job: Job, next: Stage): Stage => {
    const tests = placed.map((condition) => testOf(condition, job));
    const wanted = step.combine === 'any';
    const see = job.control.watch(columns, 'removed');
    const count = job.control.step(where);
    return {
      row(cells, line) {
        count.rowsIn += 1;
        let passes = !wanted;
        for (const test of tests) {
          const holds = test(cells, line);
          if (holds === null) return;
          if (holds !== wanted) continue;
          passes = wanted;
          break;
        }
        if (!passes) return see(cells);
        count.rowsOut += 1;
        next.row(cells, line);
      },
      end: () => next.end(),
    };
  };
  return { columns, make };
}

function testOf(condition: Condition & { readonly index: number }, job: Job): Test {
  const { index, is, to } = condition;
  const [first = ''] = to;
  const cellOf = (cells: Cells): string => cells[index] ?? '';
  switch (is) {
    case '=':
      return (cells) => cellOf(cells) === first;
    case '!=':
      return (cells) => cellOf(cells) !== first;
    case 'in':
    case 'not in': {
      const set = new Set(to);
      return (cells) => set.has(cellOf(cells)) === (is === 'in');
    }
    case 'contains':
      return (cells) => cellOf(cells).includes(first);
    case 'starts with':
      return (cells) => cellOf(cells).startsWith(first);
    case 'empty':
      return (cells) => cellOf(cells).trim() === '';
    case 'not empty':
      return (cells) => cellOf(cells).trim() !== '';
    case '<':
    case '<=':
    case '>':
    case '>=':
      return orderTest(condition, is, first, job);
  }
}

const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/;
const SATISFIES = {
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
} as const;

/** By number or by day, as the value is. An empty cell fulfils none. */
function orderTest(
  { column, index }: Condition & { readonly index: number },
  is: keyof typeof SATISFIES,
  to: string,
  { reader, faults, mark }: Job,
): Test {
  const holds = SATISFIES[is];
  const number = new DecimalReader('.');
  const limit: Decimal | null = number.read(to) ? number.decimal() : null;
  return (cells, line) => {
    const cell = (cells[index] ?? '').trim();
    if (cell === '') return false;
    if (limit !== null) {
      if (reader.read(cell)) return holds(compare(reader.decimal(), limit));
      faults.add(line, column, 'no_number', `"${cell.slice(0, 40)}" is no number`, remedyFor(mark));
      return null;
    }
    if (DAY.test(cell)) {
      const day = cell.slice(0, 10);
      return holds(day < to ? -1 : day > to ? 1 : 0);
    }
    faults.add(line, column, 'no_day', `"${cell.slice(0, 40)}" is no day`, 'Write days as 2026-01-31');
    return null;
  };
}
