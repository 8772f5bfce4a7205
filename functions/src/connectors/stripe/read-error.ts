import { AppError, isAppError } from '@countersign/domain/errors';
import { withRetries } from '../../engine/retry-policy.ts';
import { mapStripeError } from './map-error.ts';

/** A read of Stripe's, repeated by the one retry policy while it is throttled or unreachable. @throws AppError */
export function read<T>(call: () => Promise<T>): Promise<T> {
  return withRetries(() => call().catch((error: unknown) => Promise.reject(readError(error))));
}

/** A read changes nothing, so all that counts is whether it may succeed later. */
function readError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const { code, message, outcome, retryable } = mapStripeError(error);
  const details = { code };
  if (retryable || outcome === 'unknown')
    return new AppError('unavailable', `Stripe did not answer: ${message}`, { details, retryable, cause: error });
  if (code === 'account_invalid' || code === 'resource_missing')
    return new AppError('not_found', message, { details, cause: error });
  return new AppError('provider_error', `Stripe refused: ${message}`, { details, cause: error });
}
