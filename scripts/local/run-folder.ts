import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './processes.ts';
import type { Ports } from './ports.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** What one run of the platform keeps on disk: everything here but the log goes away when it stops. */
export interface RunFolder {
  /** `.local/run-<id>`, below the project so that the functions find their packages in its node_modules. */
  path: string;
  functions: string;
  publicFolder: string;
  /** Holds the `java` that firebase-tools finds. */
  bin: string;
  /** Short, because Unix sockets live in it and their paths are limited to 107 bytes. */
  temporary: string;
  log: string;
}

export interface RunFolderOptions {
  runId: string;
  ports: Ports;
  hidane: string;
  functionsSource: string;
  /** Rules are read from the project, and again whenever they change there; else from copies that stay as they are. */
  liveRules: boolean;
}

/**
 * Makes the folder that firebase-tools takes for its project. Functions and web app are copies: a build for one run
 * can't pull the ground from under another.
 */
export async function createRunFolder(options: RunFolderOptions): Promise<RunFolder> {
  const path = join(ROOT, '.local', `run-${options.runId}`);
  const folder: RunFolder = {
    path,
    functions: join(path, 'functions'),
    publicFolder: join(path, 'public'),
    bin: join(path, 'bin'),
    temporary: await mkdtemp(join(tmpdir(), 'cs-')),
    log: join(ROOT, '.local', 'logs', `${options.runId}.log`),
  };
  await mkdir(join(ROOT, '.local', 'logs'), { recursive: true });
  await removeLeftovers();
  await mkdir(path);
  await writeFile(join(path, OWNER), JSON.stringify({ pid: process.pid, temporary: folder.temporary } satisfies Owner));
  await mkdir(folder.publicFolder, { recursive: true });
  await copyFunctions(options.functionsSource, folder.functions);
  const web = join(ROOT, 'web', 'dist');
  if (existsSync(web)) await cp(web, folder.publicFolder, { recursive: true });
  await writeJavaStandIn(folder.bin, options.hidane);
  await writeFile(join(path, 'firebase.json'), JSON.stringify(await localConfig(path, options), null, 2));
  return folder;
}

export async function removeRunFolder(folder: Pick<RunFolder, 'path' | 'temporary'>): Promise<void> {
  for (const path of [folder.path, folder.temporary]) await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

const OWNER = 'owner.json';
const LOGS_KEPT = 20;

interface Owner {
  pid: number;
  temporary: string;
}

/** Folders of runs whose processes were all killed, and logs that nobody will read any more. */
async function removeLeftovers(): Promise<void> {
  const local = join(ROOT, '.local');
  for (const name of await readdir(local)) {
    if (!name.startsWith('run-')) continue;
    const owner = await readFile(join(local, name, OWNER), 'utf8').catch(() => undefined);
    if (owner === undefined) continue;
    const { pid, temporary } = JSON.parse(owner) as Owner;
    if (!isAlive(pid)) await removeRunFolder({ path: join(local, name), temporary });
  }
  const logs = await Promise.all(
    (await readdir(join(local, 'logs'))).map(async (name) => {
      const path = join(local, 'logs', name);
      return { path, changed: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  const old = logs.toSorted((a, b) => b.changed - a.changed).slice(LOGS_KEPT);
  for (const { path } of old) await rm(path, { force: true });
}

async function copyFunctions(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await cp(join(source, 'package.json'), join(target, 'package.json'));
  if (existsSync(join(source, 'lib'))) await cp(join(source, 'lib'), join(target, 'lib'), { recursive: true });
  // npm puts a package here when its version differs from the hoisted one.
  const ownPackages = join(source, 'node_modules');
  if (existsSync(ownPackages)) await symlink(ownPackages, join(target, 'node_modules'));
}

/**
 * firebase-tools starts Firestore and the storage rules runtime as `java -jar …`. This `java` answers for the storage
 * rules itself and hands everything else to hidane, which takes the name `java` as its cue.
 */
async function writeJavaStandIn(bin: string, hidane: string): Promise<void> {
  await mkdir(join(bin, 'hidane'), { recursive: true });
  await symlink(hidane, join(bin, 'hidane', 'java'));
  const main = join(import.meta.dirname, 'storage-rules', 'main.ts');
  const script = [
    '#!/bin/sh',
    // firebase-tools wants Java 21 or newer before it starts anything; here nothing needs Java.
    'case "$*" in *-version*) echo \'openjdk version "21" (stand-in, no Java)\' >&2; exit 0 ;; esac',
    'for argument in "$@"; do',
    '  case "$argument" in',
    `    */${STORAGE_RULES_PLACEHOLDER}) exec ${quote(process.execPath)} ${quote(main)} ;;`,
    '  esac',
    'done',
    `exec ${quote(join(bin, 'hidane', 'java'))} "$@"`,
    '',
  ];
  await writeFile(join(bin, 'java'), script.join('\n'));
  await chmod(join(bin, 'java'), 0o755);
  // firebase-tools downloads nothing when these exist; their names tell the two runtimes apart.
  await writeFile(join(bin, STORAGE_RULES_PLACEHOLDER), '');
  await writeFile(join(bin, FIRESTORE_PLACEHOLDER), '');
}

export const STORAGE_RULES_PLACEHOLDER = 'countersign-storage-rules.jar';
/** The name that hidane answers to (its launch.rs). */
export const FIRESTORE_PLACEHOLDER = 'hidane-firestore.jar';

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

interface FirebaseConfig {
  functions: Record<string, unknown>[];
  firestore: { rules: string; indexes: string };
  storage: { rules: string };
  hosting: { public: string; headers: { source: string; headers: { key: string; value: string }[] }[] };
  emulators?: Record<string, unknown>;
}

/** The committed firebase.json, with this run's ports, its copies, and a policy that lets the emulators in. */
async function localConfig(folder: string, options: RunFolderOptions): Promise<FirebaseConfig> {
  const { ports } = options;
  const config = JSON.parse(await readFile(join(ROOT, 'firebase.json'), 'utf8')) as FirebaseConfig;
  for (const codebase of config.functions) codebase['source'] = 'functions';
  const rules = async (name: string): Promise<string> => {
    if (!options.liveRules) await cp(join(ROOT, name), join(folder, name));
    return join(options.liveRules ? ROOT : folder, name);
  };
  config.firestore.rules = await rules(config.firestore.rules);
  config.storage.rules = await rules(config.storage.rules);
  config.firestore.indexes = join(ROOT, config.firestore.indexes);
  config.hosting.public = 'public';
  for (const { headers } of config.hosting.headers) {
    for (const header of headers) {
      if (header.key === 'Content-Security-Policy') header.value = allowEmulators(header.value, ports);
    }
  }
  const at = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
  config.emulators = {
    // Rules tests bring projects of their own.
    singleProjectMode: false,
    ui: { enabled: false },
    hub: at(ports.hub),
    logging: at(ports.logging),
    auth: at(ports.auth),
    firestore: { ...at(ports.firestore), websocketPort: ports.firestoreWebsocket },
    functions: at(ports.functions),
    eventarc: at(ports.eventarc),
    tasks: at(ports.tasks),
    storage: at(ports.storage),
    hosting: at(ports.app),
  };
  return config;
}

export function allowEmulators(policy: string, ports: Ports): string {
  const used = [ports.auth, ports.firestore, ports.functions, ports.storage];
  const origins = used.map((port) => `http://127.0.0.1:${port}`).join(' ');
  return policy.replace(/(connect-src|img-src)/g, `$1 ${origins}`);
}
