import type { Delimiter } from '@countersign/domain/csv/rows';

/** One record of a CSV file. `line` is where it starts in the file, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A record longer than this is a quote that was never closed. In UTF-16 units. */
const MAX_RECORD_LENGTH = 256 * 1024;

const QUOTE = 34;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const LONE_CARRIAGE_RETURN = /\r(?!\n)/;

/**
 * Splits CSV text (RFC 4180, one delimiter, any line ends) that comes in pieces into records; the same rules as the
 * domain's `CsvRowReader`, for files of a million rows. A line without quotes is cut at its delimiters; only a record
 * with a quote in it is read sign by sign. Lines without any text are left out, but counted.
 */
export class RecordSplitter {
  /** Line of the first record whose quotes are wrong; nothing is read from there on. */
  badQuotesAt: number | null = null;
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  #rest = '';
  #line = 1;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
    this.#delimiterCode = delimiter.charCodeAt(0);
  }

  /** Records that are complete with this piece; with the last one, all that is left. */
  push(piece: string, last: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    if (this.badQuotesAt !== null) return records;
    let text = this.#rest === '' ? piece : this.#rest + piece;
    let held = '';
    if (!last && text.charCodeAt(text.length - 1) === CARRIAGE_RETURN) {
      // What comes next decides whether it is a line end of its own.
      held = '\r';
      text = text.slice(0, -1);
    }
    if (LONE_CARRIAGE_RETURN.test(text)) text = text.replace(/\r\n?/g, '\n');
    if (last && text !== '' && !text.endsWith('\n')) text += '\n';
    const end = this.#split(text, last, records);
    this.#rest = text.slice(end) + held;
    if (this.#rest.length > MAX_RECORD_LENGTH) this.badQuotesAt ??= this.#line;
    return records;
  }

  /** @returns where the first record begins that is not complete */
  #split(text: string, last: boolean, records: CsvRecord[]): number {
    let start = 0;
    let quote = text.indexOf('"');
    for (;;) {
      const newline = text.indexOf('\n', start);
      if (newline === -1) return start;
      if (quote !== -1 && quote < start) quote = text.indexOf('"', start);
      if (quote !== -1 && quote < newline) {
        const next = this.#quoted(text, start, last, records);
        if (next === null) return start;
        start = next;
        continue;
      }
      const end = text.charCodeAt(newline - 1) === CARRIAGE_RETURN && newline > start ? newline - 1 : newline;
      this.#add(records, this.#plain(text, start, end), 1);
      start = newline + 1;
    }
  }

  #plain(text: string, start: number, end: number): string[] {
    const delimiter = this.#delimiter;
    const cells: string[] = [];
    for (let at = start; ;) {
      const next = text.indexOf(delimiter, at);
      if (next === -1 || next >= end) {
        cells.push(text.slice(at, end));
        return cells;
      }
      cells.push(text.slice(at, next));
      at = next + 1;
    }
  }

  /** A record with quotes in it. @returns where the next one begins; null when this one is not complete, or wrong */
  #quoted(text: string, start: number, last: boolean, records: CsvRecord[]): number | null {
    const cells: string[] = [];
    for (let at = start; ;) {
      let end = at;
      let cell: string;
      if (text.charCodeAt(at) === QUOTE) {
        const close = closingQuote(text, at + 1);
        if (close === null) return last ? this.#wrong() : null;
        cell = unquoted(text.slice(at + 1, close));
        end = close + 1;
        while (text.charCodeAt(end) === SPACE) end += 1;
        if (text.charCodeAt(end) === CARRIAGE_RETURN && text[end + 1] === '\n') end += 1;
        // Behind the last sign of a piece, a closing quote may yet turn out to be the first half of a doubled one.
        if (end >= text.length) return null;
        if (text.charCodeAt(end) !== this.#delimiterCode && text[end] !== '\n') return this.#wrong();
      } else {
        while (text.charCodeAt(end) !== this.#delimiterCode && text[end] !== '\n' && end < text.length) end += 1;
        if (end >= text.length) return null;
        const isCrLf = text[end] === '\n' && end > at && text.charCodeAt(end - 1) === CARRIAGE_RETURN;
        cell = text.slice(at, isCrLf ? end - 1 : end);
      }
      cells.push(cell);
      at = end + 1;
      if (text[end] === '\n') {
        this.#add(records, cells, newlinesIn(text, start, at));
        return at;
      }
    }
  }

  #wrong(): null {
    this.badQuotesAt ??= this.#line;
    return null;
  }

  #add(records: CsvRecord[], cells: string[], lines: number): void {
    if (!isBlank(cells)) records.push({ line: this.#line, cells });
    this.#line += lines;
  }
}

/** Where the quote is that ends the cell; null when it has not come yet. */
function closingQuote(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2))
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  return null;
}

function unquoted(inner: string): string {
  const single = inner.includes('"') ? inner.replaceAll('""', '"') : inner;
  return single.includes('\r') ? single.replaceAll('\r\n', '\n') : single;
}

function newlinesIn(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function isBlank(cells: readonly string[]): boolean {
  // Almost every row ends the question at its first sign.
  const first = (cells[0] ?? '').charCodeAt(0);
  return first > SPACE && first < 128 ? false : cells.every((cell) => cell.trim() === '');
}
