import { readdir, readFile } from 'node:fs/promises';

/**
 * Every process of a run carries this variable, inherited from the first one: the last resort by which a process
 * that lost its parent is still found. (The sandbox child has an empty environment, but stays in its parent's
 * process group.)
 */
export const RUN_MARK = 'COUNTERSIGN_RUN';

/** Ids of the processes that carry the mark of a run. Linux only: elsewhere none is found. */
export async function markedProcesses(runId: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`${RUN_MARK}=${runId}`)) found.push(Number(entry));
  }
  return found;
}

/** Ends a process, or with a negative id its group. Gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ESRCH: it ended by itself.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Ends whatever is left of a run at once. Returns how many processes it had to end. */
export async function sweep(runId: string): Promise<number> {
  const left = await markedProcesses(runId);
  for (const pid of left) signal(pid, 'SIGKILL');
  return left.length;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The promise, or a rejection with `message` after `timeoutMs`. */
export async function within<T>(timeoutMs: number, message: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
