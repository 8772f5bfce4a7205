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
    let changed: string[] | null = null;
    for (let at = 0; at < cells.length; at += 1) {
      const cell = cells[at] ?? '';
      const safe = this.#defuses && !isHarmless(cell.charCodeAt(0)) ? this.#safe(cell) : cell;
      const written = this.#special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
      if (written !== cell) (changed ??= [...cells])[at] = written;
    }
    const line = (changed ?? cells).join(this.#delimiter);
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
