import {
  epochOf,
  fromBase64,
  parseCheckpoint,
  verifyCheckpoint,
  type CheckpointBody,
  type VerifySignature,
} from '../audit/checkpoint.ts';
import { verifyCosignatures, type Cosignature, type Witness } from '../audit/cosignature.ts';
import { Inclusions, verifyConsistency } from '../audit/verify-proof.ts';
import type { StreamName } from '../schemas/stream.ts';
import type { Findings } from './findings.ts';
import type { ConsistencyRecord } from './pack.ts';
import type { Pack } from './read-pack.ts';

export const STREAMS: readonly StreamName[] = ['audit', 'ledger'];

export interface Keys {
  /** 32 bytes, from elsewhere; null to take the one in the pack. */
  readonly publicKey: Uint8Array | null;
  readonly witnesses: readonly Witness[];
  readonly verify: VerifySignature;
}

/** The pack's checkpoints, their signatures verified. */
export type Logs = ReadonlyMap<StreamName, CheckpointBody & { readonly cosigned: readonly Cosignature[] }>;

/** @returns null when the pack has no usable key */
export function keyOf({ manifest }: Pack, { publicKey }: Keys, findings: Findings): Uint8Array | null {
  const text = manifest?.publicKey ?? '';
  try {
    const own = fromBase64(text, 32);
    if (publicKey !== null && own.join() !== publicKey.join())
      findings.add('checkpoint', 'manifest', 'names another public key than the one that was given');
    return publicKey ?? own;
  } catch {
    findings.add('checkpoint', 'manifest', 'its public key is not the base64 of 32 bytes');
    return publicKey;
  }
}

/** A note of one of the organization's streams, with a true signature; null, and a finding, for any other. */
async function readNote(
  note: string,
  orgId: string,
  stream: StreamName,
  key: Uint8Array,
  keys: Keys,
  where: string,
  findings: Findings,
): Promise<(CheckpointBody & { cosigned: readonly Cosignature[] }) | null> {
  try {
    const { origin } = parseCheckpoint(note);
    if (epochOf(origin, orgId, stream) === null)
      throw new Error(`is of ${origin}, not of the ${stream} log of ${orgId}`);
    const body = await verifyCheckpoint(note, origin, key, keys.verify);
    return { ...body, cosigned: await verifyCosignatures(note, keys.witnesses, keys.verify) };
  } catch (error) {
    findings.add('checkpoint', where, (error as Error).message);
    return null;
  }
}

/** The two checkpoints, the proofs that they go on from earlier ones, and the place of every leaf in its tree. */
export async function checkLogs(
  pack: Pack,
  orgId: string,
  key: Uint8Array,
  keys: Keys,
  findings: Findings,
): Promise<Logs> {
  const logs = new Map<StreamName, CheckpointBody & { cosigned: readonly Cosignature[] }>();
  for (const stream of STREAMS) {
    const note = pack.notes.get(stream);
    const where = `checkpoint of the ${stream} log`;
    const body = note === undefined ? null : await readNote(note, orgId, stream, key, keys, where, findings);
    if (note === undefined) findings.add('checkpoint', where, 'is missing');
    if (body !== null) logs.set(stream, body);
  }
  for (const record of pack.consistency) {
    const { stream, size } = record;
    const where = `earlier checkpoint of the ${stream} log at ${size}`;
    const now = logs.get(stream);
    const earlier = await readNote(record.note, orgId, stream, key, keys, where, findings);
    if (now === undefined || earlier === null) continue;
    if (earlier.size !== size) findings.add('consistency', where, `is at ${earlier.size}`);
    else if (!goesOn(earlier, now, record))
      findings.add('consistency', where, 'is no beginning of what the pack vouches for');
  }
  checkLeaves(pack, logs, findings);
  return logs;
}

function goesOn(earlier: CheckpointBody, later: CheckpointBody, { proof }: Pick<ConsistencyRecord, 'proof'>): boolean {
  return (
    earlier.origin === later.origin && verifyConsistency(earlier.size, later.size, earlier.root, later.root, proof)
  );
}

function checkLeaves(pack: Pack, logs: Logs, findings: Findings): void {
  for (const stream of STREAMS) {
    const log = logs.get(stream);
    if (log === undefined) continue;
    const inclusions = new Inclusions(log.size, log.root);
    for (const { seq, leaf, found, proof } of pack.leaves[stream]) {
      if (!inclusions.holds(found, seq, proof))
        findings.add('leaf', leafName(stream, seq, leaf), `is not what the ${stream} log has at its place ${seq}`);
    }
  }
}

type Leaf = { readonly body: Readonly<Record<string, unknown>> };

/** A leaf by what it tells of: an event's type, a journal's id. */
function leafName(stream: StreamName, seq: number, leaf: Leaf | undefined): string {
  const { event, journalId, id } = (leaf?.body ?? {}) as {
    event?: { type?: string; id?: string };
    journalId?: string;
    id?: string;
  };
  const what = event === undefined ? (journalId ?? id) : `${event.type} ${event.id}`;
  return `${stream} leaf ${seq}${what === undefined ? '' : ` (${what})`}`;
}

/** What somebody has seen of the logs later: a checkpoint alone, or records with the proofs that lead to it. */
export interface Later {
  readonly notes: readonly string[];
  readonly consistency: readonly ConsistencyRecord[];
}

/** Plain notes, or a later pack; of that, the lines with checkpoints and proofs. @throws what is neither */
export function readLater(text: string): Later {
  if (!text.startsWith('{')) return { notes: [text], consistency: [] };
  const records = text
    .split('\n')
    .filter((line) => line.includes('"record":"checkpoint"') || line.includes('"record":"consistency"'))
    .map((line) => JSON.parse(line) as ConsistencyRecord | { record: 'checkpoint'; note: string });
  return {
    notes: records.flatMap((record) => (record.record === 'checkpoint' ? [record.note] : [])),
    consistency: records.flatMap((record) => (record.record === 'consistency' ? [record] : [])),
  };
}

/** One that its holder has from before the pack: the pack must go on from it, and have the proof. */
function checkEarlier(
  pack: Pack,
  earlier: CheckpointBody,
  now: CheckpointBody,
  stream: StreamName,
  where: string,
  findings: Findings,
): void {
  const proofs = pack.consistency.filter((record) => record.stream === stream && record.size === earlier.size);
  if (proofs.length === 0)
    findings.add(
      'consistency',
      where,
      `is at ${earlier.size}, before the pack's ${now.size}, which has no proof from there`,
    );
  else if (!proofs.some((record) => goesOn(earlier, now, record)))
    findings.add(
      'consistency',
      where,
      `at ${earlier.size} is no beginning of the pack's log at ${now.size}: the log was rewritten`,
    );
}

/**
 * Whether what was signed later goes on from what the pack vouches for, and the pack from what was signed earlier. A log that was truncated or rewritten meanwhile
 * can't have both.
 * @returns the streams of which that is known now, with the later size
 */
export async function checkLater(
  pack: Pack,
  { notes, consistency }: Later,
  logs: Logs,
  orgId: string,
  key: Uint8Array,
  keys: Keys,
  findings: Findings,
): Promise<Map<StreamName, number>> {
  const known = new Map<StreamName, number>();
  for (const note of notes) {
    const stream = STREAMS.find(
      (name) => note.startsWith(`countersign/${orgId}/${name}\n`) || note.startsWith(`countersign/${orgId}/${name}/`),
    );
    const where = `later checkpoint of the ${stream ?? 'unknown'} log`;
    const now = stream === undefined ? undefined : logs.get(stream);
    if (stream === undefined || now === undefined) {
      findings.add('checkpoint', where, `is of no log of ${orgId}`);
      continue;
    }
    const later = await readNote(note, orgId, stream, key, keys, where, findings);
    if (later === null) continue;
    const proofs = consistency.filter((record) => record.stream === stream && record.size === now.size);
    if (later.origin !== now.origin)
      findings.add('checkpoint', where, `is of ${later.origin}: the database was restored, and began another log`);
    else if (later.size < now.size) checkEarlier(pack, later, now, stream, where, findings);
    else if (later.size === now.size && later.root !== now.root)
      findings.add('consistency', where, `has another root at ${now.size}: the log was rewritten`);
    else if (later.size > now.size && proofs.length === 0)
      findings.add(
        'consistency',
        where,
        `no proof at hand leads from ${now.size} to ${later.size}: get one with npm run evidence -- --consistency PACK`,
      );
    else if (later.size > now.size && !proofs.some((record) => goesOn(now, later, record)))
      findings.add(
        'consistency',
        where,
        `does not go on from the pack's at ${now.size}: the log was rewritten or rolled back`,
      );
    else known.set(stream, later.size);
  }
  return known;
}
