import { isAppError, type ErrorCode } from '@countersign/domain/errors';

export interface RetryDecision {
  readonly retry: boolean;
  readonly delayMs: number;
}

const MAX_ATTEMPTS = 5;
const BASE_DELAY_MS = 200;
const MAX_DELAY_MS = 8_000;
const NEVER: readonly ErrorCode[] = ['lease_lost', 'stopped', 'drift'];

/** The one decision on whether the same call is made again. `attempt` counts from 1. Exponential, bounded, no jitter of its own. */
export function retryDecision(error: unknown, attempt: number): RetryDecision {
  const retryable = isAppError(error) ? error.retryable && !NEVER.includes(error.code) : false;
  if (!retryable || attempt >= MAX_ATTEMPTS) return { retry: false, delayMs: 0 };
  return { retry: true, delayMs: Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (attempt - 1)) };
}

/** Call until it succeeds or the policy says no. */
export async function withRetries<T>(call: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(attempt);
    } catch (error) {
      const decision = retryDecision(error, attempt);
      if (!decision.retry) throw error;
      await new Promise((resolve) => setTimeout(resolve, decision.delayMs));
    }
  }
}
