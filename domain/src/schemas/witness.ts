import * as z from 'zod';
import { instantSchema, sha256Schema } from './common.ts';
import { streamNameSchema } from './stream.ts';

/** What stands between a witness and its cosignature. */
export const witnessProblemSchema = z.strictObject({
  code: z.enum([
    /** No answer, or none in time. */
    'unreachable',
    /** It does not know a log of this origin (404): its operator has to add it. */
    'unknown_log',
    /** It does not trust the key that signs our checkpoints (403). */
    'unknown_key',
    /** It answered with another refusal, a redirect, or that it has too much to do. */
    'refused',
    /** What came back is no answer of the protocol. */
    'garbled',
    /** A cosignature that does not hold for our checkpoint and its key. */
    'false_cosignature',
    /** It has cosigned more of this log than was ever published. */
    'ahead',
    /** It has seen another log under this name: of two histories, one was kept from somebody. */
    'disagrees',
    /** The tiles of our own tree do not lead from what it saw to what was signed. */
    'unprovable',
  ]),
  message: z.string().max(500),
  /** The size of which the witness speaks, where it speaks of one. */
  size: z.int().min(0).nullable(),
  /** Asked again and again, it is the same problem since then. */
  since: instantSchema,
});
export type WitnessProblem = z.infer<typeof witnessProblemSchema>;

export const witnessEntrySchema = z.strictObject({
  /** What the policy calls it. */
  alias: z.string(),
  /** Of its key: the name in its signature lines, and four bytes in hex. */
  keyName: z.string(),
  keyId: z.string(),
  /** Since when this platform asks it about this log. */
  askedSince: instantSchema,
  /** The greatest tree that it has cosigned, and when it did, by its own clock; null while there is none. */
  cosigned: z.strictObject({ size: z.int().min(1), root: sha256Schema, at: instantSchema }).nullable(),
  /** Since when a published checkpoint waits for its cosignature; null when none does. */
  behindSince: instantSchema.nullable(),
  failures: z.int().min(0),
  /** Not to be asked before; null when it may be at once. */
  notBefore: instantSchema.nullable(),
  problem: witnessProblemSchema.nullable(),
});
export type WitnessEntry = z.infer<typeof witnessEntrySchema>;

/**
 * `orgs/{orgId}/witnesses/{stream}`: which witness has cosigned which checkpoint of a log, and which has not for how long.
 * Written when a checkpoint is published (`nextAt` alone) and when witnesses were asked; never under the audit log: what
 * it tells can be checked by the cosignatures themselves.
 */
export const witnessStateSchema = z.strictObject({
  stream: streamNameSchema,
  /** Of the log that it speaks of; another one after a restore. */
  origin: z.string(),
  /** When the tick asks next; null when nobody is to be asked. */
  nextAt: instantSchema.nullable(),
  /** The rule in words, such as `2 of (north, south, east)`; empty when there is none. */
  quorum: z.string(),
  /** The greatest tree that a quorum has cosigned, each of its members this one or a greater; null while there is none. */
  reachedSize: z.int().min(1).nullable(),
  witnesses: z.array(witnessEntrySchema).max(32),
  updatedAt: instantSchema,
});
export type WitnessState = z.infer<typeof witnessStateSchema>;
