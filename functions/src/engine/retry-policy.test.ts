import { AppError } from '@countersign/domain/errors';
import { expect, test, vi } from 'vitest';
import { retryDecision, withRetries } from './retry-policy.ts';

const retryable = new AppError('unavailable', 'x', { retryable: true });

test.each([
  ['what may work later', retryable, 1, true],
  ['what a fifth time has not worked', retryable, 5, false],
  ['what will never work', new AppError('invalid_argument', 'x'), 1, false],
  ['a lost lease, whatever it says', new AppError('lease_lost', 'x', { retryable: true }), 1, false],
  ['drift', new AppError('drift', 'x', { retryable: true }), 1, false],
  ['the stop', new AppError('stopped', 'x', { retryable: true }), 1, false],
  ['something foreign', new Error('x'), 1, false],
  ['no error at all', undefined, 1, false],
])('%s', (_, error, attempt, retry) => {
  expect(retryDecision(error, attempt).retry).toBe(retry);
});

test('delays grow, and have an end', () => {
  const delays = [1, 2, 3, 4].map((attempt) => retryDecision(retryable, attempt).delayMs);
  expect(delays).toEqual([200, 400, 800, 1_600]);
  expect(retryDecision(retryable, 5)).toEqual({ retry: false, delayMs: 0 });
});

test('a call is made five times at the most, and its last error is thrown', async () => {
  vi.useFakeTimers();
  try {
    const call = vi.fn<(attempt: number) => Promise<string>>(async () => {
      throw retryable;
    });
    const result = withRetries(call).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await result).toBe(retryable);
    expect(call.mock.calls).toEqual([[1], [2], [3], [4], [5]]);
    call.mockReset().mockRejectedValueOnce(retryable).mockResolvedValueOnce('done');
    const second = withRetries(call);
    await vi.runAllTimersAsync();
    expect(await second).toBe('done');
  } finally {
    vi.useRealTimers();
  }
});
