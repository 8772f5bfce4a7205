import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifierKey } from '@countersign/domain/audit/checkpoint';
import { run, type Tool } from './accounting-tools.ts';

const launcher: string = '../../scripts/launch/cache.mjs';
const { cached, onPath } = (await import(launcher)) as {
  readonly cached: (name: string, wanted: string, fill: (folder: string) => Promise<void>) => Promise<string>;
  readonly onPath: (...names: string[]) => string | undefined;
};

/** The last one that Go 1.24 builds. Its module holds the library that witnesses of the public network run on. */
const VERSION = 'v0.9.0';
/** Half a minute on a machine with nothing else to do. */
const BUILD_LIMIT_MS = 240_000;
const READY_LIMIT_MS = 20_000;

/** The real litewitness (filippo.io/torchwood), built by the Go that is here into the project's cache, once. */
export async function litewitness(): Promise<Tool> {
  const go = onPath('go');
  for (const name of ['ssh-agent', 'ssh-add', 'ssh-keygen'])
    if (onPath(name) === undefined) return { missing: `there is no ${name}` };
  try {
    const path = await cached(`litewitness-${VERSION}`, join('bin', 'litewitness'), async (folder) => {
      if (go === undefined) throw new Error('there is no go to build it with');
      const bin = join(folder, 'bin');
      await mkdir(bin, { recursive: true });
      const { code, output } = await run(go, ['install', `filippo.io/torchwood/cmd/litewitness@${VERSION}`], folder, {
        // From the module proxy or not at all: never from a repository.
        env: { GOBIN: bin, GOTOOLCHAIN: 'local', GOVCS: '*:off' },
        timeoutMs: BUILD_LIMIT_MS,
      });
      if (code !== 0) throw new Error(output.slice(-400));
    });
    return { path };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

export interface RunningWitness {
  readonly url: string;
  /** As it prints it itself. */
  readonly key: string;
  /** Trust the key of a log, as `witnessctl add-log` and `add-key` do. */
  readonly trust: (origin: string, publicKey: Uint8Array) => void;
  readonly stop: () => Promise<void>;
}

/** @param folder an empty one, with a short path: a socket's name has its limit */
export async function startLitewitness(program: string, folder: string): Promise<RunningWitness> {
  const children: ChildProcess[] = [];
  const start = (command: string, args: readonly string[]): ChildProcess => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
  };
  try {
    const socket = join(folder, 's');
    await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const [, fingerprint = ''] = (await must('ssh-keygen', ['-lf', join(folder, 'key')])).split(' ');
    start('ssh-agent', ['-D', '-a', socket]);
    await until(async () => {
      const added = await run('ssh-add', ['-q', join(folder, 'key')], folder, { env: { SSH_AUTH_SOCK: socket } });
      return added.code === 0 ? true : null;
    });
    const port = await freePort();
    const db = join(folder, 'litewitness.db');
    const named = ['-name', 'witness.example/real', '-key', fingerprint];
    const child = start(program, [...named, '-db', db, '-ssh-agent', socket, '-listen', `127.0.0.1:${port}`]);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const key = await until(async () => {
      if (child.exitCode !== null) throw new Error(`litewitness ended: ${said.slice(-400)}`);
      return said.includes('msg=listening') ? (/vkey="?([^\s"]+)/.exec(said)?.[1] ?? null) : null;
    });
    return {
      url: `http://127.0.0.1:${port}`,
      key,
      trust: (origin, publicKey) => trust(db, origin, publicKey),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const EMPTY_ROOT = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

function trust(file: string, origin: string, publicKey: Uint8Array): void {
  const db = new DatabaseSync(file);
  db.prepare('INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)').run(origin, EMPTY_ROOT);
  db.prepare('INSERT INTO key (origin, key) VALUES (?, ?)').run(origin, verifierKey(origin, publicKey));
  db.close();
}

async function must(program: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(program, args);
  if (code !== 0) throw new Error(`${program}: ${output.slice(-400)}`);
  return output;
}

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((passed) => setTimeout(passed, 50));
  }
  throw new Error(`not ready after ${READY_LIMIT_MS / 1_000} s`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
