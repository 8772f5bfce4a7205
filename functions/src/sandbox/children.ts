import { startChild, type SandboxChild } from './child-process.ts';
import { DEFAULT_LIMITS, type SandboxLimits } from './limits.ts';

const live = new Set<SandboxChild>();
let warm: SandboxChild | undefined;

/** Start one child ahead; the next run under the default memory limit uses it, once. */
export function warmSandbox(): void {
  if (warm !== undefined) return;
  const child = begin(DEFAULT_LIMITS.memoryMiB);
  warm = child;
  // A child in waiting must not keep its parent alive; it ends by itself when its pipe closes.
  child.process.unref();
  (child.channel as unknown as { unref(): void }).unref();
  (child.process.stderr as unknown as { unref(): void }).unref();
}

/** Settles when the child that waits has its isolate, or is gone; at once when none waits. */
export async function warmedUp(): Promise<void> {
  const child = warm;
  if (child === undefined) return;
  await new Promise<void>((resolve) => {
    // A child in waiting keeps nobody alive, but who waits for it is.
    const alive = setInterval(() => undefined, 1_000);
    const done = (): void => {
      clearInterval(alive);
      resolve();
    };
    // Its first word is that it is ready. It stays unread: the run that takes the child reads it.
    child.channel.once('readable', done);
    child.process.once('exit', done);
    child.process.once('error', done);
  });
}

/** End every child, also those that are running: their runs fail with `sandbox_crash`. */
export async function closeSandbox(): Promise<void> {
  warm = undefined;
  const ended = [...live].map(
    (child) =>
      new Promise<void>((resolve) => {
        child.process.once('exit', () => resolve());
      }),
  );
  for (const child of live) endChild(child);
  await Promise.all(ended);
}

/** The child that waits, if it fits; else a new one. */
export function takeChild(limits: SandboxLimits): SandboxChild {
  const child = warm;
  if (child === undefined || child.memoryMiB !== limits.memoryMiB) return begin(limits.memoryMiB);
  warm = undefined;
  if (child.process.exitCode !== null || child.process.signalCode !== null) return begin(limits.memoryMiB);
  child.process.ref();
  (child.channel as unknown as { ref(): void }).ref();
  return child;
}

export function endChild(child: SandboxChild): void {
  child.process.kill('SIGKILL');
  child.channel.destroy();
}

function begin(memoryMiB: number): SandboxChild {
  const child = startChild(memoryMiB);
  live.add(child);
  const forget = (): void => {
    live.delete(child);
    if (warm === child) warm = undefined;
  };
  child.process.once('exit', forget);
  // It could not be started: there is no exit then.
  child.process.on('error', forget);
  child.channel.on('error', () => undefined);
  return child;
}
