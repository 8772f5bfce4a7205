import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, onPath } from './cache.mjs';
import { npm } from './npm.mjs';
import { SetupError, run, tail } from './report.mjs';

const VERSION = '0.6.0';
const PROGRAM = process.platform === 'win32' ? 'hidane.exe' : 'hidane';

/** The path of hidane, the local Firestore: given, on PATH, in the cache, from npm, or compiled. */
export async function ensureHidane(node, note) {
  const given = process.env.HIDANE_BIN;
  if (given) {
    if (existsSync(given)) return given;
    throw new SetupError(`HIDANE_BIN names ${given}, which does not exist.`);
  }
  const found = onPath(PROGRAM);
  if (found !== undefined) return found;
  return cached(`hidane-${VERSION}`, join('bin', PROGRAM), async (folder) => {
    note('fetching the local Firestore into the cache, once');
    if (!(await fromNpm(node, folder))) await fromCargo(folder, note);
    for (const leftover of ['npm', 'cargo']) await rm(join(folder, leftover), { recursive: true, force: true });
  });
}

/** Whether the registry served it. The binary lies in a package for this system that hidane depends on. */
async function fromNpm(node, folder) {
  const work = join(folder, 'npm');
  await mkdir(work, { recursive: true });
  try {
    await npm(
      node,
      ['install', '--loglevel=error', '--no-audit', '--no-fund', '--prefix', work, `hidane@${VERSION}`],
      work,
    );
  } catch (error) {
    if (error instanceof SetupError) return false;
    throw error;
  }
  const files = await readdir(join(work, 'node_modules'), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const file of files.filter((entry) => entry.isFile() && entry.name === PROGRAM)) {
    const path = join(file.parentPath ?? file.path, file.name);
    await chmod(path, 0o755);
    if ((await run(path, ['--version'])).code !== 0) continue;
    await mkdir(join(folder, 'bin'), { recursive: true });
    await copyFile(path, join(folder, 'bin', PROGRAM));
    return true;
  }
  return false;
}

async function fromCargo(folder, note) {
  const cargo = onPath('cargo', 'cargo.exe');
  if (cargo === undefined) {
    throw new SetupError(
      `The local Firestore (hidane ${VERSION}) is not in the npm registry in use, and there is no cargo to compile it.\n` +
        '  Install Rust (https://rustup.rs) and run this again, or put hidane on PATH, or name it in HIDANE_BIN.',
    );
  }
  note('not in the npm registry in use: compiling it with cargo, about four minutes');
  const root = join(folder, 'cargo');
  const result = await run(cargo, ['install', 'hidane', '--version', VERSION, '--locked', '--root', root]);
  if (result.code !== 0) {
    throw new SetupError(
      `cargo install hidane failed (${result.code}):\n${tail(result.output)}\n` +
        '  Check the network, and that cargo is 1.88 or newer (rustup update), and run this again.',
    );
  }
  await rename(join(root, 'bin'), join(folder, 'bin'));
}
