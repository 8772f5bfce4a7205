import { isCurrency } from '@countersign/domain/money/currencies';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { Totals } from '@countersign/domain/plan/totals';
import type { Table, TableRow } from '@countersign/domain/csv/read-table';
import type { Total } from '@countersign/domain/schemas/common';
import type { Parameter } from '@countersign/domain/schemas/plugin';

export type FileColumn = NonNullable<Extract<Parameter, { type: 'file' }>['columns']>[number];

export interface CellProblem {
  readonly column: string;
  readonly code: string;
  /** What was found, in words. */
  readonly message: string;
  /** What was expected, and how to get there. */
  readonly remedy: string;
}
export interface CheckedRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly problems: readonly CellProblem[];
}
export interface ControlTotal {
  readonly rows: number;
  /** Per currency, of the amounts that could be read. */
  readonly totals: readonly Total[];
}
export interface RepairGroup {
  readonly code: string;
  readonly column: string;
  readonly remedy: string;
  /** The message of the first row, as an example. */
  readonly example: string;
  readonly count: number;
}
export interface CheckedRows {
  readonly rows: readonly CheckedRow[];
  readonly groups: readonly RepairGroup[];
  readonly control: { readonly file: ControlTotal; readonly accepted: ControlTotal; readonly rejected: ControlTotal };
  /** No row has an amount: the operation takes them from elsewhere, and the file has no sums. */
  readonly withoutAmounts: boolean;
}

const FORMULA = /^\s*[=+@\t\r\uff1d\uff0b\uff0d\uff20]|^\s*-(?![0-9])/;

/**
 * Check the cells by themselves, before anything is sent. Only what the file alone can show: balances, earlier payments
 * and the provider's own limits are checked by the plan.
 */
export function checkRows(table: Pick<Table, 'rows' | 'decimal'>, columns: readonly FileColumn[]): CheckedRows {
  const names = new Set(columns.map((column) => column.name));
  const withoutAmounts = !names.has('amount') || table.rows.every((row) => (row.cells.amount ?? '') === '');
  const firstLine = new Map<string, number>();
  const control = { file: new Totals(), accepted: new Totals(), rejected: new Totals() };
  const groups = new Map<string, { -readonly [K in keyof RepairGroup]: RepairGroup[K] }>();
  let accepted = 0;

  const rows = table.rows.map((row): CheckedRow => {
    const amount = withoutAmounts ? null : parseAmount(row.cells.amount ?? '', row.cells.currency ?? '', table.decimal);
    const problems = [...cellProblems(row, columns), ...duplicateProblems(row, names, firstLine)];
    const currencyOk = !names.has('currency') || isCurrency(row.cells.currency ?? '');
    const formula = problems.some((problem) => problem.column === 'amount');
    if (amount && !amount.ok && currencyOk && !formula)
      problems.push({ column: 'amount', code: amount.code, message: amount.message, remedy: amount.remedy });
    if (amount?.ok) {
      const currency = row.cells.currency ?? '';
      control.file.add(currency, amount.amountMinor);
      (problems.length === 0 ? control.accepted : control.rejected).add(currency, amount.amountMinor);
    }
    if (problems.length === 0) accepted += 1;
    for (const problem of problems) {
      const key = `${problem.code} ${problem.column}`;
      const group = groups.get(key);
      if (group) group.count += 1;
      else
        groups.set(key, {
          code: problem.code,
          column: problem.column,
          remedy: problem.remedy,
          example: problem.message,
          count: 1,
        });
    }
    return { line: row.line, cells: row.cells, problems };
  });

  return {
    rows,
    withoutAmounts,
    groups: [...groups.values()].sort((a, b) => b.count - a.count),
    control: {
      file: { rows: rows.length, totals: control.file.toList() },
      accepted: { rows: accepted, totals: control.accepted.toList() },
      rejected: { rows: rows.length - accepted, totals: control.rejected.toList() },
    },
  };
}

function cellProblems(row: TableRow, columns: readonly FileColumn[]): CellProblem[] {
  return columns.flatMap((column): CellProblem[] => {
    const cell = row.cells[column.name] ?? '';
    const problem = (code: string, message: string, remedy: string): CellProblem[] => [
      { column: column.name, code, message, remedy },
    ];
    if (cell === '')
      return column.required
        ? problem('cell_empty', `The ${column.name} is empty`, column.help === '' ? 'Fill it in' : column.help)
        : [];
    if (column.name === 'currency' && !isCurrency(cell)) {
      const upper = cell.toUpperCase();
      return problem(
        'currency_unknown',
        `“${short(cell)}” is not a currency code`,
        isCurrency(upper) ? `Write ${upper}, in capitals` : 'Use an ISO 4217 code such as USD, EUR or JPY',
      );
    }
    // A description is free text; in the other cells a formula is a mistake, or an attack on the next spreadsheet.
    if (column.name !== 'description' && FORMULA.test(cell))
      return problem('formula', `“${short(cell)}” begins like a formula`, 'Enter the value itself, not a formula');
    if (column.help.includes('acct_') && !/^acct_[A-Za-z0-9]{1,60}$/.test(cell))
      return problem(
        'account_malformed',
        `“${short(cell)}” is not a connected account`,
        'Use the id from Stripe; it begins with acct_',
      );
    return [];
  });
}

function duplicateProblems(row: TableRow, names: ReadonlySet<string>, firstLine: Map<string, number>): CellProblem[] {
  const reference = names.has('reference') ? normalizeReference(row.cells.reference ?? '') : '';
  if (reference === '') return [];
  const first = firstLine.get(reference);
  if (first === undefined) {
    firstLine.set(reference, row.line);
    return [];
  }
  return [
    {
      column: 'reference',
      code: 'duplicate_reference',
      message: `“${short(row.cells.reference ?? '')}” repeats line ${first}`,
      remedy: 'Give it a reference of its own, or take the row out',
    },
  ];
}

function short(cell: string): string {
  return cell.length > 40 ? `${cell.slice(0, 39)}…` : cell;
}
