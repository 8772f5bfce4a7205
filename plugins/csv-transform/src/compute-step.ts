import { add, divide, DecimalReader, format, multiply, subtract, toScale, type Decimal } from './decimal.ts';
import type { Compute, Operand } from './recipe.ts';
import { assertNew, indexOf, type Cells, type Column, type CompiledStep, type Job, type Stage } from './stage.ts';

/** Adds a column. Numbers are exact; an empty cell among the operands leaves the result empty. */
export function compileCompute(
  step: Compute,
  where: string,
  columns: readonly Column[],
  newId: () => number,
): CompiledStep {
  assertNew(columns, step.column, where);
  const operands = step.of.map((operand) =>
    'column' in operand ? { ...operand, index: indexOf(columns, operand.column, where) } : operand,
  );
  const column = { name: step.column, id: step.operation === 'concat' ? null : newId() };
  const make = (job: Job, next: Stage): Stage => {
    const result = step.operation === 'concat' ? concat(operands) : calculate(step, operands, job);
    const see = job.control.watch([column], 'born');
    const count = job.control.step(where);
    return {
      row(cells, line) {
        count.rowsIn += 1;
        const cell = result(cells, line);
        if (cell === null) return;
        see([cell]);
        count.rowsOut += 1;
        next.row([...cells, cell], line);
      },
      end: () => next.end(),
    };
  };
  return { columns: [...columns, column], make };
}

type Placed = Extract<Operand, { value: string }> | { readonly column: string; readonly index: number };
/** The cell, or null when the row can't be computed: that is then among the faults. */
type Result = (cells: Cells, line: number) => string | null;

function concat(operands: readonly Placed[]): Result {
  return (cells) => operands.map((one) => ('value' in one ? one.value : (cells[one.index] ?? ''))).join('');
}

const FOLDS = { add, subtract, multiply } as const;

function calculate(step: Compute, operands: readonly Placed[], { mark, reader, faults }: Job): Result {
  const recipeReader = new DecimalReader('.');
  const fixed = operands.map((one) => ('value' in one && recipeReader.read(one.value) ? recipeReader.decimal() : null));
  const { operation, decimals, rounding, column } = step;
  const fold = (left: Decimal, right: Decimal): Decimal | null => {
    if (operation !== 'divide') return FOLDS[operation === 'concat' ? 'add' : operation](left, right);
    return right.units === 0n ? null : divide(left, right, decimals ?? 0, rounding);
  };
  return (cells, line) => {
    let total: Decimal | null = null;
    for (let at = 0; at < operands.length; at += 1) {
      let value = fixed[at] ?? null;
      const operand = operands[at];
      if (value === null && operand !== undefined && 'index' in operand) {
        const cell = cells[operand.index] ?? '';
        if (cell === '') return '';
        if (!reader.read(cell)) {
          faults.add(line, operand.column, 'no_number', `"${cell.slice(0, 40)}" is no number`, remedyFor(mark));
          return null;
        }
        value = reader.decimal();
      }
      if (value === null) return '';
      total = total === null ? value : fold(total, value);
      if (total === null) {
        faults.add(
          line,
          column,
          'division_by_zero',
          'This row would be divided by zero',
          'Filter such rows out before',
        );
        return null;
      }
    }
    if (total === null) return '';
    return format(decimals === null ? total : toScale(total, decimals, rounding), mark);
  };
}

export const remedyFor = (mark: '.' | ','): string =>
  `Write numbers plainly, such as -1250${mark}50, or filter such rows out before`;
