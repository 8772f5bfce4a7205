import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { HOLIDAY_RULES, type HolidayRule } from '../schemas/schedule.ts';
import { cronIssue } from './cron.ts';
import type { BusinessCalendar } from './business-day.ts';
import { DueTimes, isDueTime, type DueRule } from './next-due.ts';
import { MINUTE_MS, wallClock } from './wall-time.ts';

const WEEKEND: BusinessCalendar = { name: 'Weekends', weekend: [6, 7], holidays: [] };

const rule = (cron: string, timeZone: string, calendar: BusinessCalendar | null = null, on?: HolidayRule): DueRule => ({
  cron,
  timeZone,
  calendar,
  onHoliday: calendar === null ? null : (on ?? 'skip'),
});

function next(count: number, times: DueTimes, after: string): string[] {
  const found: string[] = [];
  for (let at: string | null = times.after(after); at !== null && found.length < count; at = times.after(at))
    found.push(at);
  return found;
}
const short = (instants: readonly string[]): string[] => instants.map((at) => at.slice(0, 16));

describe('on the days on which clocks change', () => {
  test.each([
    // 29 March 2026: 02:00 becomes 03:00 in Zurich. 25 October 2026: 03:00 becomes 02:00.
    ['a time that does not exist', 'Europe/Zurich', '30 2 * * *', '2026-03-28T12:00', ['03-29T01:00', '03-30T00:30']],
    ['a time that exists twice', 'Europe/Zurich', '30 2 * * *', '2026-10-24T12:00', ['10-25T00:30', '10-26T01:30']],
    [
      'a list over the gap',
      'Europe/Zurich',
      '0,30 1-3 * * *',
      '2026-03-29T00:00',
      ['03-29T00:30', '03-29T01:00', '03-29T01:30'],
    ],
    [
      'each half hour over the gap',
      'Europe/Zurich',
      '*/30 * * * *',
      '2026-03-29T00:00',
      ['03-29T00:30', '03-29T01:00', '03-29T01:30'],
    ],
    [
      'each half hour in the repeated hour',
      'Europe/Zurich',
      '*/30 * * * *',
      '2026-10-24T23:59',
      ['10-25T00:00', '10-25T00:30', '10-25T02:00'],
    ],
    [
      'New York, forward',
      'America/New_York',
      '30 2 8 3 *',
      '2026-01-01T00:00',
      ['2026-03-08T07:00', '2027-03-08T07:30'],
    ],
    ['New York, back', 'America/New_York', '30 1 1 11 *', '2026-01-01T00:00', ['2026-11-01T05:30', '2027-11-01T05:30']],
    // Half an hour only.
    ['Lord Howe, forward', 'Australia/Lord_Howe', '15 2 4 10 *', '2026-01-01T00:00', ['2026-10-03T15:30']],
    ['Lord Howe, back', 'Australia/Lord_Howe', '45 1 5 4 *', '2026-01-01T00:00', ['2026-04-04T14:45']],
    // Midnight itself does not exist.
    ['Cairo, forward at midnight', 'Africa/Cairo', '0 0 * * *', '2026-04-22T22:00', ['04-23T22:00', '04-24T21:00']],
    // Samoa left out all of 30 December 2011.
    [
      'a day that does not exist',
      'Pacific/Apia',
      '0 9 * * *',
      '2011-12-29T00:00',
      ['12-29T19:00', '12-30T10:00', '12-30T19:00'],
    ],
    ['no change of clocks', 'Asia/Kolkata', '30 9 * * *', '2026-03-29T00:00', ['03-29T04:00', '03-30T04:00']],
  ])('%s', (_, timeZone, cron, after, expected) => {
    const found = short(next(expected.length, new DueTimes(rule(cron, timeZone)), `${after}:00.000Z`));
    expect(found.map((at, index) => at.slice(16 - (expected[index] ?? '').length))).toEqual(expected);
  });
});

describe('with a calendar', () => {
  const calendar: BusinessCalendar = { ...WEEKEND, holidays: ['2026-12-25', '2026-12-31', '2027-01-01'] };
  test.each<[HolidayRule, string, string, string[]]>([
    // 25 December 2026 is a Friday, 31 December a Thursday.
    ['skip', '0 9 * * *', '2026-12-24T12:00', ['12-28', '12-29', '12-30', '01-04']],
    ['next', '0 9 * * *', '2026-12-24T12:00', ['12-28', '12-29', '12-30', '01-04', '01-05']],
    ['previous', '0 9 25 * *', '2026-11-26T00:00', ['12-24', '01-25']],
    ['next', '0 9 25 * *', '2026-11-26T00:00', ['12-28', '01-25']],
    ['skip', '0 9 25 * *', '2026-11-26T00:00', ['01-25', '02-25']],
    ['next', '0 9 31 * *', '2026-12-30T12:00', ['01-04', '02-01', '03-31', '05-31']],
    ['last_of_month', '0 9 1 * *', '2026-11-22T00:00', ['11-30', '12-30', '01-29', '02-26']],
    ['last_of_month', '0 9 * * *', '2026-12-30T09:00', ['01-29', '02-26']],
    ['previous', '0 9 L * *', '2026-12-30T08:59', ['12-30', '01-29']],
  ])('%s: %s after %s', (on, cron, after, expected) => {
    const found = next(expected.length, new DueTimes(rule(cron, 'UTC', calendar, on)), `${after}:00.000Z`);
    expect(found.map((at) => at.slice(5, 10))).toEqual(expected);
  });

  it("counts the days of the schedule's own zone", () => {
    // Friday 20:00 in Los Angeles is Saturday in UTC.
    const times = new DueTimes(rule('0 20 * * *', 'America/Los_Angeles', WEEKEND));
    expect(next(2, times, '2026-11-20T12:00:00.000Z')).toEqual([
      '2026-11-21T04:00:00.000Z',
      '2026-11-24T04:00:00.000Z',
    ]);
  });

  it('says so when nobody ever works', () => {
    const closed = Array.from({ length: 80 }, (_, day) =>
      new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
    );
    const times = new DueTimes(rule('0 9 10 1 *', 'UTC', { ...WEEKEND, name: 'Shut', holidays: closed }, 'next'));
    expect(() => times.after('2025-12-31T00:00:00.000Z')).toThrow(
      'The calendar Shut has no business day within 31 days',
    );
  });
});

describe('missed times', () => {
  const times = new DueTimes(rule('0 9 * * *', 'Europe/Zurich'));
  test.each([
    ['2026-11-20T08:00:00.000Z', 1, '2026-11-20T08:00:00.000Z'],
    ['2026-11-21T07:59:59.999Z', 1, '2026-11-20T08:00:00.000Z'],
    ['2026-11-21T08:00:00.000Z', 2, '2026-11-21T08:00:00.000Z'],
    ['2026-11-27T10:00:00.000Z', 8, '2026-11-27T08:00:00.000Z'],
  ])('until %s: %i', (until, count, last) => {
    expect(times.missed('2026-11-20T08:00:00.000Z', until)).toEqual({ count, last });
  });
  it('stops counting', () => {
    expect(times.missed('2026-11-20T08:00:00.000Z', '2036-01-01T00:00:00.000Z', 50).count).toBe(50);
  });
});

const zone = fc.constantFrom(
  'UTC',
  'Europe/Zurich',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'Pacific/Chatham',
  'Africa/Casablanca',
);
const cronText = fc
  .tuple(
    fc.constantFrom('0', '30', '*/15', '0,30', '59', '10-20/5'),
    fc.constantFrom('2', '*', '0', '23', '1-3', '*/6'),
    fc.constantFrom('*', '*', '1', '31', 'L', '15W'),
    fc.constantFrom('*', '*', '3,10,11', '2'),
    fc.constantFrom('*', '*', 'MON-FRI', 'SUN', 'FRI#2'),
  )
  .map((fields) => fields.join(' '))
  .filter((text) => cronIssue(text) === null);
const calendarOf = fc.option(
  fc.record({
    name: fc.constant('Some'),
    weekend: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 6 }),
    holidays: fc.array(
      fc.integer({ min: 0, max: 400 }).map((day) => new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10)),
      { maxLength: 20 },
    ),
  }),
);

test('times strictly increase, are found again from any moment between, and on the wall they are what the expression says', () => {
  fc.assert(
    fc.property(
      zone,
      cronText,
      calendarOf,
      fc.constantFrom(...HOLIDAY_RULES),
      fc.integer({ min: 0, max: 365 * 1440 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (timeZone, cron, calendar, on, startMinute, part) => {
        const times = new DueTimes(rule(cron, timeZone, calendar, on));
        const start = new Date(Date.UTC(2026, 0, 1) + startMinute * MINUTE_MS).toISOString();
        const found = next(12, times, start);
        let before = start;
        for (const due of found) {
          expect(due > before).toBe(true);
          expect(isDueTime(times, due)).toBe(true);
          const between = new Date(
            Date.parse(before) + Math.floor((Date.parse(due) - Date.parse(before)) * part * 0.999),
          );
          expect(times.after(between.toISOString())).toBe(due);
          before = due;
        }
        // Each time on the wall once.
        const walls = found.map((due) => wallClock(Date.parse(due), timeZone));
        expect(new Set(walls).size).toBe(walls.length);
      },
    ),
    { numRuns: 200, seed: 20_261_122 },
  );
});
