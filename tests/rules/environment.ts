import { initializeTestEnvironment, type RulesTestEnvironment } from '@firebase/rules-unit-testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setLogLevel } from 'firebase/app';

const START_TIMEOUT_MS = 20_000;
const HIDANE_CACHE = join(homedir(), '.cache/countersign/hidane-0.6.0/bin');

export const FIRESTORE_RULES = new URL('../../firestore.rules', import.meta.url);
export const STORAGE_RULES = new URL('../../storage.rules', import.meta.url);

export interface RulesEnvironment {
  readonly env: RulesTestEnvironment;
  stop(): Promise<void>;
}

/**
 * A Firestore with our rules and a project of its own: the running one of FIRESTORE_EMULATOR_HOST, else one that is
 * started here and stopped at the end.
 */
export async function startRulesEnvironment(
  projectId: string,
  rules = readFileSync(FIRESTORE_RULES, 'utf8'),
): Promise<RulesEnvironment> {
  // Each denial would be logged as a warning by the SDK; denials are what is tested here.
  setLogLevel('silent');
  const running = process.env['FIRESTORE_EMULATOR_HOST'];
  const own = running === undefined ? await startHidane() : null;
  const [host, port] = split(own?.address ?? (running as string));
  const env = await initializeTestEnvironment({ projectId, firestore: { host, port, rules } });
  return {
    env,
    stop: async () => {
      await env.cleanup();
      await own?.stop();
    },
  };
}

export function split(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}

async function startHidane(): Promise<{ address: string; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn('hidane', ['--host', '127.0.0.1', '--port', String(port)], {
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}${delimiter}${HIDANE_CACHE}` },
    stdio: 'ignore',
  });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  await Promise.race([failed, untilOpen(port)]);
  return { address: `127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilOpen(port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.end());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`hidane did not open port ${port} within ${START_TIMEOUT_MS} ms`);
}
