/**
 * Parts of a workbook in SpreadsheetML (ECMA-376, part 1, section 18): what a statement needs of it. The packages at
 * hand take amounts as floating-point numbers; here the decimal text goes into the cell as it is.
 */
export type Cell =
  | { readonly kind: 'text'; readonly text: string; readonly style?: Style }
  /** Plain decimal text: digits, at most one point, a minus. */
  | { readonly kind: 'decimal'; readonly text: string; readonly places: number; readonly style?: Style }
  | { readonly kind: 'day'; readonly day: string };

export interface Style {
  readonly bold?: boolean;
  /** A line above, as sums have. */
  readonly line?: boolean;
  readonly indent?: number;
}

/** Spreadsheets compute in doubles, which keep 15 significant digits; a number with more would be rounded. */
const EXACT_DIGITS = 15;

export function isExactInSpreadsheets(text: string): boolean {
  return text.replace(/^-?[0.]*/, '').replace('.', '').length <= EXACT_DIGITS;
}

/** Characters that XML 1.0 can not hold go; the rest is escaped. */
export function xmlText(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A1, B1, … AA1. */
export function cellName(column: number, row: number): string {
  let letters = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26))
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  return `${letters}${row + 1}`;
}

/** Cell formats as they are used; their places in the list are what cells refer to. */
export class Styles {
  readonly #formats = new Map<string, number>();
  readonly #xml: string[] = [];

  constructor() {
    this.#place('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>');
  }

  text({ bold, line, indent }: Style = {}, quoted = false): number {
    const alignment = `<alignment vertical="top" wrapText="1"${indent === undefined || indent === 0 ? '' : ` horizontal="left" indent="${indent}"`}/>`;
    return this.#place(
      `<xf numFmtId="49" ${this.#look(bold, line)}${quoted ? ' quotePrefix="1"' : ''} applyNumberFormat="1" applyAlignment="1">${alignment}</xf>`,
    );
  }

  decimal(places: number, { bold, line }: Style = {}): number {
    return this.#place(
      `<xf numFmtId="${FIRST_FORMAT + places}" ${this.#look(bold, line)} applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>`,
    );
  }

  /** Digits that a spreadsheet would round: they stay text, and stand where numbers stand. */
  longDecimal({ bold, line }: Style = {}): number {
    return this.#place(
      `<xf numFmtId="49" ${this.#look(bold, line)} applyNumberFormat="1" applyAlignment="1"><alignment horizontal="right" vertical="top"/></xf>`,
    );
  }

  day(): number {
    return this.#place(
      `<xf numFmtId="${FIRST_FORMAT + MAX_PLACES + 1}" ${this.#look()} applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left" vertical="top"/></xf>`,
    );
  }

  xml(): string {
    const formats = Array.from({ length: MAX_PLACES + 1 }, (_, places) => {
      const code = `#,##0${places === 0 ? '' : `.${'0'.repeat(places)}`}`;
      return `<numFmt numFmtId="${FIRST_FORMAT + places}" formatCode="${code};\\-${code}"/>`;
    });
    return `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${formats.length + 1}">${formats.join('')}<numFmt numFmtId="${FIRST_FORMAT + MAX_PLACES + 1}" formatCode="yyyy\\-mm\\-dd"/></numFmts>${FONTS}${FILLS}${BORDERS}<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${this.#xml.length}">${this.#xml.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
  }

  #look(bold = false, line = false): string {
    return `fontId="${bold ? 1 : 0}" fillId="0" borderId="${line ? 1 : 0}" xfId="0" applyFont="1" applyBorder="1"`;
  }

  #place(xml: string): number {
    const there = this.#formats.get(xml);
    if (there !== undefined) return there;
    this.#formats.set(xml, this.#xml.length);
    return this.#xml.push(xml) - 1;
  }
}

export const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
/** The first number that formats of one's own may have. */
const FIRST_FORMAT = 164;
const MAX_PLACES = 4;
const FONTS =
  '<fonts count="2"><font><sz val="10"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="10"/><name val="Calibri"/><family val="2"/></font></fonts>';
const FILLS =
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>';
const BORDERS =
  '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top style="thin"/><bottom/><diagonal/></border></borders>';

/** A text that would be a formula if somebody typed it: Excel's own mark keeps it text, also when it is edited. */
const FORMULA_START = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const DAY_MS = 86_400_000;
/** Day 1 of the 1900 system is 1 January 1900, and it counts a 29 February 1900 that there was not. */
const EPOCH_MS = Date.UTC(1899, 11, 30);

export function cellXml(cell: Cell, name: string, styles: Styles): string {
  switch (cell.kind) {
    case 'text': {
      const style = styles.text(cell.style, FORMULA_START.test(cell.text));
      // Empty, and not a text of no length: blank is what formulas and filters look for.
      if (cell.text === '') return `<c r="${name}" s="${style}"/>`;
      return `<c r="${name}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell.text)}</t></is></c>`;
    }
    case 'day':
      return `<c r="${name}" s="${styles.day()}"><v>${(Date.parse(`${cell.day}T00:00:00Z`) - EPOCH_MS) / DAY_MS}</v></c>`;
    case 'decimal':
      return isExactInSpreadsheets(cell.text)
        ? `<c r="${name}" s="${styles.decimal(cell.places, cell.style)}"><v>${cell.text}</v></c>`
        : `<c r="${name}" s="${styles.longDecimal(cell.style)}" t="inlineStr"><is><t>${xmlText(cell.text)}</t></is></c>`;
  }
}
