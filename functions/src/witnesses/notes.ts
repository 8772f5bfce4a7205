import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';
import type { Checkpoint } from '@countersign/domain/schemas/stream';
import type { Submission } from './ask.ts';

/** The stored note may have cosignatures by now; a witness gets the log's own line alone. */
export function submissionOf({ origin, size, root, note }: Checkpoint): Submission {
  const { text } = parseCheckpoint(note);
  const [own = ''] = note.slice(text.length + 1).split('\n');
  return { origin, size, root, note: `${text}\n${own}\n` };
}

/** A note with further signature lines, one of each key. @returns null when nothing is new */
export function withLines(note: string, lines: readonly string[]): string | null {
  const { signatures } = parseCheckpoint(note);
  const there = new Set(signatures.map(({ name, keyId }) => `${name} ${Buffer.from(keyId).toString('hex')}`));
  const fresh = lines.filter((line) => {
    const [, keyName = '', encoded = ''] = line.split(' ');
    return !there.has(`${keyName} ${Buffer.from(encoded, 'base64').subarray(0, 4).toString('hex')}`);
  });
  if (fresh.length === 0) return null;
  const longer = `${note}${fresh.join('\n')}\n`;
  if (parseCheckpoint(longer).signatures.length === signatures.length)
    throw new AppError('internal', 'A cosignature was lost on its way into the checkpoint');
  return longer;
}
