import Stripe from 'stripe';

/**
 * What an error of Stripe's says about the thing asked for:
 * - `failed`: Stripe refused, definitely, and nothing was done;
 * - `not_done`: nothing was done, and the same call may be made again with the same key (throttled, locked);
 * - `unknown`: it may have been done. `retryable` then says whether the same key can bring a better answer.
 *
 * Source: https://docs.stripe.com/error-low-level and https://docs.stripe.com/api/errors
 */
export interface MappedError {
  readonly outcome: 'failed' | 'not_done' | 'unknown';
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface ErrorContext {
  /** An earlier attempt of the same call may have been carried out: a refusal of the last one proves nothing then. */
  readonly doubtfulBefore?: boolean;
}

const UNKNOWN_MESSAGE = 'It is not known whether Stripe did it';

export function mapStripeError(error: unknown, context: ErrorContext = {}): MappedError {
  const mapped = mapAlone(error);
  if (mapped.outcome === 'unknown' || !context.doubtfulBefore || isReplayed(error)) return mapped;
  return {
    outcome: 'unknown',
    code: mapped.code,
    message: `${UNKNOWN_MESSAGE}: an earlier attempt was cut off, and then: ${mapped.message}`,
    retryable: mapped.retryable,
  };
}

function mapAlone(error: unknown): MappedError {
  if (!(error instanceof Stripe.errors.StripeError)) {
    return {
      outcome: 'unknown',
      code: 'provider_error',
      message: `${UNKNOWN_MESSAGE}: ${textOf(error)}`,
      retryable: false,
    };
  }
  const code = codeOf(error);
  const status = error.statusCode;
  if (status === undefined) return unknown(code, error.message, true);
  if (status === 429 || code === 'lock_timeout')
    return { outcome: 'not_done', code, message: error.message, retryable: true };
  // The key belongs to another request, which may have been carried out: here a 400 is no refusal of ours.
  if (error.rawType === 'idempotency_error' && status !== 409) return unknown(code, error.message, false);
  if (status === 408 || status === 409) return unknown(code, error.message, true);
  if (status >= 400 && status < 500) return { outcome: 'failed', code, message: error.message, retryable: false };
  // A 5xx that Stripe saved under the key is only repeated to us.
  return unknown(code, error.message, headerOf(error, 'stripe-should-retry') !== 'false');
}

function unknown(code: string, message: string, retryable: boolean): MappedError {
  return { outcome: 'unknown', code, message: `${UNKNOWN_MESSAGE}: ${message}`, retryable };
}

/** The answer is the one saved when the key was first used: it speaks for every attempt under that key. */
function isReplayed(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && headerOf(error, 'idempotent-replayed') === 'true';
}

function codeOf(error: InstanceType<typeof Stripe.errors.StripeError>): string {
  if (typeof error.code === 'string' && error.code !== '') return error.code;
  // Stripe gives this refusal no code of its own.
  if (/don't have any external accounts in that currency/.test(error.message)) return 'no_external_account';
  if (error instanceof Stripe.errors.StripeConnectionError)
    return /timeout/i.test(error.message) ? 'provider_timeout' : 'provider_unreachable';
  return error.rawType ?? 'provider_error';
}

function headerOf(error: { readonly headers?: Record<string, string> | undefined }, name: string): string | undefined {
  return error.headers?.[name];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
