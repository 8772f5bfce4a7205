import type { WitnessPolicy } from '@countersign/domain/audit/witness-policy';
import type { RawAnswer } from '@countersign/domain/audit/witness-protocol';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';

/** What the single writer needs. */
export interface StreamDeps {
  readonly db: Database;
  readonly now: () => Date;
}

/** Holds a private Ed25519 key: a local file here, a key management service in the cloud. */
export interface Signer {
  /** 32 raw bytes. */
  publicKey(): Promise<Uint8Array>;
  /** @returns 64 raw bytes */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Where checkpoints go that the owner of the database can't quietly change: a folder here, a locked bucket in the cloud. */
export interface CheckpointPublisher {
  /** Publishing the same note twice is once. @throws AppError `failed_precondition` when another note of this size is there */
  publish(orgId: string, name: StreamName, size: number, note: string, epoch?: number): Promise<void>;
  /**
   * The note of the greatest size in an epoch (0 before the first restore), or null.
   * @param known a size that is published, as far as one knows: a place to begin to look, which changes nothing of the answer
   */
  latest(orgId: string, name: StreamName, epoch?: number, known?: number): Promise<string | null>;
  /**
   * Keep a text beside the checkpoints of an epoch, where it can't be quietly changed either. Once: a second one of the
   * same name changes nothing.
   * @param file letters, digits and dashes
   */
  keep(orgId: string, name: StreamName, shelf: Shelf, file: string, text: string, epoch?: number): Promise<void>;
}

/** `cosigned`: a checkpoint with the signature line of a witness. `disputed`: what a witness refused, and what it said. */
export type Shelf = 'cosigned' | 'disputed';

/** One question to a witness, at its submission prefix. @throws AppError `unavailable`, `limit_exceeded` */
export type AskWitness = (url: string, body: string, signal: AbortSignal) => Promise<RawAnswer>;

/** Who is asked to cosign checkpoints, and how. */
export interface Witnesses {
  readonly policy: WitnessPolicy;
  readonly ask: AskWitness;
}

export interface SealDeps extends StreamDeps {
  readonly signer: Signer;
  readonly publisher: CheckpointPublisher;
  /** Nobody when left out. */
  readonly witnesses?: Witnesses | undefined;
}

export interface Refusal {
  readonly intentId: string;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, string>> | undefined;
}

export interface DrainResult {
  readonly batches: number;
  /** Inbox documents decided by this call, and what was refused in each. */
  readonly decided: ReadonlyMap<string, readonly Refusal[]>;
  /** Size of the stream afterwards. */
  readonly size: number;
  /** True when `maxBatches` ended it and more may wait. */
  readonly more: boolean;
}
