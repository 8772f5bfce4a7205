import type { CsvProfile, FileIssue } from '../schemas/file.ts';
import { ColumnProfiler } from './column-profiler.ts';
import { detectEncoding, TextStream, type DetectedEncoding } from './decode.ts';
import { detectType, TYPE_BYTES, type DetectedType } from './detect-type.ts';
import { CsvRowReader, detectDelimiter, type CsvRow, type Delimiter } from './rows.ts';

export interface FileProfile {
  readonly detectedType: DetectedType;
  /** Null when the file is no CSV. */
  readonly profile: CsvProfile | null;
  /** Why the file can't be used at all; rows that are not as wide as the header are in the profile instead. */
  readonly issues: FileIssue[];
}

const MAX_ISSUES = 50;
const MAX_COLUMNS = 200;
const MAX_NAME_LENGTH = 100;
/** The first line ends before this, or it is not a header. In UTF-16 units. */
const MAX_HEADER_LENGTH = 64 * 1024;

/**
 * Profiles a file from its bytes in one pass, in pieces of any size, in bounded memory; in the browser and on the
 * server alike.
 */
export class CsvProfiler {
  #start: Uint8Array = new Uint8Array(0);
  #type: DetectedType | undefined;
  #encoding: DetectedEncoding = { encoding: 'utf-8', byteOrderMark: false };
  #text: TextStream | undefined;
  /** Text that waits until the delimiter can be told from the first line. */
  #head = '';
  #rows: CsvRowReader | undefined;
  #delimiter: Delimiter = ',';
  #columns: ColumnProfiler[] | undefined;
  #rowCount = 0;
  #badRowCount = 0;
  readonly #rowIssues: FileIssue[] = [];
  readonly #issues: FileIssue[] = [];

  push(bytes: Uint8Array): void {
    if (this.#type !== undefined) return this.#read(bytes, false);
    this.#start = joined(this.#start, bytes);
    if (this.#start.length >= TYPE_BYTES) this.#begin(false);
  }

  finish(): FileProfile {
    if (this.#type === undefined) this.#begin(true);
    else this.#read(new Uint8Array(0), true);
    if (this.#isText() && this.#issues.length === 0) {
      this.#startRows();
      this.#rows?.end((row) => this.#onRow(row));
    }
    return { detectedType: this.#typeSeen(), profile: this.#toProfile(), issues: this.#allIssues() };
  }

  #begin(last: boolean): void {
    this.#type = detectType(this.#start);
    this.#encoding = detectEncoding(this.#start);
    if (this.#isText()) this.#text = new TextStream(this.#encoding.encoding);
    const start = this.#start;
    this.#start = new Uint8Array(0);
    this.#read(start, last);
  }

  #read(bytes: Uint8Array, last: boolean): void {
    if (this.#text === undefined || this.#issues.length > 0) return;
    const result = this.#text.push(bytes, last);
    if ('issue' in result) {
      this.#issues.push(result.issue);
      return;
    }
    if (this.#rows !== undefined) return this.#rows.push(result.text, (row) => this.#onRow(row));
    this.#head += result.text;
    if (hasFirstLine(this.#head) || this.#head.length > MAX_HEADER_LENGTH) this.#startRows();
  }

  #startRows(): void {
    if (this.#rows !== undefined) return;
    this.#delimiter = detectDelimiter(this.#head);
    this.#rows = new CsvRowReader(this.#delimiter);
    this.#rows.push(this.#head, (row) => this.#onRow(row));
    this.#head = '';
  }

  #onRow(row: CsvRow): void {
    if (this.#columns === undefined) return this.#readHeader(row);
    this.#rowCount += 1;
    const width = this.#columns.length;
    if (row.badQuotes)
      return this.#badRow(
        row.line,
        'unclosed_quote',
        'A quote in the row that starts here is not closed, or has text behind it',
        'Close the quote; a quote inside a quoted cell is written twice',
      );
    if (row.cells.length > width)
      return this.#badRow(
        row.line,
        'too_many_cells',
        `This row has ${row.cells.length} cells, the header has ${width}`,
        `Put quotes around a cell that contains "${this.#delimiter}"`,
      );
    if (row.cells.length < width)
      return this.#badRow(
        row.line,
        'too_few_cells',
        `This row has ${row.cells.length} cells, the header has ${width}`,
        'Add the missing cells; an empty cell still needs its separator',
      );
    this.#columns.forEach((column, index) => column.add(row.cells[index] ?? ''));
  }

  #readHeader(row: CsvRow): void {
    const names = row.cells.map((cell, index) =>
      cell.trim() === '' ? `column ${index + 1}` : cell.trim().slice(0, MAX_NAME_LENGTH),
    );
    this.#columns = names.slice(0, MAX_COLUMNS).map((name) => new ColumnProfiler(name));
    if (row.badQuotes)
      this.#issues.push({
        line: row.line,
        column: null,
        code: 'unclosed_quote',
        message: 'A quote in the first line is not closed, or has text behind it',
        remedy: 'Close the quote; a quote inside a quoted cell is written twice',
      });
    if (names.length > MAX_COLUMNS)
      this.#issues.push({
        line: row.line,
        column: null,
        code: 'too_many_columns',
        message: `The file has ${names.length} columns`,
        remedy: `Take out columns until there are at most ${MAX_COLUMNS}`,
      });
  }

  #badRow(line: number, code: string, message: string, remedy: string): void {
    this.#badRowCount += 1;
    if (this.#rowIssues.length < MAX_ISSUES) this.#rowIssues.push({ line, column: null, code, message, remedy });
  }

  #isText(): boolean {
    return this.#type === 'text';
  }

  /** Text is a CSV when its first line has more than one cell. */
  #typeSeen(): DetectedType {
    if (!this.#isText() || this.#issues.some((issue) => issue.code === 'encoding')) return this.#type ?? 'empty';
    if (this.#columns === undefined) return 'empty';
    return this.#columns.length > 1 ? 'csv' : 'text';
  }

  #toProfile(): CsvProfile | null {
    if (this.#columns === undefined || this.#typeSeen() !== 'csv') return null;
    return {
      ...this.#encoding,
      delimiter: this.#delimiter,
      columns: this.#columns.map((column) => column.toProfile()),
      rowCount: this.#rowCount,
      badRowCount: this.#badRowCount,
      issues: [...this.#rowIssues],
    };
  }

  #allIssues(): FileIssue[] {
    const type = this.#typeSeen();
    const whole = (code: string, message: string, remedy: string): FileIssue[] => [
      ...this.#issues,
      { line: null, column: null, code, message, remedy },
    ];
    if (type === 'empty')
      return whole('empty_file', 'The file is empty', 'Upload a file with a header line and at least one row');
    if (type === 'xlsx')
      return whole(
        'file_type',
        'This is an Excel workbook, not a CSV file',
        'In Excel, save the sheet as "CSV UTF-8" and upload that',
      );
    if (type !== 'csv' && type !== 'text')
      return whole('file_type', `This is not a CSV file but ${NAMES[type]}`, 'Upload a CSV file, saved as "CSV UTF-8"');
    return [...this.#issues];
  }
}

const NAMES: Readonly<Record<Exclude<DetectedType, 'csv' | 'text' | 'empty' | 'xlsx'>, string>> = {
  pdf: 'a PDF',
  zip: 'a ZIP archive',
  image: 'an image',
  binary: 'a binary file',
};

/** The profile of a file that is in memory. */
export function profileCsv(bytes: Uint8Array): FileProfile {
  const profiler = new CsvProfiler();
  profiler.push(bytes);
  return profiler.finish();
}

/** Whether a line end has come, behind some text and outside quotes. */
function hasFirstLine(text: string): boolean {
  return /^\s*(?:"(?:[^"]|"")*"|[^"\r\n])+[\r\n]/.test(text);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
