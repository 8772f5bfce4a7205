import Papa from 'papaparse';
import type { Delimiter } from './rows.ts';

/** A spreadsheet runs a cell that starts like this as a formula (OWASP, CSV injection). */
const FORMULA_START = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
/** A plain negative number can do no harm, and a finance person sums the column. */
const PLAIN_NUMBER = /^-[0-9]+(\.[0-9]+)?$/;

/** A cell's text that no spreadsheet takes for a formula: an apostrophe goes before a suspicious start. */
export function safeCell(text: string): string {
  return FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
}

/**
 * CSV text (RFC 4180, CR LF, a byte order mark off) with a header and one line for each row, every cell safe.
 * @param rows cells by column name; a missing one is empty
 * @param delimiter that of the file whose cells these are: it also says how its decimals are written
 */
export function toCsv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
  delimiter: Delimiter = ',',
): string {
  const body = rows.map((row) => columns.map((column) => safeCell(row[column] ?? '')));
  return `${Papa.unparse([columns.map(safeCell), ...body], { newline: '\r\n', delimiter })}\r\n`;
}
