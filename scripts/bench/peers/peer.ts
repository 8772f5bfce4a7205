/** Another durable executor beside ours: it keeps each step's result before the next step begins. */
export interface Peer {
  /** Name and versions, as the figures name it. */
  readonly name: string;
  /** Run one workflow of so many steps that do nearly nothing, to its end. @returns milliseconds */
  run(steps: number): Promise<number>;
  stop(): Promise<void>;
}

/** Why a peer can't be measured on this machine; the bench says it and goes on with the others. */
export class PeerUnavailable extends Error {
  override name = 'PeerUnavailable';
}

/** What a step does on every side: a small result, no waiting. */
export const lightStep = (step: number): { readonly step: number } => ({ step });

/** Ask until it is so. @throws PeerUnavailable after `timeoutMs` */
export async function until(what: string, timeoutMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new PeerUnavailable(`${what} did not come up in ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
