import type { CsvProfile, FileIssue } from '../schemas/file.ts';

export type Encoding = CsvProfile['encoding'];

export interface DetectedEncoding {
  readonly encoding: Encoding;
  readonly byteOrderMark: boolean;
}

/** The encoding that the first bytes declare by a byte order mark; UTF-8 without one. */
export function detectEncoding(start: Uint8Array): DetectedEncoding {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return { encoding: 'utf-8', byteOrderMark: true };
  if (start[0] === 0xff && start[1] === 0xfe) return { encoding: 'utf-16le', byteOrderMark: true };
  if (start[0] === 0xfe && start[1] === 0xff) return { encoding: 'utf-16be', byteOrderMark: true };
  return { encoding: 'utf-8', byteOrderMark: false };
}

/** The global of browsers and Node, whose type is named differently in each. */
type Decoder = InstanceType<typeof TextDecoder>;

/** Bytes that come in pieces to text without a byte order mark. Invalid bytes are refused, never replaced. */
export class TextStream {
  readonly #strict: Decoder;
  readonly #lenient: Decoder;
  readonly #encoding: Encoding;
  #lines = 0;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#strict = new TextDecoder(encoding, { fatal: true });
    this.#lenient = new TextDecoder(encoding);
  }

  /** The text of one more piece, or what is wrong with it. After an issue the stream is at its end. */
  push(bytes: Uint8Array, last = false): { readonly text: string } | { readonly issue: FileIssue } {
    let text: string;
    try {
      text = this.#strict.decode(bytes, { stream: !last });
    } catch {
      return { issue: this.#invalid(this.#lenient.decode(bytes, { stream: !last }).split('\ufffd')[0] ?? '') };
    }
    // Kept in step, so that the line of a bad byte can be told.
    this.#lenient.decode(bytes, { stream: !last });
    if (text.includes('\0')) return { issue: this.#invalid(text.split('\0')[0] ?? '') };
    this.#lines += countLines(text);
    return { text };
  }

  #invalid(before: string): FileIssue {
    return {
      line: this.#lines + countLines(before) + 1,
      column: null,
      code: 'encoding',
      message: `This line has bytes in it that are not ${this.#encoding.toUpperCase()} text`,
      remedy: 'Save the file as "CSV UTF-8" and upload it again',
    };
  }
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** A whole file's bytes to text. */
export function decodeText(
  bytes: Uint8Array,
): ({ readonly text: string } & DetectedEncoding) | { readonly issue: FileIssue } {
  const detected = detectEncoding(bytes);
  const result = new TextStream(detected.encoding).push(bytes, true);
  return 'issue' in result ? result : { ...result, ...detected };
}
