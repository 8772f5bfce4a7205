import type { PlanTable } from '@countersign/plugin-sdk';
import type { ControlAccount } from './control.ts';
import type { Mark } from './decimal.ts';
import type { Cells } from './stage.ts';

/** What the platform shows at most. */
const MAX_COLUMNS = 12;
const MAX_ROWS = 20;
const MAX_CELL = 80;

const number = (value: number): string => value.toLocaleString('en-US');

/** Rows and column sums: what came in, what was left out or put together, and what is in the files. */
export function controlTable(control: ControlAccount, mark: Mark): PlanTable {
  const { rowsRead, rowsWritten } = control;
  const totals = control.totals(mark).map(({ name, born, removed, out }) => [name, born, removed, out]);
  return cut({
    title: 'Control totals',
    columns: ['Total of', 'In', 'Left out', 'Out'],
    rows: [['Rows', number(rowsRead), number(rowsRead - rowsWritten), number(rowsWritten)], ...totals],
  });
}

export function stepTable({ steps }: ControlAccount): PlanTable {
  return cut({
    title: 'Rows by step',
    columns: ['Step', 'Rows in', 'Rows out'],
    rows: steps.map(({ label, rowsIn, rowsOut }) => [label, number(rowsIn), number(rowsOut)]),
  });
}

export function sampleTable(title: string, columns: readonly string[], rows: readonly Cells[]): PlanTable {
  return cut({ title, columns, rows });
}

function cut({
  title,
  columns,
  rows,
}: {
  title: string;
  columns: readonly string[];
  rows: readonly Cells[];
}): PlanTable {
  const shown = (cells: Cells): string[] =>
    cells.slice(0, MAX_COLUMNS).map((cell) => (cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL - 1)}…` : cell));
  return { title, columns: shown(columns), rows: rows.slice(0, MAX_ROWS).map((cells) => ({ cells: shown(cells) })) };
}
