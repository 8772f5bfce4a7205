import type { StatementColumn, StatementParameters } from '../../schemas/statement.ts';
import { addDays } from '../../schedule/wall-time.ts';
import { dayBeforeYear } from './titles.ts';

/** The days of one column: of a balance `to` alone, of flows both, ends included. */
export interface ColumnDays {
  readonly from: string | null;
  readonly to: string;
}

type TreeParameters = Exclude<StatementParameters, { kind: 'account_register' }>;

/**
 * The statement's own days first, then those that it is compared with, in the order in which they were asked for. What
 * is asked for twice (the period before of a year is the year before) is shown once.
 * @param yearStart month and day, `MM-DD`
 */
export function daysOfColumns(parameters: TreeParameters, yearStart: string): readonly ColumnDays[] {
  const columns: readonly ColumnDays[] =
    'day' in parameters
      ? [parameters.day, ...parameters.compare.map((with_) => comparedDay(parameters.day, with_, yearStart))].map(
          (to) => ({ from: null, to }),
        )
      : [
          { from: parameters.from, to: parameters.to },
          ...parameters.compare.map((with_) => comparedPeriod(parameters, with_)),
        ];
  return [...new Map(columns.map((days) => [keyOf(days), days])).values()];
}

const keyOf = ({ from, to }: ColumnDays): string => (from === null ? to : `${from}_${to}`);

function comparedDay(day: string, compared: string, yearStart: string): string {
  if (compared === 'prior_year_end') return dayBeforeYear(day, yearStart);
  if (compared === 'prior_month_end') return addDays(`${day.slice(0, 7)}-01`, -1);
  return compared === 'prior_year' ? monthsBefore(day, 12, isMonthEnd(day)) : compared;
}

function comparedPeriod(
  { from, to }: { readonly from: string; readonly to: string },
  compared: 'prior_period' | 'prior_year',
): ColumnDays {
  const months = wholeMonths(from, to);
  // A year before 1 to 28 February 2025 is 1 to 29 February 2024: whole months stay whole.
  if (compared === 'prior_year') return { from: monthsBefore(from, 12, false), to: monthsBefore(to, 12, months > 0) };
  if (months > 0) return { from: monthsBefore(from, months, false), to: addDays(from, -1) };
  const length = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  return { from: addDays(from, -length), to: addDays(from, -1) };
}

const isMonthEnd = (day: string): boolean => addDays(day, 1).endsWith('-01');

/** How many calendar months a period is of; 0 when it begins or ends within one. */
function wholeMonths(from: string, to: string): number {
  if (!from.endsWith('-01') || !isMonthEnd(to)) return 0;
  return monthNumber(to) - monthNumber(from) + 1;
}

const monthNumber = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

/** The same day of an earlier month, or that month's last where it is shorter or the end is meant. */
function monthsBefore(day: string, months: number, atEnd: boolean): string {
  const month = monthNumber(day) - months;
  const first = (number: number): string =>
    `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}-01`;
  const last = addDays(first(month + 1), -1);
  const same = `${last.slice(0, 8)}${day.slice(8)}`;
  return atEnd || same > last ? last : same;
}

/** One figure's column: `amount` of the statement's own days, `amount:2025-12-31` of others. */
export const columnId = (name: string, days: ColumnDays, own: boolean): string =>
  own ? name : `${name}:${keyOf(days)}`;

/** @param names columns of the kind, such as debit and credit; with several days each is named by them */
export function columnsFor(
  names: readonly { readonly id: string; readonly label: string }[],
  all: readonly ColumnDays[],
): StatementColumn[] {
  if (all.length === 1) return names.map(({ id, label }) => ({ id, label }));
  return all.flatMap((days, index) =>
    names.map(({ id, label }) => ({
      id: columnId(id, days, index === 0),
      label: names.length === 1 ? shortDays(days) : `${label}, ${shortDays(days)}`,
    })),
  );
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const monthName = (day: string): string => MONTHS[Number(day.slice(5, 7)) - 1] ?? day.slice(5, 7);
const shortDay = (day: string): string => `${Number(day.slice(8))} ${monthName(day)} ${day.slice(0, 4)}`;

/** `31 Mar 2026`; `2026`, `Mar 2026`, `Jan – Mar 2026`, `1 Jan – 15 Mar 2026`: as short as it can be said. */
export function shortDays({ from, to }: ColumnDays): string {
  if (from === null || from === to) return shortDay(to);
  const year = from.slice(0, 4);
  const sameYear = to.startsWith(year);
  const months = wholeMonths(from, to);
  if (months === 12 && sameYear) return year;
  if (months === 1) return `${monthName(to)} ${year}`;
  if (months > 0) return `${monthName(from)}${sameYear ? '' : ` ${year}`} – ${monthName(to)} ${to.slice(0, 4)}`;
  return `${Number(from.slice(8))} ${monthName(from)}${sameYear ? '' : ` ${year}`} – ${shortDay(to)}`;
}
