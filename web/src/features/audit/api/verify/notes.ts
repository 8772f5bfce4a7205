import { fromBase64, verifierKey } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';

const KEY_BYTES = 32;
/** The first byte of a key in the form of signed-note tools, for Ed25519. */
const ED25519 = 0x01;
const MAX_NOTES = 100;

/**
 * A public key as people have it: base64 of its 32 bytes, or `name+id+base64` as other signed-note tools write it.
 * @throws AppError `invalid_argument` for anything else
 */
export function readKey(text: string): Uint8Array {
  const trimmed = text.trim();
  const [, name, encoded] = /^([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/.exec(trimmed) ?? [];
  if (name === undefined || encoded === undefined) return keyFrom(trimmed, KEY_BYTES);
  const bytes = keyFrom(encoded, KEY_BYTES + 1);
  const key = bytes.slice(1);
  if (bytes[0] !== ED25519 || verifierKey(name, key) !== trimmed)
    throw new AppError('invalid_argument', 'This is the key of something else, or it was changed on its way.');
  return key;
}

function keyFrom(encoded: string, length: number): Uint8Array {
  try {
    return fromBase64(encoded, length);
  } catch {
    throw new AppError('invalid_argument', 'A public key is base64 of 32 bytes: 44 characters, the last one =.');
  }
}

/**
 * The checkpoints in a text that holds one or several, one after the other. Line ends of another system and blank lines
 * around them are what pasting and mailing leave: they are no part of the note.
 * @throws AppError `limit_exceeded` for more than a hundred
 */
export function splitNotes(text: string): string[] {
  const notes = text
    .replaceAll('\r\n', '\n')
    .split(/^(?=countersign\/)/m)
    .map((note) => note.trim())
    .filter((note) => note !== '')
    .map((note) => `${note}\n`);
  if (notes.length > MAX_NOTES)
    throw new AppError('limit_exceeded', `At most ${MAX_NOTES} checkpoints at once; the newest ones say the most.`);
  return notes;
}
