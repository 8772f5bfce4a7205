import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../build/root.ts';

const LIMIT_MS = 60_000;

/** The manifest that the Functions SDK makes of the built functions: what `firebase deploy` will find. */
export async function functionsManifest(projectId: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'functions-manifest-'));
  const output = join(folder, 'manifest.json');
  const sdk = join(
    dirname(createRequire(import.meta.url).resolve('firebase-functions/package.json')),
    'lib',
    'bin',
    'firebase-functions.js',
  );
  const env = {
    ...process.env,
    GCLOUD_PROJECT: projectId,
    FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
    FIREBASE_CONFIG: JSON.stringify({ projectId, storageBucket: `${projectId}.firebasestorage.app` }),
  };
  try {
    await promisify(execFile)(process.execPath, [sdk], { cwd: join(ROOT, 'functions'), env, timeout: LIMIT_MS });
    return JSON.parse(await readFile(output, 'utf8')) as unknown;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
