import { isAppError } from '@countersign/domain/errors';
import { FirebaseError } from 'firebase/app';
import type { AppConfig } from '../../../../app/config.ts';
import { startFirebase } from '../../../../app/firebase.ts';
import { startServices } from '../../../../app/services.ts';
import { browserVerify } from './signatures.ts';
import { storedLog } from './stored-log.ts';
import { type Progress, verifyLog, type VerifyRequest, type VerifyResult } from './verify-log.ts';

export interface VerifyJob extends Pick<VerifyRequest, 'orgId' | 'publicKey' | 'notes' | 'remembered'> {
  readonly config: AppConfig;
}
export type VerifyMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: VerifyResult }
  /** With words for people. */
  | { readonly kind: 'failed'; readonly message: string };

/** More often, nobody could read it. */
const PROGRESS_EVERY_MS = 100;
/** Whoever cancels ends this thread. */
const NEVER = new AbortController().signal;

/**
 * The check in a thread of its own, reading and hashing alike: the page stays as it is, however long the log. It signs in
 * with what the page has left in the browser's own storage.
 */
async function run({ config, ...job }: VerifyJob): Promise<VerifyResult> {
  const entry = startFirebase(config);
  await entry.auth.authStateReady();
  const { firestore } = startServices(entry);
  let toldAt = 0;
  return verifyLog(storedLog(firestore, job.orgId, NEVER), {
    ...job,
    verify: browserVerify,
    onProgress: (progress) => {
      const now = performance.now();
      if (now - toldAt < PROGRESS_EVERY_MS && progress.done < progress.of) return;
      toldAt = now;
      tell({ kind: 'progress', progress });
    },
    pause: (ms = 0) => (ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))),
  });
}

const tell = (message: VerifyMessage): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<VerifyJob>): void => {
  run(data).then(
    (result) => tell({ kind: 'done', result }),
    (error: unknown) => tell({ kind: 'failed', message: worded(error) }),
  );
};

function worded(error: unknown): string {
  if (error instanceof FirebaseError && !isAppError(error))
    return error.code === 'permission-denied'
      ? 'Your role may not read all that the check needs.'
      : 'The database did not answer. Nothing was changed: try again.';
  return error instanceof Error ? error.message : String(error);
}
