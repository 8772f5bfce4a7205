import { createRequire } from 'node:module';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * The Firebase emulators, run by firebase-tools inside this process. Its command line would do the same, but asks the
 * network for news, for newer versions and for usage reports, and says neither when it is ready nor why it is not.
 * Everything that reaches into firebase-tools is in this file.
 */
export interface EmulatorOptions {
  /** Has the firebase.json; also the current directory of the process. */
  projectFolder: string;
  projectId: string;
  only: string[];
  /** A folder written by `exportEmulators`. */
  importFrom?: string;
  log: string;
}

const require = createRequire(import.meta.url);
const tools = <T>(path: string): T => require(`firebase-tools/lib/${path}`) as T;

interface Controller {
  startAll(options: Record<string, unknown>, showUi: boolean): Promise<unknown>;
  cleanShutdown(): Promise<void>;
}
interface FunctionsEmulator {
  triggers: Record<string, unknown>;
  disableBackgroundTriggers(): Promise<void>;
}

/** Starts them and returns the names of the functions found. Throws with the emulators' own words. */
export async function startEmulators(options: EmulatorOptions): Promise<string[]> {
  const problems = logTo(options.log);
  stayOffline();
  validateLazily();
  const { Config } = tools<{ Config: { load(options: object): unknown } }>('config');
  const { RC } = tools<{ RC: new () => unknown }>('rc');
  const location = { cwd: options.projectFolder, configPath: join(options.projectFolder, 'firebase.json') };
  try {
    await controller().startAll(
      {
        ...location,
        config: Config.load(location),
        rc: new RC(),
        project: options.projectId,
        projectId: options.projectId,
        projectRoot: options.projectFolder,
        site: options.projectId,
        only: options.only.join(','),
        nonInteractive: true,
        ...(options.importFrom === undefined ? {} : { import: options.importFrom }),
      },
      false,
    );
  } catch (error) {
    throw new Error([(error as Error).message, ...problems].join('\n'));
  }
  if (!options.only.includes('functions')) return [];
  const names = Object.keys(functionsEmulator()?.triggers ?? {});
  if (names.length === 0) throw new Error(['the functions did not load', ...problems].join('\n'));
  return names;
}

/** Writes Firestore, Auth and Storage to a folder that does not exist yet. */
export async function exportEmulators(projectId: string, folder: string, targets: string[]): Promise<void> {
  // A function that writes while the export runs would be half in it.
  await functionsEmulator()?.disableBackgroundTriggers();
  const { HubExport } = tools<{
    HubExport: new (projectId: string, options: object) => { exportAll(): Promise<void> };
  }>('emulator/hubExport');
  mkdirSync(folder, { recursive: true });
  await new HubExport(projectId, { path: folder, initiatedBy: 'exit', targets }).exportAll();
}

export async function stopEmulators(): Promise<void> {
  await controller().cleanShutdown();
}

const controller = (): Controller => tools<Controller>('emulator/controller');

function functionsEmulator(): FunctionsEmulator | undefined {
  const { EmulatorRegistry } = tools<{ EmulatorRegistry: { get(name: string): FunctionsEmulator | undefined } }>(
    'emulator/registry',
  );
  return EmulatorRegistry.get('functions');
}

/** Before functions load, firebase-tools runs `npm show` to say whether their SDK is old: up to 10 s without network. */
function stayOffline(): void {
  const versioning = tools<{ getLatestSDKVersion?: () => undefined }>('deploy/functions/runtimes/node/versioning');
  if (versioning.getLatestSDKVersion === undefined) {
    throw new Error('firebase-tools has moved its SDK version check; adapt scripts/local/emulators.ts');
  }
  versioning.getLatestSDKVersion = () => undefined;
}

/**
 * The Auth emulator compiles validators for every operation of Google's identity API before it listens: 7 s. Its
 * OpenAPI library can do that at the first use of each instead.
 */
function validateLazily(): void {
  const fromAuth = createRequire(require.resolve('firebase-tools/lib/emulator/auth/server'));
  const exegesis = fromAuth('exegesis-express') as { middleware: (spec: unknown, options: object) => unknown };
  const eager = exegesis.middleware;
  exegesis.middleware = (spec, options) => eager(spec, { ...options, lazyCompileValidationSchemas: true });
}

/** Sends the log of firebase-tools to a file; the returned list fills with its last warnings and errors. */
function logTo(file: string): string[] {
  const { logger } = tools<{ logger: { add(transport: unknown): void } }>('logger');
  const fromTools = createRequire(require.resolve('firebase-tools/lib/logger'));
  const winston = fromTools('winston') as {
    transports: { Stream: new (options: object) => unknown };
    format: { printf(format: (entry: Record<string | symbol, unknown>) => string): unknown };
  };
  const problems: string[] = [];
  const splat = Symbol.for('splat');
  const format = winston.format.printf((entry) => {
    const rest = Array.isArray(entry[splat]) ? entry[splat].filter((value) => typeof value === 'string') : [];
    const text = stripVTControlCharacters([String(entry['message']), ...rest].join(' '));
    const level = String(entry['level']);
    if (level === 'error' || level === 'warn') {
      problems.push(text);
      if (problems.length > 20) problems.shift();
    }
    return `${new Date().toISOString()} ${level} ${text}`;
  });
  const stream = createWriteStream(file, { flags: 'a' });
  logger.add(new winston.transports.Stream({ stream, format, level: 'debug' }));
  return problems;
}
