import { AppError } from '../errors.ts';
import type { Calendar, HolidayRule } from '../schemas/schedule.ts';
import { addDays, weekdayOf } from './wall-time.ts';

/** No calendar of a country has this many days in a row on which nobody works. */
const MAX_DAYS_CLOSED = 31;

export type BusinessCalendar = Pick<Calendar, 'name' | 'weekend' | 'holidays'>;

/** Asks a calendar: holidays are looked up, not searched. */
export class BusinessDays {
  readonly #name: string;
  readonly #weekend: ReadonlySet<number>;
  readonly #holidays: ReadonlySet<string>;

  constructor({ name, weekend, holidays }: BusinessCalendar) {
    this.#name = name;
    this.#weekend = new Set(weekend);
    this.#holidays = new Set(holidays);
  }

  isOpen(day: string): boolean {
    return !this.#weekend.has(weekdayOf(day)) && !this.#holidays.has(day);
  }

  /**
   * The day on which something falls that is planned for `day`; null when it is left out. A later day never falls
   * before an earlier one.
   * @throws AppError `failed_precondition` when no business day is near
   */
  dayFor(day: string, rule: HolidayRule): string | null {
    switch (rule) {
      case 'skip':
        return this.isOpen(day) ? day : null;
      case 'next':
        return this.#nearest(day, 1);
      case 'previous':
        return this.#nearest(day, -1);
      case 'last_of_month':
        return this.#nearest(lastOfMonth(day), -1);
    }
  }

  #nearest(day: string, direction: 1 | -1): string {
    for (let distance = 0; distance <= MAX_DAYS_CLOSED; distance += 1) {
      const candidate = addDays(day, distance * direction);
      if (this.isOpen(candidate)) return candidate;
    }
    throw new AppError(
      'failed_precondition',
      `The calendar ${this.#name} has no business day within ${MAX_DAYS_CLOSED} days of ${day}. Correct its holidays.`,
    );
  }
}

function lastOfMonth(day: string): string {
  const nextMonth = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 1));
  return addDays(nextMonth.toISOString().slice(0, 10), -1);
}
