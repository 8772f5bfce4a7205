import { createRequire } from 'node:module';

interface Backoff {
  delayExecution?: (resume: () => void, delayMs: number) => unknown;
}

const MODULE = '@google-cloud/firestore/build/src/backoff';
let done = false;

/**
 * The Firestore client begins every read and every transaction with a back-off of no time, which it sleeps in
 * `setTimeout(…, 0)`: a millisecond and more, close to half of a local round trip. After this, a wait of no time only
 * gives up the turn; real waits stay what they are. A client that is built otherwise is left alone. See
 * docs/decisions/026-no-idle-waits.md.
 * @returns whether the client is of the known build
 */
export function skipIdleWaits(require: NodeJS.Require = createRequire(import.meta.url)): boolean {
  if (done) return true;
  const backoff = loadBackoff(require);
  if (typeof backoff?.delayExecution !== 'function') return false;
  backoff.delayExecution = (resume, delayMs) => (delayMs > 0 ? setTimeout(resume, delayMs) : setImmediate(resume));
  done = true;
  return true;
}

function loadBackoff(require: NodeJS.Require): Backoff | null {
  try {
    // Beside firebase-admin, wherever that lies: it must be the very module that the client uses.
    return createRequire(require.resolve('firebase-admin/firestore'))(MODULE) as Backoff;
  } catch {
    return null;
  }
}
