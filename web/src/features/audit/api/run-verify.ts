import { toBase64 } from '@countersign/domain/audit/checkpoint';
import { isAppError } from '@countersign/domain/errors';
import { FirebaseError } from 'firebase/app';
import type { Firestore } from 'firebase/firestore';
import { type Memory, recall, remember } from './remembered.ts';
import { readKey, splitNotes } from './verify/notes.ts';
import { browserVerify } from './verify/signatures.ts';
import { storedLog } from './verify/stored-log.ts';
import { type Progress, verifyLog, type VerifyResult } from './verify/verify-log.ts';

export interface Wish {
  readonly orgId: string;
  /** As pasted; empty for the key that this browser remembers, if it does. */
  readonly key: string;
  /** Checkpoints as pasted or loaded, one after the other. */
  readonly notes: string;
  /** A key that differs from the remembered one is a finding, unless it is said to be meant. */
  readonly newKeyIsMeant: boolean;
}

export interface Verified extends VerifyResult {
  readonly at: string;
  readonly tookMs: number;
  /** The key that signatures were checked with, base64; null without one. */
  readonly key: string | null;
  /** The key that this browser remembers is another one. */
  readonly otherKey: boolean;
  readonly notes: number;
  /** The check before this one in this browser. */
  readonly before: Memory | null;
  readonly ok: boolean;
}

/**
 * Check both streams from this browser, and remember what held, for the next time.
 * @throws Error with words for people; an `AbortError` when it was cancelled
 */
export async function runVerify(
  firestore: Firestore,
  wish: Wish,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Verified> {
  const begun = performance.now();
  const before = recall(wish.orgId);
  const publicKey = wish.key.trim() === '' ? keyOf(before) : readKey(wish.key);
  const notes = splitNotes(wish.notes);
  const result = await verifyLog(storedLog(firestore, wish.orgId, signal), {
    orgId: wish.orgId,
    publicKey,
    verify: browserVerify,
    notes,
    remembered: before?.seen ?? { audit: null, ledger: null },
    onProgress,
    pause: async (ms = 0) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      signal.throwIfAborted();
    },
  }).catch((error: unknown) => {
    throw worded(error);
  });
  const key = publicKey === null ? null : toBase64(publicKey);
  const otherKey = key !== null && before?.key != null && before.key !== key && !wish.newKeyIsMeant;
  const ok = result.findingCount === 0 && !otherKey;
  const at = new Date().toISOString();
  if (ok) remember(wish.orgId, { key, at, seen: { audit: placeOf(result.audit), ledger: placeOf(result.ledger) } });
  return { ...result, at, tookMs: performance.now() - begun, key, otherKey, notes: notes.length, before, ok };
}

const keyOf = (memory: Memory | null): Uint8Array | null => (memory?.key == null ? null : readKey(memory.key));

const placeOf = ({ size, root }: VerifyResult['audit']): { size: number; root: string } | null =>
  root === null ? null : { size, root };

function worded(error: unknown): unknown {
  if (isAppError(error) || !(error instanceof FirebaseError)) return error;
  const message =
    error.code === 'permission-denied'
      ? 'Your role may not read all that the check needs.'
      : 'The database did not answer. Nothing was changed: try again.';
  return new Error(message, { cause: error });
}
