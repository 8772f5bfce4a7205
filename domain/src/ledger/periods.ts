import type { Period } from '../schemas/period.ts';
import { dayAfter } from './days.ts';

/** Months of forty years; the writer has all of them in memory. */
export const MAX_PERIODS = 500;

/**
 * The last day that is closed; null while every day is open. Periods are closed in their order and reopened in the
 * opposite one, so that one day tells closed from open: days before the first period and between periods are closed with
 * what follows them.
 */
export function closedThrough(periods: Iterable<Pick<Period, 'to' | 'state'>>): string | null {
  let last: string | null = null;
  for (const { to, state } of periods) if (state !== 'open' && (last === null || to > last)) last = to;
  return last;
}

/** The day itself, or the first open day after it. */
export function openDay(day: string, closed: string | null): string {
  return closed !== null && day <= closed ? dayAfter(closed) : day;
}

/** The period that a day lies in. */
export function periodOf<P extends Pick<Period, 'from' | 'to'>>(periods: Iterable<P>, day: string): P | null {
  for (const period of periods) if (period.from <= day && day <= period.to) return period;
  return null;
}
