import * as z from 'zod';
import { storedAsText, idSchema, instantSchema, sha256Schema } from './common.ts';

export const streamNameSchema = z.enum(['ledger', 'audit']);
export type StreamName = z.infer<typeof streamNameSchema>;

/** `orgs/{orgId}/streams/{name}`: the head. Hashes are hex. */
export const streamHeadSchema = z.strictObject({
  name: streamNameSchema,
  size: z.int().min(0),
  root: sha256Schema,
  /** RFC 6962 frontier: roots of the complete subtrees, largest first. */
  frontier: z.array(sha256Schema).max(64),
  checkpointSize: z.int().min(0),
  checkpointAt: instantSchema.nullable(),
  /** When the first leaf that no checkpoint covers came in; null when all are covered. The tick looks for it. */
  unsealedSince: instantSchema.nullable(),
  updatedAt: instantSchema,
});
export type StreamHead = z.infer<typeof streamHeadSchema>;

/**
 * `streams/ledger/leaves/{firstSeq, 16 digits}`: which documents tell the leaves of one batch of the writer, and when it
 * recorded them. So the leaves of some days are found by their places, and no index grows with the journals' times.
 */
export const leafBatchSchema = z.strictObject({
  firstSeq: z.int().min(0),
  /** One more than its last leaf. */
  nextSeq: z.int().min(1),
  recordedAt: instantSchema,
  /** `journals/{id}`, `accounts/{id}` or `periods/{id}` of each leaf, in order. */
  documents: storedAsText(z.array(z.string())),
});
export type LeafBatch = z.infer<typeof leafBatchSchema>;

/** `streams/{name}/inbox/{id}`: all intents of one commit as JSON text of an array, at most 500 KiB and 1,000 intents. */
export const inboxSchema = z.strictObject({
  id: idSchema,
  createdAt: instantSchema,
  count: z.int().min(1).max(1000),
  intents: z.string(),
});
export type Inbox = z.infer<typeof inboxSchema>;

/**
 * `streams/{name}/results/{inboxId}`: what was refused, written in the commit that deletes the inbox document, and only
 * when something was: an inbox document that is gone without a result was accepted whole.
 */
export const inboxResultSchema = z.strictObject({
  id: idSchema,
  refused: z.array(
    z.strictObject({
      intentId: idSchema,
      code: z.string(),
      message: z.string(),
      /** Which account, in which currency, by how much: of a guard's refusal. */
      details: z.record(z.string(), z.string()).optional(),
    }),
  ),
  decidedAt: instantSchema,
});
export type InboxResult = z.infer<typeof inboxResultSchema>;

/** `streams/{name}/tiles/{level}-{index}`: up to 256 hashes, concatenated hex. */
export const tileSchema = z.strictObject({
  level: z.int(),
  index: z.int(),
  width: z.int().min(1).max(256),
  hashes: z.string(),
});
export type Tile = z.infer<typeof tileSchema>;

/** `orgs/{orgId}/checkpoints/{name}-{size}`: a signed note in the C2SP checkpoint format. */
export const checkpointSchema = z.strictObject({
  stream: streamNameSchema,
  origin: z.string(),
  size: z.int(),
  root: sha256Schema,
  note: z.string(),
  keyId: z.string(),
  at: instantSchema,
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
