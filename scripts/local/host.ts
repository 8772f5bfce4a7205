/**
 * The process that owns everything of one local platform: the emulators (inside it), the local Stripe, the
 * stand-in witness and the clock (its children). It reports to the process that started it over IPC, and ends with it: when the channel closes,
 * whatever the reason, it exports and stops all by itself.
 *
 * Started by platform.ts as `node host.ts FILE`; FILE is a HostSettings in JSON.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { exportEmulators, startEmulators, stopEmulators } from './emulators.ts';
import { within, signal, sleep, sweep } from './processes.ts';
import { removeRunFolder } from './run-folder.ts';

export interface HostSettings {
  runId: string;
  /** The run's folder, also the current directory; gone when the host is. */
  projectFolder: string;
  /** Gone as well. */
  temporaryFolder: string;
  projectId: string;
  only: string[];
  log: string;
  /** Where Firestore, Auth and Storage are read at the start and written at the end. */
  dataFolder?: string;
  /** Removed once all data are written and the local Stripe has stopped: while it is there they are not whole. */
  runningMark?: string;
  stripe?: { command: string[]; healthUrl: string };
  clock?: { command: string[]; env: Record<string, string> };
  /** Nobody waits for it: whoever asks it too early asks again. */
  witness?: { command: string[] };
}

export type HostMessage =
  | { type: 'step'; name: string; ms: number }
  | { type: 'ready'; functions: string[]; pids: number[] }
  | { type: 'failed'; message: string }
  | { type: 'stopped'; exported: boolean; problem?: string };

export type HostCommand = { type: 'stop' };

const EXPORT_TARGETS = ['firestore', 'auth', 'storage'];
const EXPORT_LIMIT_MS = 60_000;
const SHUTDOWN_LIMIT_MS = 10_000;
const CHILD_LIMIT_MS = 4_000;
const STRIPE_READY_LIMIT_MS = 20_000;

const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as HostSettings;
const children = new Map<string, ChildProcess>();
let ready = false;
let stopping: Promise<void> | undefined;

process.on('message', (message: HostCommand) => {
  if (message.type === 'stop') void stop();
});
process.on('disconnect', () => void stop());
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void stop());
// firebase-tools leaves some rejections unhandled (a file watcher, a socket): note them, and stay up.
process.on('unhandledRejection', (error) => log(`unhandled rejection: ${String(error)}`));
process.on('uncaughtException', (error) => {
  log(`uncaught exception: ${error.stack ?? error.message}`);
  report({ type: 'failed', message: error.message });
  void stop();
});
// firebase-tools exits by itself when an emulator dies.
process.on('exit', () => {
  for (const child of children.values()) endChild(child, 'SIGKILL');
});

try {
  const [functions] = await Promise.all([
    timed('emulators', () => startEmulators(emulatorOptions())),
    settings.stripe === undefined ? undefined : timed('local Stripe', () => startStripe(settings.stripe!)),
  ]);
  if (settings.witness !== undefined) startChild('witness', settings.witness.command, {});
  if (settings.clock !== undefined) startChild('clock', settings.clock.command, settings.clock.env);
  ready = true;
  const pids = [...children.values()].flatMap((child) => child.pid ?? []);
  report({ type: 'ready', functions, pids: [process.pid, ...pids] });
} catch (error) {
  report({ type: 'failed', message: (error as Error).message });
  await stop();
}

function emulatorOptions(): Parameters<typeof startEmulators>[0] {
  const { projectFolder, projectId, only, log: file, dataFolder } = settings;
  const importFrom = dataFolder !== undefined && existsSync(dataFolder) ? { importFrom: dataFolder } : {};
  return { projectFolder, projectId, only, log: file, ...importFrom };
}

async function startStripe(stripe: { command: string[]; healthUrl: string }): Promise<void> {
  const child = startChild('stripe', stripe.command, {});
  const deadline = Date.now() + STRIPE_READY_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the local Stripe ended with ${child.exitCode}; see ${settings.log}`);
    const answer = await fetch(stripe.healthUrl, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`the local Stripe did not answer within ${STRIPE_READY_LIMIT_MS / 1_000} s; see ${settings.log}`);
}

function startChild(name: string, command: string[], env: Record<string, string>): ChildProcess {
  const [program, ...args] = command;
  if (program === undefined) throw new Error(`no command for ${name}`);
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(settings.log, { flags: 'a' });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  child.on('error', (error) => log(`${name}: ${error.message}`));
  child.on('exit', (code, by) => {
    log(`${name} ended with ${code ?? by}`);
    if (ready && stopping === undefined) report({ type: 'failed', message: `${name} ended with ${code ?? by}` });
  });
  children.set(name, child);
  return child;
}

function stop(): Promise<void> {
  stopping ??= (async () => {
    let exported = false;
    let problem: string | undefined;
    // First what makes new work, then the data, then what holds it.
    await stopChild('clock');
    if (ready && settings.dataFolder !== undefined) {
      try {
        await within(EXPORT_LIMIT_MS, `export took over ${EXPORT_LIMIT_MS / 1_000} s`, exportTo(settings.dataFolder));
        exported = true;
      } catch (error) {
        problem = (error as Error).message;
        log(`export failed: ${problem}`);
      }
    }
    await within(SHUTDOWN_LIMIT_MS, 'the emulators did not stop in time', stopEmulators()).catch((error: unknown) =>
      log(String(error)),
    );
    await stopChild('stripe');
    await stopChild('witness');
    if (exported && settings.runningMark !== undefined) await rm(settings.runningMark, { force: true });
    await sweep(settings.runId);
    await removeRunFolder({ path: settings.projectFolder, temporary: settings.temporaryFolder });
    report({ type: 'stopped', exported, ...(problem === undefined ? {} : { problem }) });
    setTimeout(() => process.exit(0), 50);
  })();
  return stopping;
}

/** The old data stay until the new are whole: a run that is killed in between loses nothing. */
async function exportTo(folder: string): Promise<void> {
  const next = `${folder}.next`;
  const previous = `${folder}.previous`;
  await rm(next, { recursive: true, force: true });
  const targets = EXPORT_TARGETS.filter((name) => settings.only.includes(name));
  await exportEmulators(settings.projectId, next, targets);
  await rm(previous, { recursive: true, force: true });
  if (existsSync(folder)) await rename(folder, previous);
  await rename(next, folder);
  await rm(previous, { recursive: true, force: true });
}

async function stopChild(name: string): Promise<void> {
  const child = children.get(name);
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  endChild(child, 'SIGTERM');
  await within(CHILD_LIMIT_MS, `${name} did not stop`, ended).catch(() => endChild(child, 'SIGKILL'));
}

function endChild(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null) signal(child.pid, name);
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  report({ type: 'step', name, ms: Math.round(performance.now() - start) });
  return result;
}

function report(message: HostMessage): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function log(text: string): void {
  appendFileSync(settings.log, `${new Date().toISOString()} host ${text}\n`);
}
