import { expect, it } from 'vitest';
import { batchedReader, rememberingReader } from './batched-reader.ts';
import type { Stored } from './database.ts';

const stored = (path: string): Stored => ({ path, data: {}, updateTime: '1' });
function recorded() {
  const asked: string[][] = [];
  const fetch = async (paths: readonly string[]) => {
    asked.push([...paths]);
    return paths.map((path) => (path === 'none' ? null : stored(path)));
  };
  return { asked, fetch };
}

it('reads that are asked for in one go are one, each path once, each answer its own', async () => {
  const { asked, fetch } = recorded();
  const get = batchedReader(fetch);
  const read = await Promise.all([get('a'), get('none'), get('b'), get('a')]);
  expect(read).toEqual([stored('a'), null, stored('b'), stored('a')]);
  expect(asked).toEqual([['a', 'none', 'b']]);
});

it('a later read is one of its own: it may see something newer', async () => {
  const { asked, fetch } = recorded();
  const get = batchedReader(fetch);
  await get('a');
  await get('a');
  expect(asked).toEqual([['a'], ['a']]);
});

it('a failure reaches everybody who asked, and nobody after', async () => {
  let broken = true;
  const get = batchedReader(async (paths) => {
    if (broken) throw new Error('no answer');
    return paths.map(stored);
  });
  const both = await Promise.allSettled([get('a'), get('b')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect(await get('a')).toEqual(stored('a'));
});

it('a transaction reads a document once', async () => {
  const { asked, fetch } = recorded();
  const get = rememberingReader(batchedReader(fetch));
  await get('a');
  await Promise.all([get('a'), get('b')]);
  expect(asked).toEqual([['a'], ['b']]);
});
