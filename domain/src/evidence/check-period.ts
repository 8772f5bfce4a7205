import type { StreamName } from '../schemas/stream.ts';
import { STREAMS, type Logs } from './check-logs.ts';
import type { Findings } from './findings.ts';
import type { LeafRecord, Subject } from './pack.ts';
import type { Pack } from './read-pack.ts';

type Period = Extract<Subject, { kind: 'period' }>;

/** How much of a period's log is in a pack. */
export interface PeriodLeaves {
  readonly stream: StreamName;
  /** Leaves recorded within the period. */
  readonly within: number;
  /** Given by their hash alone, among or next to these. */
  readonly hashed: number;
}

/**
 * A period is whole: from a leaf that was recorded before it (or the first of all) to one recorded after it (or the last
 * that the checkpoint covers), no leaf of either log is missing.
 */
export function checkPeriod(pack: Pack, { from, to }: Period, logs: Logs, findings: Findings): PeriodLeaves[] {
  return STREAMS.map((stream) => {
    const leaves = pack.leaves[stream];
    const times = leaves.map(timeOf);
    const isBefore = (at: number): boolean => (times[at] ?? from) < from;
    const isAfter = (at: number): boolean => dayOf(times[at] ?? to) > to;
    const first = leaves.findLastIndex((_, at) => isBefore(at));
    const next = leaves.findIndex((_, at) => at > first && isAfter(at));
    const last = next === -1 ? leaves.length : next;
    const start = leaves[first]?.seq ?? -1;
    const end = leaves[last]?.seq ?? logs.get(stream)?.size ?? 0;
    const present = leaves.slice(first + 1, last);
    let expected = start + 1;
    for (const { seq } of present) {
      if (seq !== expected) break;
      expected += 1;
    }
    if (expected !== end)
      findings.add('period', `${stream} leaf ${expected}`, `is missing, though it lies in or next to ${from} to ${to}`);
    const hashed = present.filter(({ leaf }) => leaf === undefined).length;
    return { stream, within: present.length - hashed, hashed };
  });
}

const dayOf = (time: string): string => time.slice(0, 10);

/** When a leaf was recorded; null when only its hash is there. */
function timeOf({ leaf }: LeafRecord): string | null {
  const { recordedAt, at, createdAt } = (leaf?.body ?? {}) as Record<string, string | undefined>;
  return recordedAt ?? at ?? createdAt ?? null;
}
