import type { Inbox, StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';
import { INBOX_DOCUMENTS_PER_READ, inOrder, type Position } from './batch.ts';
import type { DrainResult, Refusal } from './ports.ts';

/** One per stream and process: the run under way, the one that waits for it, and where the last one left the stream. */
export interface Lane {
  running: Promise<DrainResult> | null;
  next: { readonly run: Promise<DrainResult>; looksAround: boolean } | null;
  left: Position | null;
  leftAtMs: number;
  /** Inbox documents that somebody in this process waits for. */
  readonly wanted: Map<string, PromiseWithResolvers<Decision>>;
  /** What this process itself is known to have put into the inbox: nobody need read it back. */
  readonly handed: Map<string, Inbox>;
  /** When a race was lost after a read, and when one without: what was remembered no longer held. */
  lostAtMs: number;
  outdatedAtMs: number;
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
  const lane: Lane = {
    running: null,
    next: null,
    left: null,
    leftAtMs: 0,
    wanted: new Map(),
    handed: new Map(),
    lostAtMs: 0,
    outdatedAtMs: 0,
  };
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

/** A stream that was left longer ago has likely been sealed since, or another process has written. */
const REMEMBERED_MS = 1_000;
/** Each may have 500 KiB; what was handed in before is read back. */
const MAX_HANDED = 32;

/** Tell the writer of this process what a commit, known to have happened, has put into the inbox. */
export function rememberHanded(lane: Lane, inbox: Inbox): void {
  const [oldest] = lane.handed.keys();
  if (oldest !== undefined && lane.handed.size >= MAX_HANDED) lane.handed.delete(oldest);
  lane.handed.set(inbox.id, inbox);
}

/**
 * The position to go on from without a read: this process wrote the head a moment ago, and knows what it handed in. If
 * somebody else came between, the batch's preconditions on the head and on the inbox void it.
 */
export function remembered(lane: Lane, wanted: readonly string[]): Position | null {
  const { left, leftAtMs, handed, outdatedAtMs } = lane;
  const waiting = wanted.flatMap((id) => handed.get(id) ?? []);
  const now = Date.now();
  const sure = now - leftAtMs < REMEMBERED_MS && now - outdatedAtMs >= CONTENDED_MS;
  return left === null || !sure || waiting.length < wanted.length
    ? null
    : { ...left, waiting: inOrder(waiting), more: false, byName: true };
}

/** Where a run of this process leaves the stream. */
export function leave(lane: Lane, position: Position): Position {
  lane.leftAtMs = Date.now();
  return (lane.left = position);
}

/** A batch did not go through, or may have: nothing that was known of the stream is sure any more. */
export function forget(lane: Lane, lost: 'after a read' | 'without a read' | 'nothing'): void {
  lane.left = null;
  lane.handed.clear();
  if (lost === 'after a read') lane.lostAtMs = Date.now();
  if (lost === 'without a read') lane.outdatedAtMs = Date.now();
}

/** Tell those who wait for these documents, as soon as the commit is through. */
export function tellWaiting(lane: Lane, decided: ReadonlyMap<string, readonly Refusal[]>): void {
  for (const [id, refused] of decided) {
    lane.wanted.get(id)?.resolve(refused);
    lane.wanted.delete(id);
    lane.handed.delete(id);
  }
}
