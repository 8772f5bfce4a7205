import type { Hash } from '../audit/merkle.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import type { StreamName } from '../schemas/stream.ts';
import type { RecordedRead } from '../plan/digest.ts';

/**
 * An evidence pack: JSON Lines, each line the RFC 8785 form of one record, in the order of `sortKey`. Nothing is in it
 * that the verifier can't hold against a signed checkpoint.
 */
export const PACK_FORMAT = 'countersign-evidence';
export const PACK_VERSION = 1;

export type Subject =
  | { readonly kind: 'execution'; readonly executionId: string }
  /** Days in UTC, both included. */
  | { readonly kind: 'period'; readonly from: string; readonly to: string }
  /** Only what ties earlier checkpoints to newer ones. */
  | { readonly kind: 'consistency'; readonly audit: number; readonly ledger: number };

export interface ManifestRecord {
  readonly record: 'manifest';
  readonly format: string;
  readonly version: number;
  readonly organization: string;
  readonly subject: Subject;
  /** Whether the pack opens the commitments of personal values. */
  readonly personal: boolean;
  /** Base64 of 32 bytes. It came with the pack: a key from elsewhere is worth more. */
  readonly publicKey: string;
}

/** What the platform had signed of a stream when the pack was made; all proofs lead to it. */
export interface CheckpointRecord {
  readonly record: 'checkpoint';
  readonly stream: StreamName;
  readonly note: string;
}

/** An earlier checkpoint, with the proof that the pack's own goes on from it. */
export interface ConsistencyRecord {
  readonly record: 'consistency';
  readonly stream: StreamName;
  readonly size: number;
  readonly note: string;
  readonly proof: readonly Hash[];
}

/**
 * An audited document as it was when the pack was made, without its personal fields; a policy, as it was when a run was
 * planned under it.
 */
export interface DocumentRecord {
  readonly record: 'document';
  /** Below the organization. */
  readonly path: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** What a plan read from outside, as hashes; some of them at a time. */
export interface ReadsRecord {
  readonly record: 'reads';
  readonly executionId: string;
  /** Of the first of them. */
  readonly index: number;
  readonly reads: readonly RecordedRead[];
}

/** A page of the plan. */
export interface PageRecord {
  readonly record: 'page';
  readonly executionId: string;
  readonly index: number;
  readonly effects: readonly Effect[];
}

/** What became of the effects of a page, in their order. */
export interface OutcomesRecord {
  readonly record: 'outcomes';
  readonly executionId: string;
  readonly index: number;
  readonly outcomes: readonly Outcome[];
}

/** The bundle of the plugin that planned; null when the platform has it no more, and only its hash is known. */
export interface CodeRecord {
  readonly record: 'code';
  readonly codeHash: Hash;
  readonly code: string | null;
}

/** A leaf of a stream, with its inclusion proof. Without `leaf`, only its hash is given. */
export interface LeafRecord {
  readonly record: 'leaf';
  readonly stream: StreamName;
  readonly seq: number;
  readonly leaf?: { readonly type: string; readonly version: number; readonly body: Readonly<Record<string, unknown>> };
  readonly hash?: Hash;
  readonly proof: readonly Hash[];
}

/** The value and the salt behind a commitment of an event (`audit/{id}`) or of a document. */
export interface OpeningRecord {
  readonly record: 'opening';
  readonly of: string;
  /** The event's field; for a document, whose commitment covers all its personal fields together, `*`. */
  readonly field: string;
  readonly value: unknown;
  readonly salt: string;
}

/** The last line: how many came before, and the SHA-256 of their bytes. */
export interface EndRecord {
  readonly record: 'end';
  readonly lines: number;
  readonly sha256: Hash;
}

export type PackRecord =
  | ManifestRecord
  | CheckpointRecord
  | ConsistencyRecord
  | DocumentRecord
  | ReadsRecord
  | PageRecord
  | OutcomesRecord
  | CodeRecord
  | LeafRecord
  | OpeningRecord
  | EndRecord;

const place = (index: number): string => String(index).padStart(16, '0');

/** Where a record stands: each key once, in rising order. So a line that is doubled or moved shows. */
export function sortKey(record: PackRecord): string {
  switch (record.record) {
    case 'manifest':
      return '0';
    case 'checkpoint':
      return `1 ${record.stream}`;
    case 'consistency':
      return `2 ${record.stream} ${place(record.size)}`;
    case 'document':
      return `3 ${record.path} ${place(Number(record.document['version']))}`;
    case 'reads':
      return `4 ${record.executionId} ${place(record.index)}`;
    case 'page':
      return `5 ${record.executionId} ${place(record.index)}`;
    case 'outcomes':
      return `6 ${record.executionId} ${place(record.index)}`;
    case 'code':
      return `7 ${record.codeHash}`;
    case 'leaf':
      return `8 ${record.stream} ${place(record.seq)}`;
    case 'opening':
      return `9 ${record.of} ${record.field}`;
    case 'end':
      return '~';
  }
}
