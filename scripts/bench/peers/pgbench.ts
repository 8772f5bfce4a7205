import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { startCluster } from './cluster.ts';
import { PeerUnavailable } from './peer.ts';

/** Where Debian and its kin keep each version's programs; only some of them are on PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const NEEDED = ['initdb', 'postgres', 'createdb', 'pgbench'];
const CLIENTS = 16;
const THREADS = 2;

export interface Pgbench {
  /** As pgbench and the server call themselves. */
  readonly version: string;
  /** TPC-B ("sort of", as its manual says) for so many seconds with 16 clients. @returns transactions a second */
  tpcB(scale: number, seconds: number): Promise<number>;
  stop(): Promise<void>;
}

/**
 * PostgreSQL's own bench on the machine's PostgreSQL: a fresh cluster with the settings that `initdb` gives, so that each
 * transaction is synced to disk before it is answered.
 * @throws PeerUnavailable when the machine has no PostgreSQL with pgbench
 */
export async function startPgbench(): Promise<Pgbench> {
  const bin = await programFolder();
  const cluster = await startCluster(async () => bin);
  const program = (name: string): string => join(bin, name);
  const to = ['-h', cluster.folder, '-p', String(cluster.port), '-U', 'postgres'];
  const made = new Set<string>();
  return {
    version: (await cluster.run(program('pgbench'), '--version')).trim(),
    tpcB: async (scale, seconds) => {
      const database = `scale_${scale}`;
      if (!made.has(database)) {
        await cluster.run(program('createdb'), ...to, database);
        await cluster.run(program('pgbench'), ...to, '-i', '-q', '-s', String(scale), database);
        made.add(database);
      }
      const load = ['-c', String(CLIENTS), '-j', String(THREADS), '-T', String(seconds)];
      const words = await cluster.run(program('pgbench'), ...to, ...load, database);
      const tps = /^tps = ([\d.]+)/m.exec(words)?.[1];
      if (tps === undefined) throw new PeerUnavailable(`pgbench told no rate:\n${words}`);
      return Number(tps);
    },
    stop: () => cluster.stop(),
  };
}

/** The newest PostgreSQL that has all of it. */
async function programFolder(): Promise<string> {
  const versions = await readdir(DEBIAN_FOLDER).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a)).map((one) => join(DEBIAN_FOLDER, one, 'bin'));
  for (const folder of [...newest, ...(process.env['PATH'] ?? '').split(delimiter)]) {
    const all = await Promise.all(NEEDED.map((name) => isProgram(join(folder, name))));
    if (all.every(Boolean)) return folder;
  }
  throw new PeerUnavailable('this machine has no PostgreSQL with pgbench');
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
