import { describe, expect, it } from 'vitest';
import { createStripeClient, modeOf } from './client.ts';
import { mapConcurrently } from './concurrency.ts';

describe('createStripeClient', () => {
  it.each([
    ['ftp://127.0.0.1/', 'sk_test_x'],
    ['http://127.0.0.1:1/v1', 'sk_test_x'],
    ['http://127.0.0.1:1', 'sk_live_x'],
    ['https://stripe.example', 'rk_live_x'],
    ['http://127.0.0.1:1', ''],
  ])('refuses %s with the key "%s"', (base, secretKey) => {
    expect(() => createStripeClient({ secretKey, apiBase: new URL(base) })).toThrowError(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it('knows the mode of a key', () => {
    expect([modeOf('sk_live_x'), modeOf('rk_live_x'), modeOf('sk_test_x'), modeOf('rk_test_x')]).toEqual([
      'live',
      'live',
      'test',
      'test',
    ]);
  });
});

describe('mapConcurrently', () => {
  it('keeps the order and the limit', async () => {
    let under = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 3, 2, 4], 2, async (item) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, item));
      under -= 1;
      return item * 2;
    });
    expect(results).toEqual([10, 2, 6, 4, 8]);
    expect(most).toBe(2);
    expect(await mapConcurrently([], 2, async () => 1)).toEqual([]);
  });

  it('begins nothing after an error', async () => {
    const begun: number[] = [];
    const all = mapConcurrently([1, 2, 3, 4, 5], 1, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('no');
    });
    await expect(all).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });
});
