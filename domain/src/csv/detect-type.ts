import type { StoredFile } from '../schemas/file.ts';
import { detectEncoding } from './decode.ts';

export type DetectedType = StoredFile['detectedType'];

/** So many first bytes are looked at. */
export const TYPE_BYTES = 4096;

const SIGNATURES: readonly (readonly [type: DetectedType, bytes: readonly number[]])[] = [
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['image', [0x89, 0x50, 0x4e, 0x47]],
  ['image', [0xff, 0xd8, 0xff]],
  ['image', [0x47, 0x49, 0x46, 0x38]],
  ['image', [0x52, 0x49, 0x46, 0x46]],
  /** An OLE container: the workbooks of Excel before 2007. */
  ['binary', [0xd0, 0xcf, 0x11, 0xe0]],
];
/** The names that the first entries of an Office workbook have. */
const WORKBOOK = /\[Content_Types\]\.xml|_rels\/|xl\/|docProps\//;

/**
 * What a file is by its first bytes, whatever it is called. Text stays `text`; whether it is a CSV shows when its first
 * line is read.
 */
export function detectType(firstBytes: Uint8Array): DetectedType {
  const start = firstBytes.subarray(0, TYPE_BYTES);
  if (start.length === 0) return 'empty';
  const signed = SIGNATURES.find(([, bytes]) => bytes.every((byte, index) => start[index] === byte));
  if (signed !== undefined) return signed[0] === 'zip' && WORKBOOK.test(asciiOf(start)) ? 'xlsx' : signed[0];
  // Text of two bytes a character is full of zeros; it is known by its mark.
  if (detectEncoding(start).encoding !== 'utf-8') return 'text';
  return start.includes(0) ? 'binary' : 'text';
}

function asciiOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
