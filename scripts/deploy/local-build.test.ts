import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../build/root.ts';
import { wantedFunctions } from './changes.ts';
import { functionsManifest } from './local-build.ts';

let folder = '';

beforeAll(async () => {
  await mkdir(join(ROOT, '.local'), { recursive: true });
  // Below the project, where the functions find their packages.
  folder = await mkdtemp(join(ROOT, '.local', 'manifest-test-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js' }));
  await writeFile(
    join(folder, 'index.js'),
    "import { onCall } from 'firebase-functions/https';\nexport const here = onCall({ region: ['us-central1', 'europe-west1'] }, () => 1);\nexport const other = 1;\n",
  );
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

it('finds the functions of a build by their regions, as the SDK does', async () => {
  expect(wantedFunctions(await functionsManifest('northwind-pay', folder))).toEqual([
    { region: 'us-central1', id: 'here' },
    { region: 'europe-west1', id: 'here' },
  ]);
});
