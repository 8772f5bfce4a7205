import { AppError } from '@countersign/domain/errors';

/** Bytes of a text file to a string without its byte order mark. UTF-8, or UTF-16 with a mark; anything else is refused. */
export function decodeText(bytes: Uint8Array, name: string): { text: string; encoding: string } {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch (error) {
    const line = lineOfBadByte(bytes);
    throw new AppError('input_error', `${name} is not valid ${encoding.toUpperCase()} text`, {
      cause: error,
      details: { issues: [{ line, column: null, code: 'encoding', message: `${name}, line ${line}: bytes that are not ${encoding.toUpperCase()} text`, remedy: 'Save the file as CSV UTF-8 and upload it again' }] },
    });
  }
}

/** The line of the first byte that is no UTF-8, by decoding ever longer prefixes of lines. */
function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let start = 0;
  for (let index = 0; index <= bytes.length; index += 1) {
    if (index !== bytes.length && bytes[index] !== 0x0a) continue;
    try {
      decoder.decode(bytes.subarray(start, index));
    } catch {
      return line;
    }
    start = index + 1;
    line += 1;
  }
  return 1;
}
