import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PeerUnavailable } from './peer.ts';

interface Launch {
  cached: (name: string, wanted: string, fill: (folder: string) => Promise<void>) => Promise<string>;
  npm: (node: string, args: readonly string[], cwd: string) => Promise<void>;
}

const DONE = 'installed';

/**
 * Packages of a peer, in a folder of the user's cache: they are no dependencies of ours. No script of theirs runs.
 * @param packages exact versions, by name
 * @throws PeerUnavailable when the registry does not serve them
 */
export async function installPeer(
  name: string,
  packages: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<PeerPackages> {
  const { cached, npm } = await launch();
  const versions = Object.values(packages).join('-');
  const mark = await cached(`bench-peers-${name}-${versions}`, DONE, async (folder) => {
    say(`Fetching ${name} into the cache, once`);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    await npm(
      process.execPath,
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder],
      folder,
    );
    await writeFile(join(folder, DONE), `${versions}\n`);
  }).catch((error: Error) => {
    throw new PeerUnavailable(`${name} could not be installed: ${error.message}`);
  });
  return new PeerPackages(dirname(mark));
}

export class PeerPackages {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A file or folder of an installed package. */
  path(...parts: readonly string[]): string {
    return join(this.#folder, 'node_modules', ...parts);
  }

  async load(module: string): Promise<unknown> {
    const resolve = createRequire(join(this.#folder, 'package.json')).resolve;
    return import(pathToFileURL(resolve(module)).href);
  }
}

/** The launcher's own parts are plain JavaScript: they also run on an older Node. */
async function launch(): Promise<Launch> {
  const part = (file: string): string => new URL(`../../launch/${file}`, import.meta.url).href;
  return { ...(await import(part('cache.mjs'))), ...(await import(part('npm.mjs'))) } as Launch;
}
