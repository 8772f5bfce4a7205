import { expect, test } from 'vitest';
import { isOffHours } from './business-hours.ts';

// 2 March 2026 is a Monday; daylight saving time begins in Zurich on 29 March.
test.each([
  ['Monday at eight', '2026-03-02T07:00:00.000Z', 'Europe/Zurich', false],
  ['a minute before', '2026-03-02T06:59:00.000Z', 'Europe/Zurich', true],
  ['a minute before six', '2026-03-02T16:59:59.000Z', 'Europe/Zurich', false],
  ['six', '2026-03-02T17:00:00.000Z', 'Europe/Zurich', true],
  ['at eight in summer', '2026-06-01T06:00:00.000Z', 'Europe/Zurich', false],
  ['Sunday', '2026-03-01T12:00:00.000Z', 'UTC', true],
  ['still Friday in Los Angeles', '2026-03-07T00:30:00.000Z', 'America/Los_Angeles', false],
  ['Saturday in Auckland already', '2026-03-06T22:00:00.000Z', 'Pacific/Auckland', true],
  ['midnight', '2026-03-02T00:00:00.000Z', 'UTC', true],
  ['nowhere', '2026-03-02T12:00:00.000Z', 'Mars/Olympus', null],
  ['never', 'soon', 'UTC', null],
] as const)('%s', (_, instant, zone, expected) => {
  expect(isOffHours(instant, zone)).toBe(expected);
});

test('hours of one’s own, until midnight', () => {
  const hours = { days: [6, 7], from: '22:00', to: '24:00' };
  expect(isOffHours('2026-03-01T23:59:00.000Z', 'UTC', hours)).toBe(false);
  expect(isOffHours('2026-03-02T23:59:00.000Z', 'UTC', hours)).toBe(true);
});
