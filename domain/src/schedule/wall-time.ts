/** A day is `YYYY-MM-DD`, a time of day is minutes since midnight, an instant is milliseconds since 1970 in UTC. */
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
const SEARCH_STEPS = 40;

export const dayOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10);
export const midnightUtc = (day: string): number => Date.parse(`${day}T00:00:00.000Z`);
export const addDays = (day: string, count: number): string => dayOf(midnightUtc(day) + count * DAY_MS);

/** ISO 8601: 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(midnightUtc(day)).getUTCDay() || 7;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const two = '2-digit';
    const clock = { hour: two, minute: two, second: two } as const;
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      ...clock,
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** What clocks in a zone show at an instant, as if it were UTC. */
export function wallClock(instantMs: number, timeZone: string): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(instantMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instantMs % 1000) + 1000) % 1000);
}

/**
 * The instant at which clocks in a zone show this time of this day. A time that comes twice (clocks set back) is its
 * first; one that never comes (clocks set forward) is the first instant after the gap.
 */
export function instantOf(day: string, minutes: number, timeZone: string): number {
  const wall = midnightUtc(day) + minutes * MINUTE_MS;
  const offsetAt = (instantMs: number): number => wallClock(instantMs, timeZone) - instantMs;
  const [before, after] = [offsetAt(wall - DAY_MS), offsetAt(wall + DAY_MS)];
  const shown = [wall - before, wall - after].filter((instantMs) => wallClock(instantMs, timeZone) === wall);
  if (shown.length > 0) return Math.min(...shown);
  // The clocks jump over it: look for the jump, between the two readings of the time that is not shown.
  let [low, high] = [Math.min(wall - before, wall - after), Math.max(wall - before, wall - after)];
  for (let step = 0; step < SEARCH_STEPS && high - low > 1; step += 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
