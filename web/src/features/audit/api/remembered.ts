import type { Remembered } from './verify/verify-log.ts';

/** What this browser has seen of a log: a key that is another next time, and a log that is shorter, are findings. */
export interface Memory {
  /** base64 of 32 bytes. */
  readonly key: string | null;
  readonly seen: Remembered;
  readonly at: string;
}

const place = (orgId: string): string => `countersign-log-${orgId}`;

/** Null when there is nothing, or storage is blocked, or something else lies there. */
export function recall(orgId: string): Memory | null {
  try {
    const memory: unknown = JSON.parse(localStorage.getItem(place(orgId)) ?? 'null');
    return isMemory(memory) ? memory : null;
  } catch {
    return null;
  }
}

export function remember(orgId: string, memory: Memory): void {
  try {
    localStorage.setItem(place(orgId), JSON.stringify(memory));
  } catch {
    // Storage is blocked or full: the next check then knows nothing of this one.
  }
}

function isMemory(value: unknown): value is Memory {
  if (!isRecord(value) || !isRecord(value.seen)) return false;
  const { key, at, seen } = value;
  return (
    (key === null || typeof key === 'string') &&
    typeof at === 'string' &&
    [seen.audit, seen.ledger].every(isPlaceOrNull)
  );
}

const isPlaceOrNull = (value: unknown): boolean =>
  value === null || (isRecord(value) && typeof value.size === 'number' && typeof value.root === 'string');

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
