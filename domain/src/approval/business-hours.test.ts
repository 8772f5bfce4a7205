import { expect, test } from 'vitest';
import { isNarrower, isOffHours } from './business-hours.ts';

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

test('a day off of the calendar, where the organization is', () => {
  const calendar = { name: 'Zurich', weekend: [6, 7], holidays: ['2026-01-02'] };
  const always = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
  const off = (instant: string, zone = 'Europe/Zurich') => isOffHours(instant, zone, always, calendar);
  expect(off('2026-01-01T22:59:59.000Z')).toBe(false);
  expect(off('2026-01-01T23:00:00.000Z')).toBe(true);
  expect(off('2026-01-02T22:59:59.000Z')).toBe(true);
  expect(off('2026-01-01T23:00:00.000Z', 'UTC')).toBe(false);
  // A Saturday, of the calendar's weekend.
  expect(off('2026-01-03T12:00:00.000Z')).toBe(true);
  expect(off('2026-01-05T12:00:00.000Z')).toBe(false);
});

test('hours that are within others', () => {
  const hours = { days: [1, 2, 3], from: '08:00', to: '18:00' };
  expect(isNarrower(hours, hours)).toBe(true);
  expect(isNarrower({ days: [2], from: '09:00', to: '17:00' }, hours)).toBe(true);
  expect(isNarrower({ ...hours, days: [] }, hours)).toBe(true);
  expect(isNarrower({ ...hours, days: [4] }, hours)).toBe(false);
  expect(isNarrower({ ...hours, from: '07:59' }, hours)).toBe(false);
  expect(isNarrower({ ...hours, to: '18:01' }, hours)).toBe(false);
});
