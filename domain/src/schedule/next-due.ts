import type { HolidayRule } from '../schemas/schedule.ts';
import { BusinessDays, type BusinessCalendar } from './business-day.ts';
import { parseCron, type DailyCron } from './cron.ts';
import { addDays, dayOf, instantOf, wallClock } from './wall-time.ts';

export interface DueRule {
  readonly cron: string;
  readonly timeZone: string;
  /** Both or neither. */
  readonly calendar: BusinessCalendar | null;
  readonly onHoliday: HolidayRule | null;
}

/** A day may fall up to a month later than the expression names it. */
const REACH_DAYS = 31;
/** 29 February comes at least every 8 years; with a weekend in between, every 12. */
const HORIZON_DAYS = 366 * 12;

/**
 * The times of a schedule. Each time that its clock shows is due once: see `instantOf` for the days on which clocks
 * change. Days are moved by the calendar, and two that fall on one day are one.
 */
export class DueTimes {
  readonly #cron: DailyCron;
  readonly #timeZone: string;
  readonly #days: BusinessDays | null;
  readonly #rule: HolidayRule;

  /** @throws AppError `invalid_argument` when the expression is not sound */
  constructor({ cron, timeZone, calendar, onHoliday }: DueRule) {
    this.#cron = parseCron(cron);
    this.#timeZone = timeZone;
    this.#days = calendar === null ? null : new BusinessDays(calendar);
    this.#rule = onHoliday ?? 'skip';
  }

  /**
   * The first time after this instant; null when none comes within twelve years.
   * @throws AppError `failed_precondition` when the calendar has no business day for a month
   */
  after(instant: string): string | null {
    const afterMs = Date.parse(instant);
    const today = dayOf(wallClock(afterMs, this.#timeZone));
    const horizon = addDays(today, HORIZON_DAYS);
    const from = this.#days === null ? today : addDays(today, -REACH_DAYS);
    // The days that it falls on come in the order of the days that are named: the first that fits is the earliest.
    for (let named = this.#cron.dayFrom(from); named !== null && named <= horizon;) {
      const day = this.#days === null ? named : this.#days.dayFor(named, this.#rule);
      const due = day === null || day < today ? undefined : this.#onDay(day, afterMs);
      if (due !== undefined) return new Date(due).toISOString();
      named = this.#cron.dayFrom(addDays(named, 1));
    }
    return null;
  }

  /** Times from `first` (which is one) up to and including `until`, and the last of them; counts to `limit` at most. */
  missed(first: string, until: string, limit = 1_000): { readonly count: number; readonly last: string } {
    let [count, last] = [1, first];
    while (count < limit) {
      const next = this.after(last);
      if (next === null || next > until) break;
      [count, last] = [count + 1, next];
    }
    return { count, last };
  }

  #onDay(day: string, afterMs: number): number | undefined {
    const { times } = this.#cron;
    const instantAt = (index: number): number => instantOf(day, times[index] ?? 0, this.#timeZone);
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (instantAt(middle) > afterMs) high = middle;
      else low = middle + 1;
    }
    return low < times.length ? instantAt(low) : undefined;
  }
}

/** Whether an instant is one of the times. */
export function isDueTime(times: DueTimes, instant: string): boolean {
  return times.after(new Date(Date.parse(instant) - 1).toISOString()) === instant;
}
