import type { FileIssue } from '../schemas/file.ts';
import { CsvRowReader, detectDelimiter, type CsvRow, type Delimiter } from './rows.ts';

export interface TableColumn {
  readonly name: string;
  /** Whether the file must have the column; its cells may be empty all the same. */
  readonly required: boolean;
}

export interface TableRow {
  readonly line: number;
  /** By the name of the column as it was asked for; a column that the file lacks gives ''. Outer white space is off. */
  readonly cells: Readonly<Record<string, string>>;
}

export interface Table {
  readonly delimiter: Delimiter;
  /** Files with semicolons come from places that write decimals with a comma. */
  readonly decimal: '.' | ',';
  readonly rows: readonly TableRow[];
  /** What is wrong with the file as a whole. When there is any, no row should be used. */
  readonly issues: readonly FileIssue[];
}

const MAX_ISSUES = 50;

/**
 * Read a CSV file strictly: exactly the asked columns in any order, every row as wide as the header. Nothing is
 * repaired or skipped, but for lines without any text.
 * @param text decoded text without a byte order mark
 */
export function readTable(
  text: string,
  options: { readonly columns: readonly TableColumn[]; readonly maxRows: number },
): Table {
  const delimiter = detectDelimiter(text);
  const issues: FileIssue[] = [];
  const rows: TableRow[] = [];
  let header: readonly (string | undefined)[] | undefined;
  let width = 0;
  const reader = new CsvRowReader(delimiter);

  const onRow = (row: CsvRow): void => {
    if (row.badQuotes) {
      issues.push(badQuotesIssue(row));
    } else if (header === undefined) {
      width = row.cells.length;
      header = readHeader(row, options.columns, issues);
    } else if (row.cells.length !== width) {
      issues.push(raggedIssue(row, width, delimiter));
    } else if (rows.length >= options.maxRows) {
      issues.push(tooManyRowsIssue(row, options.maxRows));
      reader.stop();
    } else {
      rows.push({ line: row.line, cells: cellsByName(row, header, options.columns) });
    }
    if (issues.length >= MAX_ISSUES || (row.badQuotes && header === undefined)) reader.stop();
  };
  reader.push(text, onRow);
  reader.end(onRow);

  if (issues.length === 0 && header === undefined) issues.push(emptyIssue(options.columns));
  else if (issues.length === 0 && rows.length === 0)
    issues.push({
      line: 2,
      column: null,
      code: 'no_rows',
      message: 'The file has a header and no rows',
      remedy: 'Add at least one row below the header',
    });
  return { delimiter, decimal: delimiter === ';' ? ',' : '.', rows, issues };
}

/** For each cell of a row, the asked column that it belongs to. */
function readHeader(row: CsvRow, columns: readonly TableColumn[], issues: FileIssue[]): (string | undefined)[] {
  const byName = new Map(columns.map((column) => [fold(column.name), column.name]));
  const seen = new Set<string>();
  const names = row.cells.map((cell, index) => {
    const name = byName.get(fold(cell));
    if (name === undefined) issues.push(extraColumnIssue(row.line, cell, index, columns));
    else if (seen.has(name))
      issues.push({
        line: row.line,
        column: name,
        code: 'duplicate_column',
        message: `The column "${name}" is there twice`,
        remedy: 'Keep one of the two',
      });
    else seen.add(name);
    return name;
  });
  for (const { name, required } of columns) {
    if (required && !seen.has(name)) issues.push(missingColumnIssue(row.line, name, columns));
  }
  return names;
}

export function missingColumnIssue(line: number, name: string, columns: readonly TableColumn[]): FileIssue {
  return {
    line,
    column: name,
    code: 'missing_column',
    message: `The column "${name}" is missing`,
    remedy: `The first line must name the columns: ${columns.map((column) => column.name).join(', ')}`,
  };
}

function extraColumnIssue(line: number, cell: string, index: number, columns: readonly TableColumn[]): FileIssue {
  const known = columns.map((column) => column.name).join(', ');
  const name = cell.trim();
  if (name === '')
    return {
      line,
      column: `column ${index + 1}`,
      code: 'unnamed_column',
      message: `Column ${index + 1} has no name`,
      remedy: `Take the column out, or name it one of: ${known}`,
    };
  return {
    line,
    column: name.slice(0, 60),
    code: 'extra_column',
    message: `"${name.slice(0, 60)}" is not a column of this file`,
    remedy: `Take the column out, or name it one of: ${known}`,
  };
}

export function raggedIssue(row: Pick<CsvRow, 'line' | 'cells'>, width: number, delimiter: Delimiter): FileIssue {
  const more = row.cells.length > width;
  return {
    line: row.line,
    column: null,
    code: more ? 'too_many_cells' : 'too_few_cells',
    message: `This row has ${row.cells.length} cells, the header has ${width}`,
    remedy: more
      ? `Put quotes around a cell that contains "${delimiter}"`
      : 'Add the missing cells; an empty cell still needs its separator',
  };
}

export function badQuotesIssue(row: Pick<CsvRow, 'line'>): FileIssue {
  return {
    line: row.line,
    column: null,
    code: 'unclosed_quote',
    message: 'A quote in the row that starts here is not closed, or has text behind it',
    remedy: 'Close the quote; a quote inside a quoted cell is written twice',
  };
}

function tooManyRowsIssue(row: CsvRow, maxRows: number): FileIssue {
  const limit = maxRows.toLocaleString('en-US');
  return {
    line: row.line,
    column: null,
    code: 'too_many_rows',
    message: `The file has more than ${limit} rows`,
    remedy: `Split it into files of at most ${limit} rows each`,
  };
}

function emptyIssue(columns: readonly TableColumn[]): FileIssue {
  return {
    line: 1,
    column: null,
    code: 'empty_file',
    message: 'The file is empty',
    remedy: `Its first line must name the columns: ${columns.map((column) => column.name).join(', ')}`,
  };
}

function cellsByName(
  row: CsvRow,
  header: readonly (string | undefined)[],
  columns: readonly TableColumn[],
): Record<string, string> {
  const cells: Record<string, string> = Object.fromEntries(columns.map(({ name }) => [name, '']));
  header.forEach((name, index) => {
    if (name !== undefined) cells[name] = (row.cells[index] ?? '').trim();
  });
  return cells;
}

const fold = (name: string): string => name.trim().toLowerCase();
