import { toBase64 } from '@countersign/domain/audit/checkpoint';
import type { AppConfig } from '../../../app/config.ts';
import { type Memory, recall, remember } from './remembered.ts';
import { readKey, splitNotes } from './verify/notes.ts';
import type { Progress, VerifyResult } from './verify/verify-log.ts';
import type { VerifyJob, VerifyMessage } from './verify/worker.ts';

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
  config: AppConfig,
  wish: Wish,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Verified> {
  const begun = performance.now();
  const before = recall(wish.orgId);
  const publicKey = wish.key.trim() === '' ? keyOf(before) : readKey(wish.key);
  const notes = splitNotes(wish.notes);
  const remembered = before?.seen ?? { audit: null, ledger: null };
  const result = await inWorker({ config, orgId: wish.orgId, publicKey, notes, remembered }, signal, onProgress);
  const key = publicKey === null ? null : toBase64(publicKey);
  const otherKey = key !== null && before?.key != null && before.key !== key && !wish.newKeyIsMeant;
  const ok = result.findingCount === 0 && !otherKey;
  const at = new Date().toISOString();
  if (ok) remember(wish.orgId, { key, at, seen: { audit: placeOf(result.audit), ledger: placeOf(result.ledger) } });
  return { ...result, at, tookMs: performance.now() - begun, key, otherKey, notes: notes.length, before, ok };
}

/** The thread ends with the check, whatever its outcome. */
async function inWorker(
  job: VerifyJob,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<VerifyResult> {
  const worker = new Worker(new URL('./verify/worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<VerifyResult>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.onerror = () => reject(new Error('The check could not be started in this browser.'));
      worker.onmessage = ({ data }: MessageEvent<VerifyMessage>) => {
        if (data.kind === 'progress') onProgress(data.progress);
        else if (data.kind === 'done') resolve(data.result);
        else reject(new Error(data.message));
      };
      worker.postMessage(job);
    });
  } finally {
    worker.terminate();
  }
}

const keyOf = (memory: Memory | null): Uint8Array | null => (memory?.key == null ? null : readKey(memory.key));

const placeOf = ({ size, root }: VerifyResult['audit']): { size: number; root: string } | null =>
  root === null ? null : { size, root };
