import type { StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';
import { INBOX_DOCUMENTS_PER_READ, type Position } from './batch.ts';
import type { DrainResult, Refusal } from './ports.ts';

/** One per stream and process: the run under way, the one that waits for it, and where the last one left the stream. */
export interface Lane {
  running: Promise<DrainResult> | null;
  next: { readonly run: Promise<DrainResult>; looksAround: boolean } | null;
  left: Position | null;
  /** Inbox documents that somebody in this process waits for. */
  readonly wanted: Map<string, PromiseWithResolvers<Decision>>;
  lostAtMs: number;
}

/** What was refused in a document; undefined when no run of this process has decided it. */
export type Decision = readonly Refusal[] | undefined;

const lanes = new WeakMap<Database, Map<string, Lane>>();
const MAX_LANES = 200;

export function laneOf(db: Database, orgId: string, name: StreamName): Lane {
  const ofDatabase = lanes.get(db) ?? new Map<string, Lane>();
  lanes.set(db, ofDatabase);
  const key = `${orgId}/${name}`;
  const known = ofDatabase.get(key);
  if (known !== undefined) return known;
  for (const [other, { running }] of ofDatabase)
    if (ofDatabase.size >= MAX_LANES && running === null) ofDatabase.delete(other);
  const lane: Lane = { running: null, next: null, left: null, wanted: new Map(), lostAtMs: 0 };
  ofDatabase.set(key, lane);
  return lane;
}

/** As long after a lost race there are other writers about. */
const CONTENDED_MS = 1_000;

/**
 * The documents that a run should read by name, in one go with the head; null for a look into the inbox. By name is
 * quicker, but a writer that meets others does better to take what is theirs too: who loses then finds it done.
 */
export function wantedByName(lane: Lane, looksAround: boolean): string[] | null {
  const contended = Date.now() - lane.lostAtMs < CONTENDED_MS;
  const some = lane.wanted.size > 0 && lane.wanted.size <= INBOX_DOCUMENTS_PER_READ;
  return looksAround || contended || !some ? null : [...lane.wanted.keys()];
}

/** Tell those who wait for these documents, as soon as the commit is through. */
export function tellWaiting(lane: Lane, decided: ReadonlyMap<string, readonly Refusal[]>): void {
  for (const [id, refused] of decided) {
    lane.wanted.get(id)?.resolve(refused);
    lane.wanted.delete(id);
  }
}
