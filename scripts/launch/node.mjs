import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from './cache.mjs';
import { npm } from './npm.mjs';
import { SetupError } from './report.mjs';

export const NODE_VERSION = '24.21.0';

const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node';
const WANTED = join('node_modules', 'node', 'bin', PROGRAM);

/** The path of a Node 24: this one, or one kept in the cache. */
export async function ensureNode(note) {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  return cached(`node-${NODE_VERSION}`, WANTED, async (folder) => {
    note(`this is Node ${process.versions.node}; fetching ${NODE_VERSION} into the cache, once`);
    await install(folder, 'node');
    if (!existsSync(join(folder, WANTED))) await installBinary(folder);
  });
}

/** The package puts the binary in place with its install script. */
function install(folder, name) {
  const options = ['--ignore-scripts=false', '--loglevel=error', '--no-audit', '--no-fund', '--no-save'];
  return npm(process.execPath, ['install', ...options, '--prefix', folder, `${name}@${NODE_VERSION}`], folder);
}

/** An npm that runs no install scripts leaves the package without the binary: it lies in one for this system. */
async function installBinary(folder) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${platform}-${process.arch}`;
  await install(folder, name);
  const binary = join(folder, 'node_modules', name, 'bin', PROGRAM);
  if (!existsSync(binary)) {
    throw new SetupError(
      `npm did not bring Node ${NODE_VERSION}. Install Node 24 (https://nodejs.org) and run this again.`,
    );
  }
  await mkdir(dirname(join(folder, WANTED)), { recursive: true });
  await copyFile(binary, join(folder, WANTED));
  await chmod(join(folder, WANTED), 0o755);
}
