import { epochOf, fromBase64, parseCheckpoint, verifyCheckpoint } from '../audit/checkpoint.ts';
import type { CheckpointBody, VerifySignature } from '../audit/checkpoint.ts';
import { verifyCosignatures, type Witness } from '../audit/cosignature.ts';
import { Inclusions, verifyConsistency } from '../audit/verify-proof.ts';
import type { StreamName } from '../schemas/stream.ts';
import type { Must } from './findings.ts';
import type { RecordOf, Subject } from './pack.ts';
import type { Pack, PackLeaf } from './read-pack.ts';

export const STREAMS: readonly StreamName[] = ['audit', 'ledger'];

export interface Keys {
  /** 32 bytes, from elsewhere; null to take the one in the pack. */
  readonly publicKey: Uint8Array | null;
  readonly witnesses: readonly Witness[];
  readonly verify: VerifySignature;
}

/** A checkpoint whose signature holds, with the witnesses whose cosignatures do. */
export type Log = CheckpointBody & { readonly witnesses: readonly string[] };
export type Logs = ReadonlyMap<StreamName, Log>;
type Proof = RecordOf<'consistency'>;

/** Reads a note of one of the organization's streams; null, with a finding, for one without a true signature. */
type ReadNote = (note: string, stream: StreamName, where: string) => Promise<Log | null>;

export function noteReader(manifest: RecordOf<'manifest'>, keys: Keys, must: Must): ReadNote {
  const { organization, publicKey } = manifest;
  const isKey = /^[A-Za-z0-9+/]{43}=$/.test(publicKey);
  must(isKey, 'checkpoint', 'manifest', 'its public key is not the base64 of 32 bytes');
  const isSame = !isKey || keys.publicKey === null || fromBase64(publicKey).join() === keys.publicKey.join();
  must(isSame, 'checkpoint', 'manifest', 'names another public key than the one that was given');
  const key = keys.publicKey ?? fromBase64(publicKey, 32);
  return async (note, stream, where) => {
    try {
      const { origin } = parseCheckpoint(note);
      const isOurs = epochOf(origin, organization, stream) !== null;
      if (!isOurs) throw new Error(`is of ${origin}, not of the ${stream} log of ${organization}`);
      const body = await verifyCheckpoint(note, origin, key, keys.verify);
      const cosigned = await verifyCosignatures(note, keys.witnesses, keys.verify);
      return { ...body, witnesses: [...new Set(cosigned.map(({ witness }) => witness))] };
    } catch (error) {
      must(false, 'checkpoint', where, (error as Error).message);
      return null;
    }
  };
}

/** The two checkpoints, the proofs that they go on from earlier ones, and the place of every leaf in its tree. */
export async function checkLogs({ records, leaves }: Pack, read: ReadNote, must: Must): Promise<Logs> {
  const logs = new Map<StreamName, Log>();
  for (const stream of STREAMS) {
    const where = `checkpoint of the ${stream} log`;
    const found = records.checkpoint.find((one) => one.stream === stream);
    must(found !== undefined, 'checkpoint', where, 'is missing');
    const log = found === undefined ? null : await read(found.note, stream, where);
    if (log !== null) logs.set(stream, log);
  }
  const epochs = new Set([...logs.values()].map(({ origin }) => origin.split('/')[3]));
  must(epochs.size < 2, 'checkpoint', 'both logs', 'are of two epochs: a restored database began other logs');
  for (const record of records.consistency) {
    const { stream, size } = record;
    const where = `earlier checkpoint of the ${stream} log at ${size}`;
    const [earlier, now] = [await read(record.note, stream, where), logs.get(stream)];
    if (now === undefined || earlier === null) continue;
    const isBeginning = earlier.size === size && goesOn(earlier, now, record);
    must(isBeginning, 'consistency', where, 'is no beginning of what the pack vouches for');
  }
  for (const [stream, { size, root }] of logs) {
    const inclusions = new Inclusions(size, root);
    for (const leaf of leaves[stream])
      if (!inclusions.holds(leaf.found, leaf.seq, leaf.proof))
        must(false, 'leaf', nameOf(leaf), `is not what the ${stream} log has at its place ${leaf.seq}`);
  }
  return logs;
}

function goesOn(earlier: Log, later: Log, { proof }: Proof): boolean {
  const isOneLog = earlier.origin === later.origin;
  return isOneLog && verifyConsistency(earlier.size, later.size, earlier.root, later.root, proof);
}

/** A leaf by what it tells of: an event's type, a journal's id. */
function nameOf({ stream, seq, leaf }: PackLeaf): string {
  type Told = { readonly event?: { type: string; id: string }; readonly journalId?: string; readonly id?: string };
  const { event, journalId, id } = (leaf?.body ?? {}) as Told;
  const what = event === undefined ? (journalId ?? id) : `${event.type} ${event.id}`;
  return `${stream} leaf ${seq}${what === undefined ? '' : ` (${what})`}`;
}

/**
 * Whether what was signed at another time fits: what came later goes on from what the pack vouches for, and the pack from
 * what came before. A log that was cut or rewritten meanwhile can't have both.
 * @param text a plain note, or another pack, of which the lines with checkpoints and proofs count
 * @returns the streams of which something later is known now, with its size
 */
export async function checkOther(
  text: string,
  pack: Pack,
  logs: Logs,
  read: ReadNote,
  must: Must,
): Promise<Map<StreamName, number>> {
  const lines = text.split('\n').filter((line) => /"record":"(checkpoint|consistency)"/.test(line));
  const others = lines.map((line) => JSON.parse(line) as RecordOf<'checkpoint'> | Proof);
  const notes = text.startsWith('{') ? others.filter((one) => one.record === 'checkpoint') : [{ note: text }];
  const proofs = [...others.filter((one) => one.record === 'consistency'), ...pack.records.consistency];
  must(notes.length > 0, 'checkpoint', 'the file given with --checkpoint', 'has no checkpoint');
  const known = new Map<StreamName, number>();
  for (const { note } of notes) {
    const stream = STREAMS.find((name) => note.split(/[/\n]/)[2] === name);
    const where = `the other checkpoint of the ${stream ?? 'unknown'} log`;
    const now = logs.get(stream ?? 'audit');
    const seen = await read(note, stream ?? 'audit', where);
    if (seen === null || now === undefined || stream === undefined) continue;
    const [first, second] = seen.size < now.size ? [seen, now] : [now, seen];
    const between = proofs.filter((one) => one.stream === stream && one.size === first.size);
    const isEqual = seen.size === now.size;
    if (seen.origin !== now.origin)
      must(false, 'checkpoint', where, `is of ${seen.origin}: the database was restored, and began another log`);
    else if (isEqual) must(seen.root === now.root, 'consistency', where, `has another root: the log was rewritten`);
    else if (between.length === 0) must(false, 'consistency', where, noProof(first.size, second.size));
    else {
      const message = `at ${second.size} does not go on from ${first.size}: the log was rewritten or rolled back`;
      const isOne = between.some((one) => goesOn(first, second, one));
      must(isOne, 'consistency', where, message);
      if (isOne && seen === second) known.set(stream, seen.size);
    }
  }
  return known;
}

const noProof = (from: number, to: number): string =>
  `no proof at hand leads from ${from} to ${to}: get one with npm run evidence -- --consistency PACK`;

/** How much of a period's log is in a pack. */
export interface PeriodLeaves {
  readonly stream: StreamName;
  /** Leaves recorded within the period. */
  readonly within: number;
  /** Given by their hash alone, among or next to these. */
  readonly hashed: number;
  /** When the last leaf was recorded, where the log ends within the period; null where it goes on beyond it. */
  readonly endsAt: string | null;
}

/**
 * A period is whole: from a leaf that was recorded before it (or the first of all) to one recorded after it (or the last
 * that the checkpoint covers), no leaf of either log is missing.
 */
export function checkPeriod(
  pack: Pack,
  { from, to }: Extract<Subject, { kind: 'period' }>,
  logs: Logs,
  must: Must,
): PeriodLeaves[] {
  const areDays = [from, to].every((day) => /^\d{4}-\d{2}-\d{2}$/.test(day)) && from <= to;
  must(areDays, 'form', 'manifest', `${from} to ${to} is no period`);
  return STREAMS.map((stream) => {
    const leaves = pack.leaves[stream];
    const times = leaves.map(timeOf);
    const first = times.findLastIndex((time) => time !== null && time < from);
    const after = times.findIndex((time, at) => at > first && time !== null && time.slice(0, 10) > to);
    const last = after === -1 ? leaves.length : after;
    const present = leaves.slice(first + 1, last);
    let expected = (leaves[first]?.seq ?? -1) + 1;
    for (const { seq } of present) if (seq === expected) expected += 1;
    const isWhole = expected === (leaves[last]?.seq ?? logs.get(stream)?.size ?? 0);
    must(isWhole, 'period', `${stream} leaf ${expected}`, `is missing, though it lies in or next to ${from} to ${to}`);
    const hashed = present.filter(({ leaf }) => leaf === undefined).length;
    const endsAt = after === -1 ? (times.findLast((time) => time !== null) ?? 'an unknown time') : null;
    return { stream, within: present.length - hashed, hashed, endsAt };
  });
}

/** When a leaf was recorded; null when only its hash is there. */
export function timeOf({ leaf }: PackLeaf): string | null {
  const { recordedAt, at, createdAt } = (leaf?.body ?? {}) as Record<string, string | undefined>;
  return recordedAt ?? at ?? createdAt ?? null;
}
