import { Cron } from 'croner';
import { AppError } from '../errors.ts';
import { DAY_MS, dayOf, midnightUtc, MINUTE_MS } from './wall-time.ts';

/** A schedule's times of day are at least this far apart, also over midnight. */
export const MIN_MINUTES_APART = 5;
const MINUTES_A_DAY = 1_440;

export interface CronIssue {
  /** Which of the five fields, or the expression as a whole. */
  readonly field: 'minute' | 'hour' | 'day of month' | 'month' | 'day of week' | 'expression';
  readonly message: string;
  readonly remedy: string;
}

const FIELDS = [
  ['minute', '0 to 59, as in 30, 0,30, 10-20 or */15'],
  ['hour', '0 to 23, as in 9, 9,17, 9-17 or */6'],
  ['day of month', '1 to 31, * for every day, L for the last, 15W for the weekday nearest to the 15th'],
  ['month', '1 to 12 or JAN to DEC, * for every month'],
  ['day of week', '0 to 6 or SUN to SAT (7 is Sunday too), MON-FRI, FRI#2 for the second Friday, * for every day'],
] as const;

/**
 * A cron expression of five fields, on wall clocks: which days it names, and at which times of day. When both day of
 * month and day of week are given, a day that is one of them counts, as cron has it since 1987.
 */
export interface DailyCron {
  /** Times of day, in minutes since midnight, ascending; the same on each day that it names. */
  readonly times: readonly number[];
  /** The first day that it names from this one on; null when none ever comes. */
  dayFrom(day: string): string | null;
}

/** @throws AppError `invalid_argument` with the issue in its details */
export function parseCron(expression: string): DailyCron {
  const issue = cronIssue(expression);
  if (issue !== null)
    throw new AppError('invalid_argument', `${issue.message}. ${issue.remedy}.`, { details: { issues: [issue] } });
  const cron = croner(expression);
  return { times: timesOf(cron), dayFrom: (day) => dayFrom(cron, day) };
}

/** What is wrong with an expression, or null. The same function serves the form and the server. */
export function cronIssue(expression: string): CronIssue | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== FIELDS.length || expression.trim().startsWith('@'))
    return {
      field: 'expression',
      message: `A schedule has five fields (minute, hour, day of month, month, day of week); this has ${expression.trim() === '' ? 0 : fields.length}`,
      remedy: 'Write, for 09:30 on Mondays to Fridays: 30 9 * * MON-FRI',
    };
  for (const [index, [field, remedy]] of FIELDS.entries()) {
    const text = fields[index] ?? '';
    // croner reads ? as the time at which it is asked: that is no time that anybody chose.
    const broken = text.includes('?') || !isSound(FIELDS.map((_, at) => (at === index ? text : '*')).join(' '));
    if (broken) return { field, message: `${text} can not be the ${field}`, remedy: `Allowed are ${remedy}` };
  }
  return wholeIssue(croner(expression));
}

function wholeIssue(cron: Cron): CronIssue | null {
  const times = timesOf(cron);
  if (times.length === 0)
    return {
      field: 'expression',
      message: 'No day has this date',
      remedy: 'Choose a day that the month has; L is the last day of every month',
    };
  if (closest(times) < MIN_MINUTES_APART)
    return {
      field: 'minute',
      message: `This comes more often than every ${MIN_MINUTES_APART} minutes`,
      remedy: `Leave at least ${MIN_MINUTES_APART} minutes between two times, as in */${MIN_MINUTES_APART}`,
    };
  return null;
}

function isSound(expression: string): boolean {
  try {
    croner(expression);
    return true;
  } catch {
    return false;
  }
}

/** In UTC a day of croner's has all of its times, once: it knows of no zone here. Paused and without a function, it starts no timer. */
function croner(expression: string): Cron {
  return new Cron(expression.trim(), { timezone: 'UTC', mode: '5-part', paused: true });
}

/** Any day will do: times don't depend on it. */
const SOME_DAY = '2024-01-01';

function timesOf(cron: Cron): number[] {
  const day = dayFrom(cron, SOME_DAY);
  if (day === null) return [];
  const midnight = midnightUtc(day);
  const times: number[] = [];
  for (let at = nextFrom(cron, midnight); at !== null && at < midnight + DAY_MS && times.length < MINUTES_A_DAY;) {
    times.push((at - midnight) / MINUTE_MS);
    at = nextFrom(cron, at + MINUTE_MS);
  }
  return times;
}

function dayFrom(cron: Cron, day: string): string | null {
  const at = nextFrom(cron, midnightUtc(day));
  return at === null ? null : dayOf(at);
}

/** croner looks for what is later than a moment; this includes the moment. */
function nextFrom(cron: Cron, utcMs: number): number | null {
  return cron.nextRun(new Date(utcMs - 1_000))?.getTime() ?? null;
}

function closest(times: readonly number[]): number {
  const next = times.map((time, index) => times[index + 1] ?? (times[0] ?? 0) + MINUTES_A_DAY);
  return Math.min(...times.map((time, index) => (next[index] ?? 0) - time));
}
