import { AppError } from '@countersign/domain/errors';
import type * as z from 'zod';

/** Where a page ended, as text that the caller hands back. It opens nothing: whoever changes it only misleads himself. */
export const toCursor = (place: Readonly<Record<string, unknown>>): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws AppError `invalid_argument` for anything else than a cursor of ours */
export function fromCursor<T>(schema: z.ZodType<T>, cursor: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new AppError('invalid_argument', 'This page can’t be found. Begin with the first one.');
  }
}
