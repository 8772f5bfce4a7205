import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../build/root.ts';

const LIMIT_MS = 60_000;
const FUNCTIONS = join(ROOT, 'functions');
const SDK = join('node_modules', 'firebase-functions', 'lib', 'bin', 'firebase-functions.js');

/** The manifest that the Functions SDK makes of built functions: what `firebase deploy` will find. */
export async function functionsManifest(projectId: string, folder: string = FUNCTIONS): Promise<unknown> {
  const out = await mkdtemp(join(tmpdir(), 'functions-manifest-'));
  const output = join(out, 'manifest.json');
  const sdk = [FUNCTIONS, ROOT].map((place) => join(place, SDK)).find((path) => existsSync(path));
  if (sdk === undefined) throw new Error('firebase-functions is not installed: npm ci');
  const env = {
    ...process.env,
    GCLOUD_PROJECT: projectId,
    FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
    FIREBASE_CONFIG: JSON.stringify({ projectId, storageBucket: `${projectId}.firebasestorage.app` }),
  };
  try {
    // It looks at the current folder.
    await promisify(execFile)(process.execPath, [sdk], { cwd: folder, env, timeout: LIMIT_MS });
    return JSON.parse(await readFile(output, 'utf8')) as unknown;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
