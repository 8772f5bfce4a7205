import { closedThrough } from '@countersign/domain/ledger/periods';
import type { Period } from '@countersign/domain/schemas/period';

export interface NewPeriod {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}
export type PeriodLength = 'month' | 'quarter' | 'year';

const MONTHS: Readonly<Record<PeriodLength, number>> = { month: 1, quarter: 3, year: 12 };
const two = (count: number): string => String(count).padStart(2, '0');

/** The periods that a year consists of: `2026-01`, `2026-Q1` or `2026`. */
export function periodsOfYear(year: number, length: PeriodLength): readonly NewPeriod[] {
  const months = MONTHS[length];
  return Array.from({ length: 12 / months }, (_, index) => {
    const first = index * months;
    const last = new Date(Date.UTC(year, first + months, 0));
    const id =
      length === 'month' ? `${year}-${two(first + 1)}` : length === 'quarter' ? `${year}-Q${index + 1}` : `${year}`;
    return { id, from: `${year}-${two(first + 1)}-01`, to: last.toISOString().slice(0, 10) };
  });
}

type Known = Pick<Period, 'id' | 'from' | 'to' | 'state'>;

/** Those that can be opened beside what is there: they overlap none, and none begins in what is closed. */
export function openable(wanted: readonly NewPeriod[], there: readonly Known[]): readonly NewPeriod[] {
  const closed = closedThrough(there);
  return wanted.filter(
    ({ id, from, to }) =>
      (closed === null || from > closed) && !there.some((one) => one.id === id || (one.from <= to && from <= one.to)),
  );
}

export type PeriodAction = 'close' | 'lock' | 'reopen';

/**
 * What can be proposed for each period now. They are closed and locked from the first on, and reopened from the last one
 * back, so that at most one period is next for each.
 */
export function nextActions(periods: readonly Known[]): ReadonlyMap<string, readonly PeriodAction[]> {
  const inTime = periods.toSorted((a, b) => a.from.localeCompare(b.from));
  const next: readonly (readonly [PeriodAction, Known | undefined])[] = [
    ['close', inTime.find(({ state }) => state === 'open')],
    ['lock', firstUnlocked(inTime)],
    ['reopen', lastShut(inTime)],
  ];
  const actions = new Map<string, PeriodAction[]>();
  for (const [action, period] of next)
    if (period !== undefined) actions.set(period.id, [...(actions.get(period.id) ?? []), action]);
  return actions;
}

function firstUnlocked(inTime: readonly Known[]): Known | undefined {
  const first = inTime.find(({ state }) => state !== 'locked');
  return first?.state === 'closed' ? first : undefined;
}

function lastShut(inTime: readonly Known[]): Known | undefined {
  const last = inTime.findLast(({ state }) => state !== 'open');
  return last?.state === 'closed' ? last : undefined;
}
