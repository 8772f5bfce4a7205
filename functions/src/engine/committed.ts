import { commitment } from '@countersign/domain/audit/event';
import type { CommittedText } from '@countersign/domain/schemas/common';
import { randomBytes } from 'node:crypto';

const SALT_BYTES = 16;

/** What a person writes into a document whose content is hashed, so that it can be removed with the rest of their data. */
export function committed(text: string): CommittedText {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return { text, salt, commitment: commitment(salt, text) };
}
