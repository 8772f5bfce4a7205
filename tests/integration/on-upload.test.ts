import { randomUUID } from 'node:crypto';
import { fileSchema } from '@countersign/domain/schemas/file';
import { objectPaths, paths } from '@countersign/domain/paths';
import { getApps, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { getStorage } from 'firebase-admin/storage';
import functionsTest from 'firebase-functions-test';
import { afterAll, expect, test } from 'vitest';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';

const { projectId, env } = sharedPlatform();
const storageBucket = (JSON.parse(env['FIREBASE_CONFIG'] ?? '{}') as { storageBucket: string }).storageBucket;
const tools = functionsTest({ projectId, storageBucket });
// Functions read this when they are loaded.
const { onUpload } = await import('../../functions/src/triggers/on-upload.ts');
const wrapped = tools.wrap(onUpload);
const app = getApps()[0] ?? initializeApp({ projectId, storageBucket });
/** An organization of its own: nobody else's files are counted. */
const ORG = `uploads-${randomUUID().slice(0, 8)}`;
afterAll(() => tools.cleanup());

async function store(path: string, text: string): Promise<{ generation: string; size: string }> {
  const file = getStorage(app).bucket(storageBucket).file(path);
  await file.save(text, { resumable: false, contentType: 'text/csv', validation: false });
  const [{ generation, size }] = await file.getMetadata();
  return { generation: String(generation), size: String(size) };
}

const deliver = (path: string, object: { generation: string; size: string }, metageneration = '1'): Promise<unknown> =>
  Promise.resolve(
    wrapped({
      data: { bucket: storageBucket, name: path, contentType: 'text/csv', metageneration, ...object },
    } as unknown as Parameters<typeof wrapped>[0]),
  );

const files = async () =>
  (await getFirestore(app).collection(paths.files(ORG)).orderBy('revision').get()).docs.map((doc) =>
    fileSchema.parse(doc.data()),
  );

test('the upload function alone: an event delivered again and again makes one file; the next upload of the name is its next revision', async () => {
  const [first, second] = [
    objectPaths.upload(ORG, 'olivia', randomUUID(), 'x.csv'),
    objectPaths.upload(ORG, 'olivia', randomUUID(), 'x.csv'),
  ];
  const object = await store(first, 'a,b\n1,2\n');
  // The platform's own trigger hears of it as well: three deliveries at once.
  await Promise.all([deliver(first, object), deliver(first, object)]);
  await deliver(first, object);
  expect(await files()).toMatchObject([
    {
      name: 'x.csv',
      revision: 1,
      status: 'ready',
      uploadedBy: 'olivia',
      generation: object.generation,
      sizeBytes: 8,
      profile: { rowCount: 1, columns: [{ name: 'a' }, { name: 'b' }] },
    },
  ]);
  await deliver(second, await store(second, 'a,b\n3,4\n'));
  expect((await files()).map((file) => [file.revision, file.storagePath])).toEqual([
    [1, first],
    [2, second],
  ]);
});

test('a change of metadata, and an object elsewhere, are no uploads', async () => {
  const before = await files();
  const path = objectPaths.upload(ORG, 'olivia', randomUUID(), 'y.csv');
  await deliver(path, { generation: '1', size: '1' }, '2');
  await deliver(`orgs/${ORG}/results/x/results.csv`, { generation: '1', size: '1' });
  await deliver('somewhere/else.csv', { generation: '1', size: '1' });
  await deliver(`orgs/${ORG}/uploads/olivia/a/b/c.csv`, { generation: '1', size: '1' });
  expect(await files()).toEqual(before);
});
