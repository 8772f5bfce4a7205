import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolder, RUNNING_MARK } from './data-folder.ts';

let path = '';
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'data-'));
});
afterEach(() => rm(path, { recursive: true }));

/** No process has it: ids end before. */
const NOBODY = '2147483646';

test('after a kill, checkpoints and the stand-in witness go back with the data, so that it does not see a rollback', async () => {
  await mkdir(join(path, 'firebase'));
  for (const folder of ['checkpoints', 'witness']) await mkdir(join(path, folder));
  const [note, seen] = [join(path, 'checkpoints', 'note'), join(path, 'witness', 'seen.json')];
  const put = async (text: string): Promise<void> => {
    for (const file of [note, seen]) await writeFile(file, text);
  };
  const there = async (): Promise<string[]> => Promise.all([note, seen].map((file) => readFile(file, 'utf8')));
  await put('at 12');
  const data = new DataFolder(path);
  expect(await data.open(false)).toBe('kept');
  await put('at 15');
  await writeFile(join(path, RUNNING_MARK), NOBODY);
  expect(await data.open(false)).toBe('put back');
  expect(await there()).toEqual(['at 12', 'at 12']);
  // One that ended in order keeps what it has.
  await put('at 20');
  await rm(join(path, RUNNING_MARK));
  expect(await data.open(false)).toBe('kept');
  expect(await there()).toEqual(['at 20', 'at 20']);
});
