import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = {
  name: 'tiny',
  type: 'module',
  main: 'lib/index.js',
  engines: { node: '24' },
  dependencies: { 'firebase-admin': '*', 'firebase-functions': '*' },
};

/** One function of each kind that the platform has to serve. Each leaves a document where the test looks. */
const SOURCE = `
import { initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { getFunctions } from 'firebase-admin/functions';
import { onDocumentCreated } from 'firebase-functions/firestore';
import { onRequest } from 'firebase-functions/https';
import { onObjectFinalized } from 'firebase-functions/storage';
import { onTaskDispatched } from 'firebase-functions/tasks';
initializeApp();
const note = (id, data) => getFirestore().doc('seen/' + id).set(data);
export const environment = onRequest((request, response) => {
  response.json(Object.fromEntries(String(request.query.names).split(',').map((name) => [name, process.env[name] ?? null])));
});
export const documents = onDocumentCreated('things/{id}', async (event) => {
  await note('document', { id: event.params.id });
  await getFunctions().taskQueue('work').enqueue({ id: event.params.id });
});
export const work = onTaskDispatched({ rateLimits: { maxConcurrentDispatches: 2 } }, (request) => note('task', request.data));
export const objects = onObjectFinalized({}, (event) => note('object', { name: event.data.name }));
`;

/** A folder with functions as the build leaves them, for tests of the platform itself. */
export async function tinyFunctions(source = SOURCE): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-functions-'));
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'package.json'), JSON.stringify(PACKAGE));
  await writeFile(join(folder, 'lib', 'index.js'), source);
  return folder;
}
