import { safeCell } from '@countersign/plugin-sdk';
import type { Mark } from './decimal.ts';
import type { Cells } from './stage.ts';

/** Sign codes from which no spreadsheet makes a formula: digits and letters of ASCII, and the empty cell's NaN. */
const isHarmless = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || Number.isNaN(code);
const NEGATIVE_WITH_COMMA = /^-[0-9]+,[0-9]+$/;

/** Writes rows as CSV (RFC 4180, CR LF), with the delimiter of the file that they come from. */
export class RowWriter {
  /** Cells that got an apostrophe. */
  defused = 0;
  readonly #delimiter: string;
  readonly #special: RegExp;
  readonly #defuses: boolean;
  readonly #mark: Mark;

  constructor(delimiter: string, mark: Mark, formulas: 'defuse' | 'keep') {
    this.#delimiter = delimiter;
    this.#special = new RegExp(`["\\r\\n${delimiter === '|' ? '\\|' : delimiter}]`);
    this.#defuses = formulas === 'defuse';
    this.#mark = mark;
  }

  line(cells: Cells): string {
    let line = '';
    for (let at = 0; at < cells.length; at += 1) {
      let cell = cells[at] ?? '';
      if (this.#defuses && !isHarmless(cell.charCodeAt(0))) cell = this.#safe(cell);
      if (this.#special.test(cell)) cell = `"${cell.replaceAll('"', '""')}"`;
      line += at === 0 ? cell : this.#delimiter + cell;
    }
    // A lone empty cell would be a blank line, which readers leave out.
    return line === '' ? '""\r\n' : `${line}\r\n`;
  }

  #safe(cell: string): string {
    if (this.#mark === ',' && NEGATIVE_WITH_COMMA.test(cell)) return cell;
    const safe = safeCell(cell);
    if (safe !== cell) this.defused += 1;
    return safe;
  }
}
