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
  /** Cells that a record must have, once that is known; others go to `onRagged`. */
  width: number | null = null;
  onRagged: (record: CsvRecord) => void = () => undefined;
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  #rest = '';
  #line = 1;
  #end = 0;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
    this.#delimiterCode = delimiter.charCodeAt(0);
  }

  /**
   * Records that are complete with this piece; with the last one, all that is left. One at a time, as they are asked
   * for: a row that has passed is garbage while it is young. To be taken to the end before the next piece.
   */
  *push(piece: string, last: boolean): Generator<CsvRecord, void, undefined> {
    if (this.badQuotesAt !== null) return;
    let text = this.#rest === '' ? piece : this.#rest + piece;
    let held = '';
    if (!last && text.charCodeAt(text.length - 1) === CARRIAGE_RETURN) {
      // What comes next decides whether it is a line end of its own.
      held = '\r';
      text = text.slice(0, -1);
    }
    if (LONE_CARRIAGE_RETURN.test(text)) text = text.replace(/\r\n?/g, '\n');
    if (last && text !== '' && !text.endsWith('\n')) text += '\n';
    let start = 0;
    let quote = text.indexOf('"');
    for (;;) {
      const newline = text.indexOf('\n', start);
      if (newline === -1) break;
      if (quote !== -1 && quote < start) quote = text.indexOf('"', start);
      const line = this.#line;
      let cells: string[] | null;
      if (quote !== -1 && quote < newline) {
        cells = this.#quoted(text, start, last);
        if (cells === null) break;
        this.#line += newlinesIn(text, start, this.#end);
        start = this.#end;
      } else {
        const end = text.charCodeAt(newline - 1) === CARRIAGE_RETURN && newline > start ? newline - 1 : newline;
        cells = this.#plain(text, start, end);
        this.#line += 1;
        start = newline + 1;
      }
      if (isBlank(cells)) continue;
      if (this.width === null || cells.length === this.width) yield { line, cells };
      else this.onRagged({ line, cells });
    }
    this.#rest = text.slice(start) + held;
    if (this.#rest.length > MAX_RECORD_LENGTH) this.badQuotesAt ??= this.#line;
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

  /** A record with quotes in it, whose end is then `#end`; null when it is not complete, or wrong. */
  #quoted(text: string, start: number, last: boolean): string[] | null {
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
        this.#end = at;
        return cells;
      }
    }
  }

  #wrong(): null {
    this.badQuotesAt ??= this.#line;
    return null;
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
