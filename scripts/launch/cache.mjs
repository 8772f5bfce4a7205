import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What is fetched once for all clones of this user. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'countersign');

/**
 * Fills a folder of the cache, once: it is made under another name and renamed when whole, so two launchers at once, or
 * one that is interrupted, leave nothing half done.
 * @param {string} name of the folder
 * @param {string} wanted a file in it that shows that it is there
 * @param {(folder: string) => Promise<void>} fill
 * @returns {Promise<string>} the wanted file
 */
export async function cached(name, wanted, fill) {
  const folder = join(CACHE, name);
  const file = join(folder, wanted);
  if (existsSync(file)) return file;
  await mkdir(CACHE, { recursive: true });
  const temporary = await mkdtemp(join(CACHE, `.${name}-`));
  try {
    await fill(temporary);
    if (existsSync(file)) return file;
    // What is there without the wanted file was left by an older layout or a broken disk.
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    // ENOTEMPTY, EEXIST: another launcher was quicker.
    if (!existsSync(file)) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return file;
}

/** The first of these programs on PATH, or undefined. */
export function onPath(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH || '').split(delimiter)) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

const LOCK_WAIT_MS = 10 * 60_000;
const LOCK_STALE_MS = 15 * 60_000;

/**
 * Runs work while no other launcher holds the same lock (a folder, because making one is atomic). A lock that is older
 * than any install takes was left by a killed launcher.
 */
export async function exclusively(lock, work) {
  const deadline = Date.now() + LOCK_WAIT_MS;
  await mkdir(join(lock, '..'), { recursive: true });
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age =
        Date.now() -
        (await stat(lock)
          .then((s) => s.mtimeMs)
          .catch(() => Date.now()));
      if (age > LOCK_STALE_MS || Date.now() > deadline) await rm(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const release = () => rm(lock, { recursive: true, force: true });
  try {
    return await work();
  } finally {
    await release();
  }
}
