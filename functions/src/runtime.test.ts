import { deleteApp, getApps, initializeApp } from 'firebase-admin/app';
import { tmpdir } from 'node:os';
import { afterAll, expect, test, vi } from 'vitest';
import { runtime } from './runtime.ts';

vi.stubEnv('GCLOUD_PROJECT', 'demo-runtime');
vi.stubEnv('FIREBASE_CONFIG', JSON.stringify({ projectId: 'demo-runtime', storageBucket: 'demo-runtime.appspot.com' }));
vi.stubEnv('FIRESTORE_EMULATOR_HOST', '127.0.0.1:1');
vi.stubEnv('FUNCTIONS_EMULATOR', 'true');
vi.stubEnv('LOCAL_KEY_DIR', tmpdir());
vi.stubEnv('CHECKPOINT_DIR', tmpdir());
afterAll(async () => {
  await Promise.all(getApps().map((app) => deleteApp(app)));
  vi.unstubAllEnvs();
});

test('the world is put together also where firebase-functions has an app of its own already, as in a Firestore trigger', () => {
  initializeApp({ projectId: 'demo-runtime' }, '__FIREBASE_FUNCTIONS_SDK__');
  const deps = runtime();
  expect(Object.keys(deps)).toContain('wake');
  expect(runtime()).toBe(deps);
});
