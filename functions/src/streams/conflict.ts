import { isAppError } from '@countersign/domain/errors';

/** Somebody else wrote first, or may have: read again and see. */
export function conflict(error: unknown): boolean {
  return (
    isAppError(error) &&
    (error.code === 'failed_precondition' || error.code === 'already_exists' || error.code === 'unavailable')
  );
}
