import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostCommand, HostMessage, HostSettings } from './host.ts';
import { PlatformError } from './platform-error.ts';
import { signal, within } from './processes.ts';
import { ROOT, type RunFolder } from './run-folder.ts';

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 85_000;

/** Starts the process that owns everything of one platform. */
export async function spawnHost(
  folder: RunFolder,
  settings: HostSettings,
  env: Record<string, string>,
): Promise<ChildProcess> {
  const file = join(folder.path, 'host.json');
  await writeFile(file, JSON.stringify(settings));
  const output = openSync(folder.log, 'a');
  const host = spawn(process.execPath, [join(ROOT, 'scripts', 'local', 'host.ts'), file], {
    cwd: folder.path,
    env,
    // Its own process group: Ctrl-C in the terminal reaches the parent alone, which ends things in order.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  return host;
}

/** @throws PlatformError when it does not come up, or not in time */
export function untilReady(
  host: ChildProcess,
  log: string,
  onStep: ((name: string, ms: number) => void) | undefined,
): Promise<{ functions: string[]; pids: number[] }> {
  const started = new Promise<{ functions: string[]; pids: number[] }>((resolve, reject) => {
    host.on('message', (message: HostMessage) => {
      if (message.type === 'step') onStep?.(message.name, message.ms);
      if (message.type === 'ready') resolve({ functions: message.functions, pids: message.pids });
      if (message.type === 'failed') {
        reject(new PlatformError(`the local platform did not start: ${message.message}\nlog: ${log}`));
      }
    });
    host.once('error', (error) => reject(new PlatformError(`could not start Node: ${error.message}`)));
    host.once('exit', (code) =>
      reject(new PlatformError(`the local platform ended with ${code} while it started\nlog: ${log}`)),
    );
  });
  return within(START_LIMIT_MS, `no answer after ${START_LIMIT_MS / 1_000} s; log: ${log}`, started);
}

/** Ends it in order, and by force when that takes too long. */
export async function stopHost(host: ChildProcess): Promise<{ exported: boolean; problem?: string }> {
  const pid = host.pid;
  if (pid === undefined) return { exported: false };
  if (host.exitCode !== null || host.signalCode !== null) {
    signal(-pid, 'SIGKILL');
    return { exported: false, problem: 'the platform had ended by itself' };
  }
  let result: { exported: boolean; problem?: string } = { exported: false, problem: 'it ended without an answer' };
  const ended = new Promise<void>((resolve) => host.once('exit', () => resolve()));
  host.on('message', (message: HostMessage) => {
    if (message.type !== 'stopped') return;
    result = { exported: message.exported, ...(message.problem === undefined ? {} : { problem: message.problem }) };
  });
  if (host.connected) host.send({ type: 'stop' } satisfies HostCommand, () => undefined);
  await within(STOP_LIMIT_MS, 'it did not stop in time', ended).catch((error: Error) => {
    result = { exported: false, problem: error.message };
  });
  // Functions and sandboxes share the host's group; Firestore and the rest carry the run's mark.
  signal(-pid, 'SIGKILL');
  return result;
}
