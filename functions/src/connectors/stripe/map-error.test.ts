import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { mapStripeError } from './map-error.ts';

/** As the package makes it from an answer of Stripe's. */
function answered(
  statusCode: number,
  error: { type?: string; code?: string; message?: string } = {},
  headers: Record<string, string> = {},
): Error {
  const raw = { type: 'invalid_request_error', message: 'why', ...error, statusCode, headers, requestId: 'req_1' };
  const { StripeInvalidRequestError, StripeIdempotencyError, StripeAPIError } = Stripe.errors;
  if (error.type === 'idempotency_error' && statusCode === 400) return new StripeIdempotencyError(raw as never);
  return statusCode >= 500 ? new StripeAPIError(raw as never) : new StripeInvalidRequestError(raw as never);
}

function cutOff(message: string): Error {
  return new Stripe.errors.StripeConnectionError({ message } as never);
}

describe('mapStripeError', () => {
  it.each([
    [400, 'balance_insufficient', 'failed'],
    [400, 'payouts_not_allowed', 'failed'],
    [401, 'api_key_expired', 'failed'],
    [402, 'card_declined', 'failed'],
    [403, 'account_invalid', 'failed'],
    [404, 'resource_missing', 'failed'],
    [408, 'timeout', 'unknown'],
    [409, 'idempotency_key_in_use', 'unknown'],
    [429, 'rate_limit', 'not_done'],
    [429, 'lock_timeout', 'not_done'],
    [400, 'lock_timeout', 'not_done'],
    [500, 'api_error', 'unknown'],
    [503, 'api_error', 'unknown'],
  ] as const)('%s %s is %s', (status, code, outcome) => {
    expect(mapStripeError(answered(status, { code }))).toMatchObject({ outcome, code });
  });

  it('takes a key used for something else as unknown, not as a refusal', () => {
    expect(mapStripeError(answered(400, { type: 'idempotency_error' }))).toMatchObject({
      outcome: 'unknown',
      retryable: false,
    });
  });

  it('knows nothing after a lost connection, a time-out or an error that is not of Stripe', () => {
    expect(mapStripeError(cutOff('An error occurred with our connection to Stripe.'))).toMatchObject({
      outcome: 'unknown',
      code: 'provider_unreachable',
      retryable: true,
    });
    expect(mapStripeError(cutOff('Request aborted due to timeout being reached (20000ms)'))).toMatchObject({
      outcome: 'unknown',
      code: 'provider_timeout',
    });
    expect(mapStripeError(new TypeError('x is not a function'))).toMatchObject({
      outcome: 'unknown',
      retryable: false,
    });
    expect(mapStripeError(undefined)).toMatchObject({ outcome: 'unknown' });
  });

  it('says whether repeating a 5xx can help', () => {
    expect(mapStripeError(answered(500, {}, { 'stripe-should-retry': 'false' })).retryable).toBe(false);
    expect(mapStripeError(answered(502)).retryable).toBe(true);
  });

  it('trusts a refusal after a doubtful attempt only when it is the replay of the first', () => {
    const refusal = { code: 'balance_insufficient' };
    expect(mapStripeError(answered(400, refusal), { doubtfulBefore: true })).toMatchObject({
      outcome: 'unknown',
      code: 'balance_insufficient',
    });
    expect(mapStripeError(answered(429, { code: 'rate_limit' }), { doubtfulBefore: true })).toMatchObject({
      outcome: 'unknown',
    });
    expect(
      mapStripeError(answered(400, refusal, { 'idempotent-replayed': 'true' }), { doubtfulBefore: true }),
    ).toMatchObject({ outcome: 'failed' });
  });

  it('gives a code to the refusal that Stripe gives none', () => {
    const message = "Sorry, you don't have any external accounts in that currency (gbp).";
    expect(mapStripeError(answered(400, { message }))).toMatchObject({
      outcome: 'failed',
      code: 'no_external_account',
      message,
    });
  });
});
