/** Stable codes that callers, the web app and the retry policy may rely on. */
export type ErrorCode =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'stale_digest'
  | 'self_approval'
  | 'already_signed'
  | 'idempotency_key_reused'
  | 'claim_taken'
  | 'lease_lost'
  | 'stopped'
  | 'resource_exhausted'
  | 'limit_exceeded'
  | 'input_error'
  | 'plugin_error'
  | 'sandbox_cpu'
  | 'sandbox_wall'
  | 'sandbox_memory'
  | 'sandbox_process_memory'
  | 'sandbox_output'
  | 'sandbox_logs'
  | 'sandbox_calls'
  | 'sandbox_call_rate'
  | 'sandbox_crash'
  | 'capability_denied'
  | 'provider_error'
  | 'ledger_refused'
  | 'drift'
  | 'unavailable'
  | 'internal';

export interface AppErrorOptions {
  /** Machine-readable facts; never a secret, never personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error type of the product. `message` is written for the person who reads it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** Narrow an unknown thrown value to an AppError; anything foreign becomes `internal`. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('internal', message, { cause: error });
}

/** Throw an `internal` error when an invariant of ours is broken. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AppError('internal', `Invariant broken: ${message}`);
}
