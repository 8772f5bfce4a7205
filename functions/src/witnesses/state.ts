import { bytesToHex } from '@noble/hashes/utils.js';
import { witnessKeyId } from '@countersign/domain/audit/cosignature';
import {
  isEnough,
  quorumInWords,
  type PolicyWitness,
  type WitnessPolicy,
} from '@countersign/domain/audit/witness-policy';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { WitnessEntry, WitnessState } from '@countersign/domain/schemas/witness';
import type { Asked } from './ask.ts';

/** What is asked about: the newest checkpoint of a log. */
export interface Newest {
  readonly stream: StreamName;
  readonly origin: string;
  /** 0 when none is published yet. */
  readonly size: number;
}

const FIRST_RETRY_MS = 10_000;
const MAX_RETRY_MS = 3_600_000;
/** Answers that another try does not mend by itself. */
const SLOW: ReadonlySet<string> = new Set(['disagrees', 'ahead', 'unknown_key', 'false_cosignature', 'unprovable']);

export const keyIdHex = (witness: PolicyWitness): string => bytesToHex(witnessKeyId(witness));

/** Who is to be asked about this log: those of the policy that have a URL; what is known of them of the same log is kept. */
export function stateFor(
  before: WitnessState | null,
  newest: Newest,
  policy: WitnessPolicy,
  now: string,
): WitnessState {
  const known = before?.origin === newest.origin ? before.witnesses : [];
  const witnesses = policy.witnesses
    .filter(({ url }) => url !== null)
    .map((witness): WitnessEntry => {
      const keyId = keyIdHex(witness);
      const there = known.find((one) => one.keyId === keyId && one.keyName === witness.name);
      const entry: WitnessEntry = there ?? {
        alias: witness.alias,
        keyName: witness.name,
        keyId,
        askedSince: now,
        cosigned: null,
        behindSince: null,
        failures: 0,
        notBefore: null,
        problem: null,
      };
      return {
        ...entry,
        alias: witness.alias,
        behindSince: isBehind(entry, newest) ? (entry.behindSince ?? now) : null,
      };
    });
  const state: WitnessState = {
    stream: newest.stream,
    origin: newest.origin,
    nextAt: null,
    quorum: quorumInWords(policy.quorum),
    reachedSize: reachedBy(policy, witnesses),
    witnesses,
    updatedAt: now,
  };
  return { ...state, nextAt: nextOf(state, newest, now) };
}

const isBehind = ({ cosigned }: WitnessEntry, { size }: Newest): boolean => (cosigned?.size ?? 0) < size;

/** Who waits to be asked now. */
export function dueIn(state: WitnessState, newest: Newest, now: string): WitnessEntry[] {
  return state.witnesses.filter(
    (entry) => isBehind(entry, newest) && (entry.notBefore === null || entry.notBefore <= now),
  );
}

function nextOf({ witnesses }: WitnessState, newest: Newest, now: string): string | null {
  const times = witnesses.filter((entry) => isBehind(entry, newest)).map(({ notBefore }) => notBefore ?? now);
  return times.toSorted()[0] ?? null;
}

/** The greatest size that a quorum has cosigned, or gone beyond. */
function reachedBy({ quorum }: WitnessPolicy, witnesses: readonly WitnessEntry[]): number | null {
  if (quorum.kind === 'group' && quorum.threshold === 0) return null;
  const sizes = witnesses.flatMap(({ cosigned }) => (cosigned === null ? [] : [cosigned.size]));
  const reached = sizes
    .toSorted((one, other) => other - one)
    .find((size) => {
      const there = witnesses.filter(({ cosigned }) => cosigned !== null && cosigned.size >= size);
      return isEnough(quorum, new Set(there.map(({ alias }) => alias)));
    });
  return reached ?? null;
}

/** What a witness's answer about a checkpoint makes of what is known of it. */
export function settled(
  entry: WitnessEntry,
  asked: Asked,
  checkpoint: { readonly size: number; readonly root: string },
  now: string,
): WitnessEntry {
  if (asked.kind === 'cosigned') {
    // Two workers may have asked at once; the later answer can be about the smaller tree.
    if ((entry.cosigned?.size ?? 0) >= checkpoint.size) return entry;
    const cosigned = { size: checkpoint.size, root: checkpoint.root, at: asked.at };
    return { ...entry, cosigned, behindSince: null, failures: 0, notBefore: null, problem: null };
  }
  const failures = entry.failures + 1;
  const wait = SLOW.has(asked.code)
    ? MAX_RETRY_MS
    : Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  const since = entry.problem?.code === asked.code ? entry.problem.since : now;
  return {
    ...entry,
    failures,
    notBefore: new Date(Date.parse(now) + wait).toISOString(),
    problem: { code: asked.code, message: asked.message.slice(0, 500), size: asked.size, since },
  };
}
