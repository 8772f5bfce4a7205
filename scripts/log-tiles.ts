/**
 * `node scripts/log-tiles.ts --organization ORG --out FOLDER [--project ID]`: both logs of an organization as static files
 * (C2SP `tlog-tiles`), for monitors that have no access to the database. `FOLDER/ORIGIN/checkpoint` and
 * `FOLDER/ORIGIN/tile/…`; run again, it adds what has grown. Any host of static files can serve the folder.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRunningPlatform } from './platform.ts';

const USAGE = `node scripts/log-tiles.ts --organization ORG --out FOLDER [--project ID]
  Without --project, the platform that runs here (npm start). With it: Google application default credentials that may read
  the project's Firestore.`;

async function put(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  if (path === 'checkpoint') {
    await writeFile(`${file}.next`, bytes);
    return rename(`${file}.next`, file);
  }
  // A tile never changes; one that is there is left as it is.
  await writeFile(file, bytes, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

try {
  const { values } = parseArgs({
    options: { organization: { type: 'string' }, out: { type: 'string' }, project: { type: 'string' } },
  });
  const { organization, out, project } = values;
  if (organization === undefined || out === undefined) throw new Error(USAGE);
  if (project === undefined) {
    const platform = await findRunningPlatform();
    if (platform === null && process.env['GCLOUD_PROJECT'] === undefined)
      throw new Error(`No local platform runs here (npm start), and no --project is named\n${USAGE}`);
    Object.assign(process.env, platform?.env);
  } else process.env['GCLOUD_PROJECT'] = project;
  // Only now: they read the environment.
  const { initializeApp } = await import('firebase-admin/app');
  const { getFirestore } = await import('firebase-admin/firestore');
  const { firestoreDatabase } = await import('../functions/src/store/firestore-database.ts');
  const { exportStaticLog } = await import('../functions/src/streams/static-tiles.ts');
  initializeApp();
  const db = firestoreDatabase(getFirestore());
  for (const stream of ['ledger', 'audit'] as const) {
    // Nothing is written of a log that turns out not to hold.
    const files: [string, Uint8Array][] = [];
    const log = await exportStaticLog(db, organization, stream, async (path, bytes) => void files.push([path, bytes]));
    if (log === null) {
      process.stdout.write(`${stream}: nothing of it has been signed\n`);
      continue;
    }
    for (const [path, bytes] of files) await put(join(out, log.origin), path, bytes);
    process.stdout.write(`${log.origin}: ${log.size} leaves in ${log.tiles} tiles, root ${log.root.slice(0, 16)}…\n`);
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
