import { AppError } from '@countersign/domain/errors';

/** What one pack takes. A run has 100,000 effects at most, with a journal each. */
export const MAX_JOURNALS = 110_000;
export const MAX_EVENTS = 200_000;
export const MAX_EXECUTIONS = 1_000;
/** Leaves of the ledger that are given by their hash alone. */
export const MAX_HASHED = 20_000;

/** @throws AppError `limit_exceeded` that says what to do */
export function assertWithin(count: number, limit: number, what: string): void {
  if (count <= limit) return;
  throw new AppError(
    'limit_exceeded',
    `This pack would hold more than ${limit.toLocaleString('en-US')} ${what}. Ask for a shorter period, or for runs one by one.`,
    { details: { limit, what } },
  );
}

/** @throws always: something was written while it was read; another try finds it standing still */
export function changedMeanwhile(what: string): AppError {
  return new AppError('unavailable', `${what} changed while its evidence was put together`, {
    retryable: true,
    details: { changedMeanwhile: true },
  });
}
