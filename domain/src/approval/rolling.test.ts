import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMinor } from '../money/money.ts';
import type { Rollup } from '../schemas/rollup.ts';
import { rollupSchema, toStoredRollup } from '../schemas/rollup.ts';
import { largestOf, settled, windowsOf, withEntry } from './rolling.ts';

const START = Date.parse('2026-03-01T00:00:00.000Z');
const HOUR = 3_600_000;
const at = (hours: number): string => new Date(START + hours * HOUR).toISOString();
const payee = { kind: 'payee', subject: 'acct_1' } as const;
const add = (before: Rollup | null, id: string, hours: number, amountMinor: string | null): Rollup =>
  withEntry(before, payee, { executionId: id, at: at(hours), amountMinor }, at(hours));
const within = (rollup: Rollup, hours: number, now: number): string | null =>
  windowsOf(rollup.entries, at(now)).find((total) => total.hours === hours)?.amountMinor ?? null;

test('each window has what lies in it', () => {
  const rollup = add(add(add(null, 'a', 0, '100'), 'b', 20, '20'), 'c', 24, '3');
  expect(windowsOf(rollup.entries, at(24))).toEqual([
    { hours: 1, amountMinor: '3' },
    { hours: 4, amountMinor: '23' },
    { hours: 8, amountMinor: '23' },
    { hours: 24, amountMinor: '123' },
    { hours: 72, amountMinor: '123' },
    { hours: 168, amountMinor: '123' },
    { hours: 720, amountMinor: '123' },
  ]);
  expect(within(rollup, 24, 24.001)).toBe('23');
});

test('the same execution again replaces its entry; one that ended undone has none', () => {
  const rollup = add(add(null, 'a', 0, '100'), 'a', 1, '70');
  expect(within(rollup, 24, 1)).toBe('70');
  expect(settled(rollup, 'a', null, at(2))).toMatchObject({ entries: [], executionIds: [], folded: false });
  expect(within(settled(rollup, 'a', '30', at(2)), 24, 2)).toBe('30');
  expect(within(settled(rollup, 'other', null, at(2)), 24, 2)).toBe('70');
});

test('an amount that is not known makes its windows unknown, and no longer ones than it lies in', () => {
  const rollup = add(add(null, 'a', 0, null), 'b', 5, '7');
  expect(within(rollup, 4, 5)).toBe('7');
  expect(within(rollup, 24, 5)).toBeNull();
});

test('what no window reaches is dropped', () => {
  expect(add(add(null, 'a', 0, '1'), 'b', 721, '2').executionIds).toEqual(['b']);
});

test('however many: a bounded document that never shows less than there was', () => {
  const many = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3 }), amount: fc.nat(1_000) }), {
    minLength: 280,
    maxLength: 420,
  });
  fc.assert(
    fc.property(many, (runs) => {
      let rollup: Rollup | null = null;
      let hours = 0;
      const all: { hours: number; amount: number }[] = [];
      for (const [index, { gap, amount }] of runs.entries()) {
        hours += gap;
        all.push({ hours, amount });
        rollup = add(rollup, `x${index}`, hours, String(amount));
      }
      if (rollup === null) return;
      expect(rollup.entries.length).toBeLessThanOrEqual(300);
      expect(rollupSchema.parse(toStoredRollup(rollup))).toEqual(rollup);
      for (const { hours: window, amountMinor } of windowsOf(rollup.entries, at(hours))) {
        const exact = all.filter((one) => hours - one.hours <= window).reduce((sum, one) => sum + one.amount, 0);
        expect(toMinor(amountMinor ?? '0') >= BigInt(exact)).toBe(true);
        if (!rollup.folded) expect(amountMinor).toBe(String(exact));
      }
    }),
    { numRuns: 20 },
  );
});

test('what is put together counts from the last of it on', () => {
  let rollup = add(add(null, 'a', 0, '100'), 'b', 20, '10');
  for (let more = 0; more < 299; more += 1) rollup = add(rollup, `x${more}`, 30, '0');
  expect(rollup.folded).toBe(true);
  expect(within(rollup, 8, 30)).toBe('0');
  expect(within(rollup, 24, 30)).toBe('110');
});

test('uses of a file are kept whatever their age, the last ones', () => {
  let rollup: Rollup | null = null;
  for (let use = 0; use < 60; use += 1)
    rollup = withEntry(
      rollup,
      { kind: 'file', subject: 'f' },
      { executionId: `x${use}`, at: at(use * 1_000), amountMinor: '0' },
      at(use * 1_000),
    );
  expect(rollup?.executionIds).toHaveLength(50);
  expect(rollup?.executionIds.at(-1)).toBe('x59');
});

test('of several, the largest of each window; unknown wins', () => {
  const one = [{ hours: 1, amountMinor: '5' }] as const;
  const two = [{ hours: 1, amountMinor: '10' }] as const;
  expect(largestOf([[...one], [...two]])[0]).toEqual({ hours: 1, amountMinor: '10' });
  expect(largestOf([[...two], [{ hours: 1, amountMinor: null }], [...one]])[0]).toEqual({
    hours: 1,
    amountMinor: null,
  });
  expect(largestOf([])[0]).toEqual({ hours: 1, amountMinor: '0' });
});
