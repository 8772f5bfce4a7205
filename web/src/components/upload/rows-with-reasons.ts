import { CsvRowReader, type Delimiter, detectDelimiter } from '@countersign/domain/csv/rows';
import { toCsv } from '@countersign/domain/csv/write';

/** What the list of rows to mend has beside the columns of the file; taken out again when it comes back. */
export const REASON_COLUMNS = ['line', 'reason'] as const;

export interface RowWithReason {
  /** In the file that the row comes from. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly reason: string;
}

/** Rows as CSV, written like the file that they come from, each with its line and why it has to be mended. */
export function rowsWithReasons(
  columns: readonly string[],
  rows: readonly RowWithReason[],
  delimiter: Delimiter,
): string {
  const own = columns.filter((column) => !isReasonColumn(column));
  const cells = rows.map(({ line, reason, cells: before }) => ({ ...before, line: String(line), reason }));
  return toCsv([...own, ...REASON_COLUMNS], cells, delimiter);
}

/**
 * The text of a list that was downloaded with reasons and has been mended, as a file that can be run: without the
 * columns that say why, and without the apostrophes that kept its cells from being formulas.
 * @param columns what the operation asks for; a column of these is the file's own, whatever it is called
 * @returns null when the file has no such columns
 */
export function withoutReasons(text: string, columns: readonly string[]): string | null {
  const delimiter = detectDelimiter(text);
  const asked = new Set(columns.map(fold));
  const rows: (readonly string[])[] = [];
  let broken = false;
  const reader = new CsvRowReader(delimiter);
  const onRow = (row: { readonly cells: readonly string[]; readonly badQuotes: boolean }): void => {
    broken ||= row.badQuotes;
    rows.push(row.cells);
    const header = rows[0] ?? [];
    // A file that has no reasons is not read to its end for nothing.
    if (broken || !header.some((cell) => fold(cell) === 'reason' && !asked.has('reason'))) reader.stop();
  };
  reader.push(text, onRow);
  reader.end(onRow);
  const header = rows[0];
  const places = header?.flatMap((cell, at) => (isReasonColumn(cell) && !asked.has(fold(cell)) ? [at] : [])) ?? [];
  // Rows of another width are for the strict reading to name: taken apart here, they would look whole.
  if (header === undefined || broken || rows.some((cells) => cells.length !== header.length)) return null;
  if (!places.some((at) => fold(header[at] ?? '') === 'reason')) return null;
  const kept = rows.map((cells) => cells.filter((_, at) => !places.includes(at)).map(plainCell));
  return kept.map((cells) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter)).join('\r\n') + '\r\n';
}

function isReasonColumn(name: string): boolean {
  return REASON_COLUMNS.some((column) => column === fold(name));
}

/** The other way of `safeCell`: the checks of the run see what was meant, formula or not. */
function plainCell(cell: string): string {
  return /^'\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? cell.slice(1) : cell;
}

function quoted(cell: string, delimiter: Delimiter): string {
  return /["\r\n]/.test(cell) || cell.includes(delimiter) || cell !== cell.trim()
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
}

const fold = (name: string): string => name.trim().toLowerCase();
