import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

export interface PdfColumn {
  readonly id: string;
  readonly label: string;
  /** Points. */
  readonly width: number;
  readonly align: 'left' | 'right';
}

export type Look = 'regular' | 'bold' | 'total';
type Face = 'regular' | 'bold';

export interface PdfOptions {
  readonly title: string;
  readonly author: string;
  readonly createdAt: string;
  /** On every page: who, what, and from when to when. */
  readonly head: readonly [string, string, string];
  readonly foot: string;
  readonly landscape: boolean;
  readonly fonts: readonly [regular: Buffer, bold: Buffer];
}

const MARGIN = 42;
const SIZE = 8.5;
const LINE = 12;
const FOOT_SIZE = 7;
const PAIR_NAME_WIDTH = 140;
const FONT_FOLDER = '@expo-google-fonts/ibm-plex-sans';

/** Latin, Greek and Cyrillic, U+2212, and figures of one width; under the SIL Open Font License. */
const FONT_FILES = [
  `${FONT_FOLDER}/400Regular/IBMPlexSans_400Regular.ttf`,
  `${FONT_FOLDER}/600SemiBold/IBMPlexSans_600SemiBold.ttf`,
] as const;

/** What pdfkit knows of an embedded font, beyond its types. */
interface EmbeddedFont {
  readonly font: { hasGlyphForCodePoint(point: number): boolean };
}

let fonts: Promise<[Buffer, Buffer]> | null = null;

/** Pages with a table that goes on from one to the next. Everything is placed here: nothing flows by itself. */
export class PdfPages {
  readonly #doc: PDFKit.PDFDocument;
  readonly #options: PdfOptions;
  readonly #chunks: Buffer[] = [];
  readonly #missing = new Set<string>();
  readonly #seen = new Set<string>();
  #columns: readonly PdfColumn[] = [];
  #y = MARGIN;

  /** Read once for each instance. */
  static fonts(): Promise<[Buffer, Buffer]> {
    const { resolve } = createRequire(import.meta.url);
    return (fonts ??= Promise.all([readFile(resolve(FONT_FILES[0])), readFile(resolve(FONT_FILES[1]))]));
  }

  constructor(options: PdfOptions) {
    this.#options = options;
    const created = new Date(options.createdAt);
    this.#doc = new PDFDocument({
      size: 'A4',
      layout: options.landscape ? 'landscape' : 'portrait',
      margin: 0,
      bufferPages: true,
      autoFirstPage: false,
      lang: 'en',
      displayTitle: true,
      info: {
        Title: options.title,
        Author: options.author,
        Creator: 'Countersign',
        CreationDate: created,
        ModDate: created,
      },
      // None: else Helvetica would be opened, and named in the file. The types do not know of it.
      font: null as unknown as string,
    });
    this.#doc.registerFont('regular', options.fonts[0]);
    this.#doc.registerFont('bold', options.fonts[1]);
    this.#doc.on('data', (chunk: Buffer) => void this.#chunks.push(chunk));
  }

  /** Between the margins, in points. */
  get width(): number {
    return (this.#options.landscape ? 841.89 : 595.28) - 2 * MARGIN;
  }

  widthOf(text: string, face: Face): number {
    return this.#doc.font(face).fontSize(SIZE).widthOfString(text);
  }

  openTable(columns: readonly PdfColumn[]): this {
    this.#columns = columns;
    this.#newPage();
    return this;
  }

  /** What follows has no columns. */
  closeTable(): void {
    this.#columns = [];
  }

  /** Never the last on its page. */
  heading(text: string): void {
    this.#room(LINE * 3);
    this.#y += 4;
    this.#text(text, MARGIN, this.#y, 'bold', 10);
    this.#y += LINE + 4;
  }

  gap(): void {
    this.#y += LINE;
  }

  row(cells: Readonly<Record<string, string>>, look: Look, indent: number): void {
    const face = look === 'regular' ? 'regular' : 'bold';
    const broken = this.#columns.map((column) =>
      this.#broken(cells[column.id] ?? '', column.width - (column.id === 'label' ? indent : 0) - 4, face),
    );
    const height = Math.max(1, ...broken.map((lines) => lines.length)) * LINE;
    this.#room(height);
    let x = MARGIN;
    this.#columns.forEach((column, index) => {
      const lines = broken[index] ?? [];
      if (look === 'total' && column.align === 'right' && lines.length > 0)
        this.#rule(x + 6, this.#y + 0.8, x + column.width);
      lines.forEach((line, row) => {
        const left =
          column.align === 'right'
            ? x + column.width - this.widthOf(line, face)
            : x + (column.id === 'label' ? indent : 0);
        this.#text(line, left, this.#y + row * LINE, face);
      });
      x += column.width;
    });
    this.#y += height;
  }

  pair(name: string, text: string): void {
    const lines = this.#broken(text, this.width - PAIR_NAME_WIDTH, 'regular');
    const names = this.#broken(name, PAIR_NAME_WIDTH - 8, 'bold');
    this.#room(Math.max(lines.length, names.length) * LINE);
    names.forEach((line, row) => this.#text(line, MARGIN, this.#y + row * LINE, 'bold'));
    lines.forEach((line, row) => this.#text(line, MARGIN + PAIR_NAME_WIDTH, this.#y + row * LINE, 'regular'));
    this.#y += Math.max(lines.length, names.length) * LINE;
  }

  /** Characters that were to be shown and that the font lacks. */
  missingCharacters(): string {
    return [...this.#missing].join('');
  }

  /** Numbers the pages, now that it is known how many there are. */
  async finish(): Promise<Uint8Array> {
    const { start, count } = this.#doc.bufferedPageRange();
    for (let index = start; index < start + count; index += 1) {
      this.#doc.switchToPage(index);
      const y = this.#doc.page.height - MARGIN + 8;
      this.#text(this.#options.foot, MARGIN, y, 'regular', FOOT_SIZE);
      const page = `Page ${index + 1} of ${count}`;
      this.#doc.font('regular').fontSize(FOOT_SIZE);
      this.#text(page, MARGIN + this.width - this.#doc.widthOfString(page), y, 'regular', FOOT_SIZE);
    }
    const ended = new Promise<void>((resolve, reject) => this.#doc.once('end', resolve).once('error', reject));
    this.#doc.end();
    await ended;
    return Buffer.concat(this.#chunks);
  }

  #newPage(): void {
    this.#doc.addPage();
    const [who, what, when] = this.#options.head;
    this.#text(who, MARGIN, MARGIN - 10, 'regular');
    this.#text(what, MARGIN, MARGIN + 2, 'bold', 13);
    this.#text(when, MARGIN, MARGIN + 20, 'regular');
    this.#y = MARGIN + 42;
    if (this.#columns.length === 0) return;
    let x = MARGIN;
    for (const { label, width, align } of this.#columns) {
      this.#text(label, align === 'right' ? x + width - this.widthOf(label, 'bold') : x, this.#y, 'bold');
      x += width;
    }
    this.#y += LINE + 2;
    this.#rule(MARGIN, this.#y, MARGIN + this.width);
    this.#y += 5;
  }

  #room(height: number): void {
    if (this.#y + height > this.#doc.page.height - MARGIN - 4) this.#newPage();
  }

  #rule(from: number, y: number, to: number): void {
    this.#doc.moveTo(from, y).lineTo(to, y).lineWidth(0.5).stroke();
  }

  #text(text: string, x: number, y: number, face: Face, size = SIZE): void {
    this.#doc.font(face).fontSize(size);
    this.#note(text);
    // One line as it is: breaking and aligning was done before.
    this.#doc.text(text, x, y, { lineBreak: false });
  }

  #note(text: string): void {
    const { font } = (this.#doc as unknown as { _font: EmbeddedFont })._font;
    for (const character of text) {
      if (this.#seen.has(character)) continue;
      this.#seen.add(character);
      if (!font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)) this.#missing.add(character);
    }
  }

  /** Lines that fit: broken between words, or within one that is too long. */
  #broken(text: string, width: number, face: Face): string[] {
    const plain = text.replaceAll(/\p{Cc}+/gu, ' ');
    if (plain === '') return [];
    if (this.widthOf(plain, face) <= width) return [plain];
    const lines: string[] = [];
    let line = '';
    for (const word of plain.split(' ').flatMap((one) => this.#pieces(one, width, face))) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && this.widthOf(longer, face) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return [...lines, line];
  }

  #pieces(word: string, width: number, face: Face): string[] {
    if (this.widthOf(word, face) <= width) return [word];
    const pieces: string[] = [];
    let piece = '';
    for (const character of word) {
      if (piece !== '' && this.widthOf(piece + character, face) > width) {
        pieces.push(piece);
        piece = '';
      }
      piece += character;
    }
    return [...pieces, piece];
  }
}
