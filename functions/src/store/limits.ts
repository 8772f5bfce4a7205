import { AppError } from '@countersign/domain/errors';
import type { Write } from './database.ts';

/** Below Firestore's own limits (10 MiB a commit, 1 MiB a document), so that the local emulator hides no outage. */
export const MAX_COMMIT_BYTES = 9 * 1024 * 1024;
export const MAX_DOCUMENT_BYTES = 900 * 1024;
export const MAX_INBOX_BYTES = 500 * 1024;

/**
 * A document's size by Firestore's rules, near enough and never under: names and values of all fields, plus the path.
 * https://firebase.google.com/docs/firestore/storage-size
 */
export function documentBytes(path: string, data: Record<string, unknown>): number {
  return path.length + 64 + valueBytes(data);
}

function valueBytes(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') return 8;
  if (typeof value === 'string') return utf8Bytes(value) + 1;
  if (Array.isArray(value)) {
    let total = 0;
    for (const item of value) {
      if (Array.isArray(item)) throw new AppError('internal', 'A list within a list can not be stored');
      total += valueBytes(item);
    }
    return total;
  }
  if (typeof value === 'object') {
    let total = 32;
    for (const [name, field] of Object.entries(value)) total += name.length + 1 + valueBytes(field);
    return total;
  }
  throw new AppError('internal', `A ${typeof value} can not be stored`);
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
  }
  return bytes;
}

/** Assert what the real Firestore would refuse. @throws AppError `limit_exceeded` */
export function assertWithinLimits(writes: readonly Write[]): void {
  let total = 0;
  for (const write of writes) {
    const bytes = write.op === 'delete' ? write.path.length : documentBytes(write.path, write.data);
    if (bytes > MAX_DOCUMENT_BYTES) {
      throw new AppError('limit_exceeded', `A document of ${bytes} bytes is over the limit of ${MAX_DOCUMENT_BYTES}`, {
        details: { path: write.path },
      });
    }
    total += bytes;
  }
  if (total > MAX_COMMIT_BYTES) {
    throw new AppError('limit_exceeded', `A commit of ${total} bytes is over the limit of ${MAX_COMMIT_BYTES}`, {
      details: { writes: writes.length },
    });
  }
}
