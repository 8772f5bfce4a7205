import Papa from 'papaparse';

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** One record of a CSV file. `line` is where it starts in the file, from 1, however many lines quoted cells span. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
  /** A quote that is not closed, or that has text behind it: where the row ends is then a guess. */
  readonly badQuotes: boolean;
}

/** A record longer than this is a quote that was never closed. In UTF-16 units. */
const MAX_ROW_LENGTH = 256 * 1024;

/**
 * Splits CSV text (RFC 4180, any of four delimiters, any line ends) that comes in pieces into rows. Lines without any
 * text in them are left out, but counted. The splitting is PapaParse's; the line numbers are ours.
 */
export class CsvRowReader {
  readonly #parser: Papa.Parser;
  #input = '';
  #rest = '';
  #heldCarriageReturn = false;
  #line = 1;
  #readTo = 0;
  #stopped = false;
  #emit: (row: CsvRow) => void = () => undefined;

  constructor(delimiter: Delimiter) {
    const step = (results: Papa.ParseResult<string[]>): void => this.#onRow(results);
    this.#parser = new Papa.Parser({ delimiter, newline: '\n', quoteChar: '"', step } as unknown as Papa.ParseConfig);
  }

  /** Rows that are complete with this piece. `emit` may call `stop`. */
  push(text: string, emit: (row: CsvRow) => void): void {
    this.#parse(this.#withPlainNewlines(text), emit, false);
    if (this.#rest.length <= MAX_ROW_LENGTH || this.#stopped) return;
    emit({ line: this.#line, cells: [this.#rest.slice(0, 100)], badQuotes: true });
    this.stop();
  }

  /** The last row, when the file does not end with a line break. */
  end(emit: (row: CsvRow) => void): void {
    if (this.#heldCarriageReturn) this.#rest += '\n';
    this.#parse('', emit, true);
  }

  stop(): void {
    this.#stopped = true;
    this.#parser.abort();
  }

  #parse(text: string, emit: (row: CsvRow) => void, last: boolean): void {
    if (this.#stopped) return;
    const input = this.#rest + text;
    this.#emit = emit;
    this.#input = input;
    this.#readTo = 0;
    if (input !== '') this.#parser.parse(input, 0, !last);
    this.#rest = input.slice(this.#readTo);
    this.#input = '';
  }

  #onRow(results: Papa.ParseResult<string[]>): void {
    if (this.#stopped) return;
    const line = this.#line;
    const end = results.meta.cursor;
    for (
      let at = this.#input.indexOf('\n', this.#readTo);
      at !== -1 && at < end;
      at = this.#input.indexOf('\n', at + 1)
    )
      this.#line += 1;
    this.#readTo = end;
    const cells = results.data[0] as unknown as string[];
    if (cells.every((cell) => cell.trim() === '')) return;
    this.#emit({ line, cells, badQuotes: results.errors.length > 0 });
  }

  /** CR LF and lone CR become LF; a CR at the end waits for what comes next. */
  #withPlainNewlines(text: string): string {
    const all = (this.#heldCarriageReturn ? '\r' : '') + text;
    this.#heldCarriageReturn = all.endsWith('\r');
    return (this.#heldCarriageReturn ? all.slice(0, -1) : all).replace(/\r\n?/g, '\n');
  }
}

/** The delimiter that the first line has most of, outside quotes; a comma when it has none. */
export function detectDelimiter(text: string): Delimiter {
  const firstLine = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.replace(/^\s+/, ''))?.[0] ?? '';
  const bare = firstLine.replace(/"(?:[^"]|"")*"/g, '');
  let best: Delimiter = ',';
  for (const delimiter of DELIMITERS) {
    if (bare.split(delimiter).length > bare.split(best).length) best = delimiter;
  }
  return best;
}
