import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Every part of the platform that listens, in the order of its place in the block of ports. */
export const PORT_NAMES = [
  'app',
  'auth',
  'firestore',
  'functions',
  'tasks',
  'storage',
  'eventarc',
  'hub',
  'firestoreWebsocket',
  'logging',
  'stripe',
  'witness',
] as const;

export type PortName = (typeof PORT_NAMES)[number];
export type Ports = Record<PortName, number>;

/** `npm start` listens on 4600 to 4611. */
export const DEFAULT_FIRST_PORT = 4600;

/** Below the ports that operating systems hand to outgoing connections (32768 and up on Linux). */
const FREE_RANGE = { from: 20_000, to: 31_900 };
const FREE_ATTEMPTS = 50;

export function portsFrom(firstPort: number): Ports {
  const ports = {} as Ports;
  for (const [place, name] of PORT_NAMES.entries()) ports[name] = firstPort + place;
  return ports;
}

/** A block of ports that nobody listens on now. Another program may still take one of them: callers retry. */
export async function findFreePorts(): Promise<Ports> {
  for (let attempt = 0; attempt < FREE_ATTEMPTS; attempt += 1) {
    const blocks = Math.floor((FREE_RANGE.to - FREE_RANGE.from) / PORT_NAMES.length);
    const ports = portsFrom(FREE_RANGE.from + randomInt(blocks) * PORT_NAMES.length);
    if ((await busyPorts(ports)).length === 0) return ports;
  }
  throw new Error(`no free block of ${PORT_NAMES.length} ports found after ${FREE_ATTEMPTS} attempts`);
}

export async function busyPorts(ports: Ports): Promise<{ name: PortName; port: number }[]> {
  const checks = PORT_NAMES.map(async (name) => ({ name, port: ports[name], free: await canListen(ports[name]) }));
  return (await Promise.all(checks)).filter((check) => !check.free).map(({ name, port }) => ({ name, port }));
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

/** Whether something accepts connections at the port. */
export function answers(port: number, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/**
 * The process that listens on a port, as far as this user may see it. Linux only: elsewhere, and for other
 * users' processes, undefined.
 */
export async function listenerOf(port: number): Promise<{ pid: number; command: string } | undefined> {
  const inode = (await listeningInode('/proc/net/tcp', port)) ?? (await listeningInode('/proc/net/tcp6', port));
  if (inode === undefined) return undefined;
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    for (const descriptor of await readdir(`/proc/${entry}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${entry}/fd/${descriptor}`).catch(() => '');
      if (target !== `socket:[${inode}]`) continue;
      const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
      return { pid: Number(entry), command: command.split('\0').join(' ').trim().slice(0, 120) };
    }
  }
  return undefined;
}

async function listeningInode(table: string, port: number): Promise<string | undefined> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  for (const line of (await readFile(table, 'utf8').catch(() => '')).split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(`:${wanted}`) && columns[3] === listening) return columns[9];
  }
  return undefined;
}
