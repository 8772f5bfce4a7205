import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { homedir } from 'node:os';
import { PUBLIC_KEY } from '../functions/src/streams/signer.ts';
import { buildIfNeeded } from './local/build-if-needed.ts';
import { RUNNING_MARK } from './local/data-folder.ts';
import { bucketOf, hostEnv, platformEnv, REGION, type EnvironmentOptions } from './local/environment.ts';
import { spawnHost, stopHost, untilReady } from './local/host-process.ts';
import type { HostMessage, HostSettings } from './local/host.ts';
import { PlatformError } from './local/platform-error.ts';
import { busyPorts, findFreePorts, listenerOf, portsFrom, DEFAULT_FIRST_PORT, type Ports } from './local/ports.ts';
import { sweep } from './local/processes.ts';
import { createRunFolder, removeRunFolder, ROOT, type RunFolder } from './local/run-folder.ts';
import { findRunningPlatform, type DemoAccount } from './local/running-platform.ts';
import { standInPolicy } from './local/witness/policy.ts';

// Who uses a platform finds all of it here.
export { PlatformError } from './local/platform-error.ts';
export {
  findRunningPlatform,
  PLATFORM_FILE,
  STATE_DIR,
  type DemoAccount,
  type PlatformInfo,
} from './local/running-platform.ts';

export const EMULATORS = ['auth', 'firestore', 'functions', 'tasks', 'storage', 'hosting'] as const;
export type Emulator = (typeof EMULATORS)[number];

export interface PlatformOptions extends EnvironmentOptions {
  /** `default`: the block that `npm start` uses (4600 and up); `free`: any free block, for runs side by side. */
  ports?: 'default' | 'free';
  /** Moves the default block. */
  portOffset?: number;
  /** Must begin with `demo-`, so that nothing can reach a real project. With free ports a random one is made. */
  projectId?: string;
  /** Data are read from here at the start and written back at the end; without it they go with the run. */
  dataDir?: string;
  quiet?: boolean;
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

const WITNESS_POLICY = 'CHECKPOINT_WITNESS_POLICY';
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
    const started = await untilReady(host, folder.log, options.onStep);
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
