import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
  type RulesTestEnvironment,
} from '@firebase/rules-unit-testing';
import { setLogLevel } from 'firebase/app';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { split } from './environment.ts';
import { STORAGE_CASES, type StorageCase } from './storage-cases.ts';
import { MEMBERS, SUBJECTS } from './subjects.ts';

const storageHost = process.env['FIREBASE_STORAGE_EMULATOR_HOST'];
const firestoreHost = process.env['FIRESTORE_EMULATOR_HOST'];
const projectId = process.env['GCLOUD_PROJECT'];
/** Not the project's own, so that no function looks at what is uploaded here. */
const BUCKET = 'gs://rules-tests';

type Storage = ReturnType<ReturnType<RulesTestEnvironment['authenticatedContext']>['storage']>;
type Reference = ReturnType<Storage['ref']>;

/** The same cases as in the stand-in, through the SDK, the emulator and its look-ups of members in Firestore. */
describe.skipIf(storageHost === undefined)('storage.rules in the Storage emulator', () => {
  let env: RulesTestEnvironment;
  const clients = new Map<string, Storage>();

  beforeAll(async () => {
    setLogLevel('silent');
    env = await initializeTestEnvironment({
      projectId: projectId as string,
      storage: at(storageHost as string),
      firestore: at(firestoreHost as string),
    });
    for (const { name, uid, claims } of SUBJECTS) {
      clients.set(
        name,
        (uid === null ? env.unauthenticatedContext() : env.authenticatedContext(uid, claims)).storage(BUCKET),
      );
    }
    await env.withSecurityRulesDisabled(async (context) => {
      for (const member of MEMBERS) await context.firestore().doc(member.path).set(member.data);
      const existing = STORAGE_CASES.filter((one) => one.exists && one.method !== 'list').map(({ object }) => object);
      for (const object of new Set(existing))
        await context.storage(BUCKET).ref(object).put(new Uint8Array(1), { contentType: 'text/csv' });
    });
  });

  afterAll(async () => {
    await env.cleanup();
  });

  it.each(STORAGE_CASES)('$title: $allowed', async (one) => {
    if (one.method === 'create' && !one.exists) await remove(one.object);
    const asked = ask(one, (clients.get(one.subject.name) as Storage).ref(one.object));
    await (one.allowed ? assertSucceeds(asked) : assertFails(asked));
  });

  async function remove(object: string): Promise<void> {
    await env.withSecurityRulesDisabled(async (context) => {
      await context
        .storage(BUCKET)
        .ref(object)
        .delete()
        .catch(() => undefined);
    });
  }
});

async function ask({ method, upload }: StorageCase, reference: Reference): Promise<unknown> {
  if (method === 'get') return reference.getMetadata();
  if (method === 'list') return reference.list({ maxResults: 1 });
  if (method === 'update') return reference.updateMetadata({ contentType: 'text/html' });
  if (method === 'delete') return reference.delete();
  const { sizeBytes, contentType } = upload ?? { sizeBytes: 1, contentType: 'text/csv' };
  return reference.put(new Uint8Array(sizeBytes), { contentType });
}

function at(address: string): { host: string; port: number } {
  const [host, port] = split(address);
  return { host, port };
}
