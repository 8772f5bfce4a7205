import { cached } from './cache.mjs';
import { npm } from './npm.mjs';

export const NODE_VERSION = '24.21.0';

/** The path of a Node 24: this one, or one kept in the cache. */
export async function ensureNode(note) {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return cached(`node-${NODE_VERSION}`, `node_modules/node/bin/${program}`, async (folder) => {
    note(`this is Node ${process.versions.node}; fetching ${NODE_VERSION} into the cache, once`);
    // The package puts the binary in place with its install script.
    const options = [
      '--ignore-scripts=false',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--prefix',
      folder,
    ];
    await npm(process.execPath, ['install', ...options, `node@${NODE_VERSION}`], folder);
  });
}
