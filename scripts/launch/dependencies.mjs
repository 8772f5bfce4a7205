import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exclusively } from './cache.mjs';
import { npm } from './npm.mjs';

/** Installs the packages of package-lock.json when they are not what is in node_modules. */
export async function ensureDependencies(root, node, note) {
  if (await isCurrent(root)) return;
  await exclusively(join(root, '.local', 'install.lock'), async () => {
    if (await isCurrent(root)) return;
    note('npm ci, one to three minutes the first time');
    // Scripts stay off: nothing here needs one, and some would compile for minutes.
    await npm(node, ['ci', '--loglevel=error', '--ignore-scripts', '--no-audit', '--no-fund'], root);
    await writeStamp(root);
  });
}

const stampFile = (root) => join(root, 'node_modules', '.countersign-lock');

async function lockHash(root) {
  return createHash('sha256')
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex');
}

async function writeStamp(root) {
  await mkdir(join(root, 'node_modules'), { recursive: true });
  await writeFile(stampFile(root), await lockHash(root));
}

async function isCurrent(root) {
  const stamp = await readFile(stampFile(root), 'utf8').catch(() => undefined);
  if (stamp === (await lockHash(root))) return true;
  // Somebody ran npm by hand: fine, when it left what the lock file says.
  if (!(await matchesLock(root))) return false;
  await writeStamp(root);
  return true;
}

/** Compares the lock file with the one that npm leaves in node_modules about what it installed. */
async function matchesLock(root) {
  const wanted = await packagesOf(join(root, 'package-lock.json'));
  const installed = await packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !path.includes('node_modules/') || entry.link) return true;
    const found = installed[path];
    if (found !== undefined) return found.version === entry.version && existsSync(join(root, path));
    // An older npm or Node skips optional packages silently; the ones for this machine must be there.
    return entry.optional === true && !isForThisMachine(entry);
  });
}

async function packagesOf(file) {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/** Only packages that name a system are sure to be needed on it. */
function isForThisMachine(entry) {
  if (entry.os === undefined && entry.cpu === undefined) return false;
  const fits = (list, value) => list === undefined || list.includes(value);
  const report = process.platform === 'linux' ? process.report.getReport() : undefined;
  const libc = report?.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && (!report || fits(entry.libc, libc));
}
