import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { homedir } from 'node:os';
import { PUBLIC_KEY } from '../functions/src/streams/signer.ts';
import { buildIfNeeded } from './local/build-if-needed.ts';
import type { HostCommand, HostMessage, HostSettings } from './local/host.ts';
import { RUNNING_MARK } from './local/data-folder.ts';
import { standInPolicy } from './local/witness/policy.ts';
import { RUN_MARK, isAlive, signal, sweep, within } from './local/processes.ts';
import {
  answers,
  busyPorts,
  findFreePorts,
  listenerOf,
  portsFrom,
  DEFAULT_FIRST_PORT,
  type Ports,
} from './local/ports.ts';
import {
  createRunFolder,
  removeRunFolder,
  FIRESTORE_PLACEHOLDER,
  ROOT,
  STORAGE_RULES_PLACEHOLDER,
  type RunFolder,
} from './local/run-folder.ts';

export const EMULATORS = ['auth', 'firestore', 'functions', 'tasks', 'storage', 'hosting'] as const;
export type Emulator = (typeof EMULATORS)[number];
export const REGION = 'us-central1';
export const LOCAL_STRIPE_KEY = 'sk_test_local';

export interface PlatformOptions {
  /** `default`: the block that `npm start` uses (4600 and up); `free`: any free block, for runs side by side. */
  ports?: 'default' | 'free';
  /** Moves the default block. */
  portOffset?: number;
  /** Must begin with `demo-`, so that nothing can reach a real project. With free ports a random one is made. */
  projectId?: string;
  /** Data are read from here at the start and written back at the end; without it they go with the run. */
  dataDir?: string;
  /** Handed to the functions' processes, the local Stripe and the clock. */
  env?: Record<string, string>;
  quiet?: boolean;
  /** The local Stripe, or another Stripe-compatible server (whose key is `secretKey`, else the local test key). */
  stripe?: 'local' | { baseUrl: string; secretKey?: string };
  /** Whether due work is run by the local clock; tests that drop wake-ups run the tick themselves. */
  clock?: boolean;
  /** Only these emulators. Without `functions` there is neither Stripe nor clock. */
  only?: readonly Emulator[];
  /** Another folder with functions (a package.json and a lib); the project's own, built if a source changed, else. */
  functionsSource?: string;
  /** Called for each step with the time it took. */
  onStep?: (name: string, ms: number) => void;
  /** Called when a part of a running platform ends by itself. */
  onFailure?: (message: string) => void;
}

export interface DemoAccount {
  email: string;
  password: string;
  name: string;
  roles: string[];
}

export interface Platform {
  projectId: string;
  ports: Ports;
  /** `host:port` of each emulator. */
  hosts: Record<Emulator, string>;
  /** What a program needs to use this platform, the admin SDK included. */
  env: Record<string, string>;
  appUrl: string;
  /** `http://127.0.0.1:PORT/PROJECT/us-central1` */
  functionsUrl: string;
  /** Names of the functions that were found. */
  functions: string[];
  dataDir: string;
  logFile: string;
  pids: number[];
  /** Rewrites `/config.json` so that the sign-in page offers these accounts. */
  setDemoAccounts(accounts: DemoAccount[]): Promise<void>;
  /** Ends all of it, data exported when a dataDir was given; returns within 90 s whatever happens. */
  stop(): Promise<{ exported: boolean; problem?: string }>;
}

/** A mistake or a lack that the user can put right: the message names the remedy. */
export class PlatformError extends Error {
  override name = 'PlatformError';
}

const WITNESS_POLICY = 'CHECKPOINT_WITNESS_POLICY';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 85_000;
const FREE_PORT_ATTEMPTS = 3;

/**
 * Starts the local platform: Firebase emulators, local Stripe, stand-in witness, clock. Several may run side by side
 * with free ports.
 * Throws PlatformError with a remedy; nothing is left running then.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  requireNode24();
  if (options.ports !== 'free') return startOn(defaultPorts(options.portOffset), options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(await findFreePorts(), options);
    } catch (error) {
      // Another program can take a port between the look and the use.
      const portTaken = /port taken|EADDRINUSE|port \d+ is in use/i.test((error as Error).message);
      if (!portTaken || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

/** The block of ports of `npm start`, 4600 to 4611, moved by an offset. */
export const defaultPorts = (offset = 0): Ports => portsFrom(DEFAULT_FIRST_PORT + offset);

async function startOn(ports: Ports, options: PlatformOptions): Promise<Platform> {
  await requireFreePorts(ports);
  const runId = `${options.ports === 'free' ? 'test' : 'start'}-${randomBytes(4).toString('hex')}`;
  const only = options.only ?? EMULATORS;
  const withFunctions = only.includes('functions');
  const projectId =
    options.projectId ?? (options.ports === 'free' ? `demo-countersign-${runId.slice(-8)}` : 'demo-countersign');
  const hidane = await findHidane();
  const functionsSource = options.functionsSource ?? join(ROOT, 'functions');
  if (options.functionsSource === undefined && (withFunctions || only.includes('hosting'))) await build(options);
  if (withFunctions && !existsSync(join(functionsSource, 'lib', 'index.js'))) {
    throw new PlatformError(`${functionsSource} is not built; run: npm run build`);
  }
  const folder = await createRunFolder({
    runId,
    ports,
    hidane,
    functionsSource,
    liveRules: options.ports !== 'free',
  });
  const dataDir = options.dataDir ?? join(folder.path, 'data');
  const firebaseData = join(dataDir, 'firebase');
  await mkdir(dataDir, { recursive: true });
  await recoverExport(firebaseData);
  const localStripe = withFunctions && (options.stripe ?? 'local') === 'local';
  const env = platformEnv(ports, projectId, dataDir, options);
  // Somebody else may have been named in its place, or nobody.
  const standIn = withFunctions && env[WITNESS_POLICY] === undefined;
  if (standIn) env[WITNESS_POLICY] = await standInPolicy(join(dataDir, 'witness'), ports.witness);
  const settings: HostSettings = {
    runId,
    projectFolder: folder.path,
    temporaryFolder: folder.temporary,
    projectId,
    // The tasks emulator comes with the functions; eventarc as well.
    only: only.filter((name) => name !== 'tasks'),
    log: folder.log,
    ...(options.dataDir === undefined ? {} : { dataFolder: firebaseData, runningMark: join(dataDir, RUNNING_MARK) }),
    ...(localStripe ? { stripe: stripeCommand(ports, dataDir) } : {}),
    ...(standIn ? { witness: witnessCommand(ports, dataDir) } : {}),
    ...(withFunctions && options.clock !== false ? clockSettings(folder, env) : {}),
  };
  await writeAppConfig(folder, ports, projectId);
  const host = await spawnHost(folder, settings, hostEnv(folder, runId, env));
  const finish = async (): Promise<{ exported: boolean; problem?: string }> => {
    const result = await stopHost(host);
    await sweep(runId);
    await removeRunFolder(folder);
    return result;
  };
  try {
    const started = await untilReady(host, folder, options);
    const hosts = Object.fromEntries(
      EMULATORS.map((name) => [name, `127.0.0.1:${ports[name === 'hosting' ? 'app' : name]}`]),
    ) as Record<Emulator, string>;
    let stopped: ReturnType<typeof finish> | undefined;
    host.on('message', (message: HostMessage) => {
      if (message.type === 'failed') options.onFailure?.(message.message);
    });
    host.once('exit', () => {
      if (stopped === undefined) options.onFailure?.(`the emulators ended by themselves; see ${folder.log}`);
    });
    return {
      projectId,
      ports,
      hosts,
      env,
      appUrl: `http://127.0.0.1:${ports.app}`,
      functionsUrl: env['FUNCTIONS_BASE_URL'] ?? '',
      functions: started.functions,
      dataDir,
      logFile: folder.log,
      pids: started.pids,
      setDemoAccounts: (accounts) => writeAppConfig(folder, ports, projectId, accounts),
      stop: () => (stopped ??= finish()),
    };
  } catch (error) {
    await finish();
    throw error;
  }
}

async function build(options: PlatformOptions): Promise<void> {
  const start = performance.now();
  const built = await buildIfNeeded().catch((error: Error) => {
    throw new PlatformError(error.message);
  });
  if (built) options.onStep?.('build', performance.now() - start);
}

function platformEnv(
  ports: Ports,
  projectId: string,
  dataDir: string,
  options: PlatformOptions,
): Record<string, string> {
  const at = (port: number): string => `127.0.0.1:${port}`;
  const stripe = options.stripe ?? 'local';
  const stripeEnv =
    stripe === 'local'
      ? { STRIPE_API_BASE: `http://${at(ports.stripe)}`, STRIPE_SECRET_KEY: LOCAL_STRIPE_KEY }
      : { STRIPE_API_BASE: stripe.baseUrl, STRIPE_SECRET_KEY: stripe.secretKey ?? LOCAL_STRIPE_KEY };
  return {
    GCLOUD_PROJECT: projectId,
    GOOGLE_CLOUD_PROJECT: projectId,
    FIREBASE_CONFIG: JSON.stringify({ projectId, storageBucket: bucketOf(projectId) }),
    FIRESTORE_EMULATOR_HOST: at(ports.firestore),
    FIREBASE_AUTH_EMULATOR_HOST: at(ports.auth),
    FIREBASE_STORAGE_EMULATOR_HOST: at(ports.storage),
    STORAGE_EMULATOR_HOST: `http://${at(ports.storage)}`,
    CLOUD_TASKS_EMULATOR_HOST: at(ports.tasks),
    FUNCTIONS_BASE_URL: `http://${at(ports.functions)}/${projectId}/${REGION}`,
    APP_URL: `http://${at(ports.app)}`,
    // The local Stripe sends its events there, signed with this secret.
    STRIPE_WEBHOOK_URL: `http://${at(ports.functions)}/${projectId}/${REGION}/stripeWebhook`,
    STRIPE_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('hex')}`,
    METADATA_SERVER_DETECTION: 'none',
    CHECKPOINT_DIR: join(dataDir, 'checkpoints'),
    SECRETS_DIR: join(dataDir, 'secrets'),
    LOCAL_KEY_DIR: join(dataDir, 'keys'),
    ...stripeEnv,
    ...options.env,
  };
}

/** The bucket that the emulators and the admin SDK agree on. */
const bucketOf = (projectId: string): string => `${projectId}.appspot.com`;

/** The environment of the host and, through it, of the functions. Credentials of the user's real projects stay out. */
function hostEnv(folder: RunFolder, runId: string, env: Record<string, string>): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const dangerous = /^(GOOGLE_|GCLOUD_|CLOUDSDK_|FIREBASE_|FIRESTORE_|STRIPE_|VITEST|NODE_OPTIONS|NODE_V8_COVERAGE)/;
    if (value !== undefined && !dangerous.test(name)) inherited[name] = value;
  }
  const noProxy = [process.env['NO_PROXY'] ?? process.env['no_proxy'], '127.0.0.1,localhost'].filter(Boolean).join(',');
  return {
    ...inherited,
    ...env,
    [RUN_MARK]: runId,
    NODE_ENV: process.env['NODE_ENV'] === 'production' ? 'production' : 'development',
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    PATH: [folder.bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HIDANE_SHIM_DIR: folder.bin,
    TMPDIR: folder.temporary,
    // No account, no settings and no usage reports of the user's own firebase-tools.
    XDG_CONFIG_HOME: join(folder.temporary, 'config'),
    FIRESTORE_EMULATOR_BINARY_PATH: join(folder.bin, FIRESTORE_PLACEHOLDER),
    STORAGE_EMULATOR_BINARY_PATH: join(folder.bin, STORAGE_RULES_PLACEHOLDER),
    // Each event that finds no idle process starts one: unlimited, a burst takes gigabytes.
    FUNCTIONS_EMULATOR_PARALLEL: env['FUNCTIONS_EMULATOR_PARALLEL'] ?? '4',
    // Near the memory that a function has in the cloud: what would not fit there must not pass here.
    NODE_OPTIONS: '--max-old-space-size=384',
    // Discovery through a file, not through a port that another run could hold.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: 'true',
  };
}

function stripeCommand(ports: Ports, dataDir: string): NonNullable<HostSettings['stripe']> {
  const server = join(ROOT, 'scripts', 'local', 'stripe', 'server.ts');
  const state = join(dataDir, 'stripe.json');
  return {
    command: [process.execPath, server, '--port', String(ports.stripe), '--state', state],
    healthUrl: `http://127.0.0.1:${ports.stripe}/__local/health`,
  };
}

function witnessCommand(ports: Ports, dataDir: string): NonNullable<HostSettings['witness']> {
  const server = join(ROOT, 'scripts', 'local', 'witness', 'server.ts');
  const logKey = join(dataDir, 'keys', PUBLIC_KEY);
  const folder = join(dataDir, 'witness');
  return {
    command: [process.execPath, server, '--port', String(ports.witness), '--folder', folder, '--log-key', logKey],
  };
}

function clockSettings(folder: RunFolder, env: Record<string, string>): Pick<HostSettings, 'clock'> {
  const clock = join(folder.functions, 'lib', 'local-clock.js');
  return existsSync(clock) ? { clock: { command: [process.execPath, clock], env } } : {};
}

/** `/config.json`, from which the web app learns its project; see web/src. */
async function writeAppConfig(
  folder: RunFolder,
  ports: Ports,
  projectId: string,
  demoAccounts?: DemoAccount[],
): Promise<void> {
  const at = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
  const config = {
    projectId,
    apiKey: 'demo-key',
    appId: 'demo',
    storageBucket: bucketOf(projectId),
    region: REGION,
    emulators: {
      auth: `http://127.0.0.1:${ports.auth}`,
      firestore: at(ports.firestore),
      functions: at(ports.functions),
      storage: at(ports.storage),
    },
    ...(demoAccounts === undefined ? {} : { demoAccounts }),
  };
  await writeFile(join(folder.publicFolder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

async function spawnHost(
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

function untilReady(
  host: ChildProcess,
  folder: RunFolder,
  options: PlatformOptions,
): Promise<{ functions: string[]; pids: number[] }> {
  const started = new Promise<{ functions: string[]; pids: number[] }>((resolve, reject) => {
    host.on('message', (message: HostMessage) => {
      if (message.type === 'step') options.onStep?.(message.name, message.ms);
      if (message.type === 'ready') resolve({ functions: message.functions, pids: message.pids });
      if (message.type === 'failed') {
        reject(new PlatformError(`the local platform did not start: ${message.message}\nlog: ${folder.log}`));
      }
    });
    host.once('error', (error) => reject(new PlatformError(`could not start Node: ${error.message}`)));
    host.once('exit', (code) =>
      reject(new PlatformError(`the local platform ended with ${code} while it started\nlog: ${folder.log}`)),
    );
  });
  return within(START_LIMIT_MS, `no answer after ${START_LIMIT_MS / 1_000} s; log: ${folder.log}`, started);
}

async function stopHost(host: ChildProcess): Promise<{ exported: boolean; problem?: string }> {
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

/** A run that was killed while it exchanged old data for new leaves one of the two under another name. */
async function recoverExport(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  if (existsSync(`${folder}.previous`)) await rename(`${folder}.previous`, folder);
}

/** Throws PlatformError with the port, who has it, and the remedy. */
export async function requireFreePorts(ports: Ports): Promise<void> {
  const busy = await busyPorts(ports);
  const first = busy[0];
  if (first === undefined) return;
  const running = await findRunningPlatform();
  if (running !== null && running.ports.app === ports.app) {
    throw new PlatformError(
      `port ${first.port} is in use: Countersign is running already (process ${running.pid}).\n` +
        `Open ${running.appUrl}, or stop it with Ctrl-C in its terminal, or: npm start -- --port-offset 100`,
    );
  }
  const owner = await listenerOf(first.port);
  const by = owner === undefined ? 'another program' : `process ${owner.pid} (${owner.command})`;
  throw new PlatformError(
    `port ${first.port} is in use, by ${by}.\n` +
      `End that process, or use other ports: npm start -- --port-offset 100`,
  );
}

async function findHidane(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'countersign');
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'hidane'));
  const candidates = [process.env['HIDANE_BIN'], ...onPath, join(cache, 'hidane-0.6.0', 'bin', 'hidane')];
  const found = candidates.find((path) => path !== undefined && path !== '' && existsSync(path));
  if (found === undefined) {
    throw new PlatformError('the local Firestore (hidane) is missing; npm start installs it: run npm start once');
  }
  return found;
}

function requireNode24(): void {
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  throw new PlatformError(`this needs Node 24, not ${process.versions.node}; start it through npm: npm start`);
}

/** What `npm start` writes to `.local/platform.json` while it is up. */
export interface PlatformInfo {
  pid: number;
  projectId: string;
  ports: Ports;
  env: Record<string, string>;
  appUrl: string;
  functionsUrl: string;
  dataDir: string;
  accounts: DemoAccount[];
  organizationId?: string;
  sampleFiles?: string[];
}

/** Where `npm start` keeps its data and says that it is up. A test of it moves both. */
export const STATE_DIR = process.env['COUNTERSIGN_STATE_DIR'] ?? join(ROOT, '.local');
export const PLATFORM_FILE = join(STATE_DIR, 'platform.json');

/** The platform that `npm start` runs now, or null. A file left by a killed run does not count. */
export async function findRunningPlatform(): Promise<PlatformInfo | null> {
  const text = await readFile(PLATFORM_FILE, 'utf8').catch(() => undefined);
  if (text === undefined) return null;
  let info: PlatformInfo;
  try {
    info = JSON.parse(text) as PlatformInfo;
  } catch {
    return null;
  }
  if (!isAlive(info.pid)) return null;
  const open = await Promise.all([info.ports.app, info.ports.firestore, info.ports.functions].map((p) => answers(p)));
  return open.every(Boolean) ? info : null;
}
