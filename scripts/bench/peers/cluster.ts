import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, findFreePorts } from '../../local/ports.ts';
import { PeerProcess } from './child.ts';
import { PeerUnavailable, until } from './peer.ts';

const START_MS = 30_000;
/** `nobody`: PostgreSQL refuses to run as root, as which a container often runs. */
const UNPRIVILEGED_ID = 65_534;

/** A PostgreSQL of its own in a temporary folder, with the settings that `initdb` gives, fsync and all. */
export interface Cluster {
  readonly port: number;
  /** Where its socket lies, and everything else of it. */
  readonly folder: string;
  /** Runs another program as the same user, to its end. @throws PeerUnavailable with its last words when it fails */
  run(program: string, ...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * @param programs gives the folder with `initdb` and `postgres`; it may put them into the cluster's own folder
 * @throws PeerUnavailable
 */
export async function startCluster(programs: (folder: string) => Promise<string>): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-postgres-'));
  try {
    const bin = await programs(folder);
    const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
    if ('uid' in identity) await giveAway(folder, UNPRIVILEGED_ID);
    const start = (program: string, ...args: string[]): PeerProcess =>
      new PeerProcess(program, args, {
        cwd: folder,
        env: { LC_ALL: 'C', PATH: process.env['PATH'], HOME: folder },
        ...identity,
      });
    const run = async (program: string, ...args: string[]): Promise<string> => {
      const child = start(program, ...args);
      await child.ended();
      if (!child.succeeded) throw new PeerUnavailable(`${program} failed:\n${child.lastWords}`);
      return child.lastWords;
    };
    const data = join(folder, 'data');
    await run(join(bin, 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8');
    const port = (await findFreePorts()).app;
    const options = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'];
    const server = start(join(bin, 'postgres'), ...options);
    await until('PostgreSQL', START_MS, () => (server.requireAlive('PostgreSQL'), answers(port)));
    return {
      port,
      folder,
      run,
      // SIGINT: PostgreSQL's fast shutdown, which does not wait for clients.
      stop: async () => (await server.stop('SIGINT'), rm(folder, { recursive: true, force: true })),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function giveAway(folder: string, id: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await chown(folder, id, id);
  for (const entry of entries.filter((one) => !one.isSymbolicLink()))
    await chown(join(entry.parentPath, entry.name), id, id);
}
