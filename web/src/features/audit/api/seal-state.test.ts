import { expect, test } from 'vitest';
import { sealState } from './seal-state.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const sealed = { size: 10, checkpointSize: 10, unsealedSince: null };
const check = { ok: true, scope: 'full', cycle: null, findingCount: 0, nextAt: '2026-11-22T11:00:00.000Z' } as const;
const label = (...args: Parameters<typeof sealState>): string => sealState(...args).label;

test('what does not hold comes before everything else', () => {
  const bad = { ...check, ok: false, findingCount: 1 };
  expect(label([{ ...sealed, size: 12 }], bad, NOW)).toBe('1 thing does not hold');
  expect(label([sealed], { ...bad, findingCount: 3 }, NOW)).toBe('3 things do not hold');
});

test('what waits for a seal is counted over both streams, and is a matter for somebody when it waits for long', () => {
  const waits = { size: 12, checkpointSize: 10, unsealedSince: '2026-11-22T09:59:30.000Z' };
  expect(sealState([waits, waits], check, NOW)).toMatchObject({ label: '4 records wait for a seal', tone: 'busy' });
  const late = { ...waits, size: 11, unsealedSince: '2026-11-22T09:50:00.000Z' };
  expect(sealState([sealed, late], check, NOW)).toMatchObject({ label: '1 record waits for a seal', tone: 'act' });
});

test('sealed is not checked', () => {
  expect(label([sealed, sealed], check, NOW)).toBe('Everything is in order');
  expect(label([sealed], null, NOW)).toBe('Everything sealed, not checked yet');
  expect(label([sealed], { ...check, scope: 'clock' }, NOW)).toMatch(/only waiting times/);
  const cycle = { number: 1, startedAt: null, percent: null, turns: 3, last: null };
  expect(label([sealed], { ...check, scope: 'cycle', cycle }, NOW)).toMatch(/not all of it is checked yet/);
  const last = { startedAt: '2026-11-22T08:00:00.000Z', endedAt: '2026-11-22T09:00:00.000Z', findingCount: 0 };
  expect(label([sealed], { ...check, scope: 'cycle', cycle: { ...cycle, last } }, NOW)).toBe('Everything is in order');
  expect(label([sealed], { ...check, nextAt: '2026-11-22T09:00:00.000Z' }, NOW)).toMatch(/check is late/);
  expect(label([{ size: 0, checkpointSize: 0, unsealedSince: null }], null, NOW)).toBe('Nothing is recorded yet');
});
