import { randomUUID } from 'node:crypto';
import { paths } from '@countersign/domain/paths';
import { getApps, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { getStorage } from 'firebase-admin/storage';
import { expect, test } from 'vitest';
import type { Deps } from '../../functions/src/engine/deps.ts';
import { sweepDrafts } from '../../functions/src/engine/sweep-drafts.ts';
import { sweepSecrets } from '../../functions/src/engine/sweep-secrets.ts';
import { memorySecrets } from '../../functions/src/engine/testing/memory-secrets.ts';
import { secretReader } from '../../functions/src/secret-in-force.ts';
import { firestoreDatabase } from '../../functions/src/store/firestore-database.ts';
import { bucketObjectStore } from '../../functions/src/store/object-store.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';

const { projectId, env } = sharedPlatform();
const storageBucket = (JSON.parse(env['FIREBASE_CONFIG'] ?? '{}') as { storageBucket: string }).storageBucket;
const app = getApps()[0] ?? initializeApp({ projectId, storageBucket });
const db = firestoreDatabase(getFirestore(app));
const objects = bucketObjectStore(getStorage(app).bucket(storageBucket));
/** An organization of its own. */
const ORG = `sweeps-${randomUUID().slice(0, 8)}`;

test('objects are listed by their prefix, in pages, and deleted by their generation, again without harm', async () => {
  const prefix = `orgs/${ORG}/results/run-draft-1/`;
  for (const name of ['a.csv', 'b.csv', 'c.csv'])
    await objects.write(`${prefix}${name}`, Buffer.from(name), 'text/csv');
  await objects.write(`orgs/${ORG}/results/run-draft-10/a.csv`, Buffer.from('x'), 'text/csv');
  expect((await objects.list(prefix, 2)).map(({ path }) => path)).toEqual([`${prefix}a.csv`, `${prefix}b.csv`]);
  const all = await objects.list(prefix, 10);
  expect(all).toHaveLength(3);
  const [first] = all;
  if (first === undefined) throw new Error('nothing listed');
  expect(Buffer.from(await objects.read(first.path, first.generation)).toString()).toBe('a.csv');
  await objects.remove(first.path, first.generation);
  await objects.remove(first.path, first.generation);
  expect((await objects.list(prefix, 10)).map(({ path }) => path)).toEqual([`${prefix}b.csv`, `${prefix}c.csv`]);
  expect(await objects.list(`orgs/${ORG}/results/run-draft-10/`, 10)).toHaveLength(1);
});

test('the sweeps’ queries over all organizations, on the local Firestore', async () => {
  const now = (): Date => new Date('2020-01-01T00:00:00.000Z');
  const secrets = memorySecrets(now);
  const id = await secrets.stage('stripe-webhook-secret', 'in force');
  await secrets.stage('stripe-webhook-secret', 'forgotten');
  const setAt = '2099-01-01T00:00:00.000Z';
  const name = 'stripe-webhook-secret' as const;
  const data = { name, storedAs: id, setBy: 'a', decidedBy: 'b', setAt, version: 1 };
  await db.commit([{ op: 'create', path: paths.secret(ORG, name), data }]);
  try {
    expect(await secretReader(db, secrets, async () => 'of the deployment')(name)).toBe('in force');
    const later = (): Date => new Date('2020-01-02T00:00:00.000Z');
    const deps = { db, objects, secrets, now: later } as unknown as Deps;
    expect(await sweepSecrets(deps)).toBe(1);
    expect([...secrets.stored.values()].map(({ value }) => value)).toEqual(['in force']);
    const draft = { orgId: ORG, executionId: 'run', attempt: 1, madeAt: setAt, lookAt: '2020-01-01T00:00:00.000Z' };
    await db.commit([{ op: 'create', path: paths.drafts(ORG, 'run', 1), data: draft }]);
    await sweepDrafts(deps);
    // Of a run that is not there, nothing is known, and nothing deleted.
    expect(await db.get(paths.drafts(ORG, 'run', 1))).toBeNull();
    expect(await objects.list(`orgs/${ORG}/results/run-draft-1/`, 10)).toHaveLength(2);
  } finally {
    await db.commit([{ op: 'delete', path: paths.secret(ORG, name) }]);
  }
});
