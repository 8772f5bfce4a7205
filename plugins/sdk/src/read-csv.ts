import { readTable, type Table, type TableColumn } from '@countersign/domain/csv/read-table';
import type { InputText } from './context.ts';
import { InputError } from './input-error.ts';

/**
 * Read an input file as a table, strictly.
 * @throws InputError naming file, line, column and remedy when the file is not of the asked form
 */
export function readCsv(
  file: InputText,
  options: { readonly columns: readonly TableColumn[]; readonly maxRows: number },
): Table {
  const table = readTable(file.text, options);
  const [first] = table.issues;
  if (first === undefined) return table;
  const others = table.issues.length === 1 ? '' : ` (and ${table.issues.length - 1} more)`;
  const where = first.line === null ? '' : `, line ${first.line}`;
  throw new InputError(`${file.name}${where}: ${first.message}${others}. ${first.remedy}.`, table.issues);
}
