import { fromMinor, toMinor } from '../money/money.ts';
import { ROLLING_HOURS, type RollingTotals } from '../schemas/plan-traits.ts';
import type { Rollup, RollupEntry } from '../schemas/rollup.ts';

const HOUR_MS = 3_600_000;
const LONGEST_MS = Math.max(...ROLLING_HOURS) * HOUR_MS;
/** More entries than this are put together, the oldest first. */
const MAX_ENTRIES = 300;
/** Uses of one file that are remembered. */
const MAX_FILE_ENTRIES = 50;

/** The rollup with this execution's entry in it; a second time, the entry is replaced. What no window reaches is dropped. */
export function withEntry(
  before: Rollup | null,
  of: Pick<Rollup, 'kind' | 'subject'>,
  entry: RollupEntry,
  now: string,
): Rollup {
  const kept = (before?.entries ?? []).filter(
    ({ executionId, at }) =>
      (executionId === null || executionId !== entry.executionId) && (of.kind === 'file' || isRecent(at, now)),
  );
  return toRollup(of, [...kept, entry], before?.folded ?? false, now);
}

/** The rollup without what this execution did not do; null for an amount takes its entry out. */
export function settled(before: Rollup, executionId: string, amountMinor: string | null, now: string): Rollup {
  const entries = before.entries.flatMap((entry): RollupEntry[] => {
    if (entry.executionId !== executionId) return [entry];
    return amountMinor === null ? [] : [{ ...entry, amountMinor }];
  });
  return toRollup(before, entries, before.folded, now);
}

function toRollup(
  { kind, subject }: Pick<Rollup, 'kind' | 'subject'>,
  all: readonly RollupEntry[],
  foldedBefore: boolean,
  now: string,
): Rollup {
  const limit = kind === 'file' ? MAX_FILE_ENTRIES : MAX_ENTRIES;
  const sorted = all.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const entries = kind === 'file' ? sorted.slice(-limit) : fold(sorted, limit);
  return {
    kind,
    subject,
    entries: [...entries],
    executionIds: entries.flatMap(({ executionId }) => executionId ?? []),
    folded: entries.length > 0 && (foldedBefore || sorted.length > limit) && (kind === 'file' || hasFolded(entries)),
    updatedAt: now,
  };
}

const hasFolded = (entries: readonly RollupEntry[]): boolean => entries.some(({ executionId }) => executionId === null);

/** The oldest become one, at the time of the last of them: it counts longer than they would, never shorter. */
function fold(sorted: readonly RollupEntry[], limit: number): readonly RollupEntry[] {
  if (sorted.length <= limit) return sorted;
  const rest = sorted.slice(sorted.length - limit + 1);
  const old = sorted.slice(0, sorted.length - limit + 1);
  const at = old.at(-1)?.at ?? '';
  return [{ executionId: null, at, amountMinor: sumOf(old) }, ...rest];
}

function sumOf(entries: readonly RollupEntry[]): string | null {
  let sum = 0n;
  for (const { amountMinor } of entries) {
    if (amountMinor === null) return null;
    sum += toMinor(amountMinor);
  }
  return fromMinor(sum);
}

function isRecent(at: string, now: string): boolean {
  return Date.parse(now) - Date.parse(at) <= LONGEST_MS;
}

/** Totals by window up to now; null where an amount in it is not known. */
export function windowsOf(entries: readonly RollupEntry[], now: string): RollingTotals {
  const nowMs = Date.parse(now);
  return ROLLING_HOURS.map((hours) => ({
    hours,
    amountMinor: sumOf(entries.filter(({ at }) => nowMs - Date.parse(at) <= hours * HOUR_MS)),
  }));
}

/** Of each window the largest; not known where one is not. */
export function largestOf(all: readonly RollingTotals[]): RollingTotals {
  return ROLLING_HOURS.map((hours) => {
    let largest: string | null = '0';
    for (const totals of all) {
      const amount = totals.find((total) => total.hours === hours)?.amountMinor ?? null;
      if (amount === null || largest === null) largest = null;
      else if (toMinor(amount) > toMinor(largest)) largest = amount;
    }
    return { hours, amountMinor: largest };
  });
}
