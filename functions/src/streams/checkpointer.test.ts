import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64, parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { checkpointSchema, type StreamHead } from '@countersign/domain/schemas/stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryDatabase } from '../store/memory-database.ts';
import { sealStream } from './checkpointer.ts';
import { ed25519Verify } from './ed25519.ts';
import { checkpointFiles, folderPublisher } from './publisher.ts';
import { localSigner, PUBLIC_KEY } from './signer.ts';
import { chart, handIn, hooked, payout, testWorld, type TestWorld } from './test-kit.ts';
import { drainStream } from './writer.ts';

const ORG = 'acme';
let store: ReturnType<typeof memoryDatabase>;
let world: TestWorld;

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  await grow('chart');
});

async function grow(id: string): Promise<void> {
  await handIn(world, ORG, id, id === 'chart' ? chart() : [payout(id, 0, '1')]);
  await drainStream(world, ORG, 'ledger');
}
const head = async (): Promise<StreamHead> =>
  (await store.get(paths.streamHead(ORG, 'ledger')))?.data as unknown as StreamHead;
const published = (): number[] => [...world.notes.values()].map((note) => parseCheckpoint(note).size);

describe('sealing', () => {
  test('signs what has grown, at most every ten seconds unless forced', async () => {
    const first = await sealStream(world, ORG, 'ledger');
    expect(checkpointSchema.parse(first)).toMatchObject({
      stream: 'ledger',
      origin: 'countersign/acme/ledger',
      size: 7,
      root: (await head()).root,
    });
    expect((await store.get(paths.checkpoint(ORG, 'ledger', 7)))?.data).toEqual(first);
    expect(await sealStream(world, ORG, 'ledger', { force: true })).toBeNull();
    await grow('a');
    world.pass(9_999);
    expect(await sealStream(world, ORG, 'ledger')).toBeNull();
    world.pass(1);
    expect(await sealStream(world, ORG, 'ledger')).toMatchObject({ size: 8 });
    await grow('b');
    expect(await sealStream(world, ORG, 'ledger', { force: true })).toMatchObject({ size: 9 });
    expect(published()).toEqual([7, 8, 9]);
  });

  test('does nothing to a stream that is not there', async () => {
    expect(await sealStream(world, 'nobody', 'ledger', { force: true })).toBeNull();
  });

  test('goes on while the writer does', async () => {
    const busy = {
      ...world,
      publisher: {
        ...world.publisher,
        publish: async (...args: Parameters<typeof world.publisher.publish>) => {
          await world.publisher.publish(...args);
          await grow('meanwhile');
        },
      },
    };
    expect(await sealStream(busy, ORG, 'ledger')).toMatchObject({ size: 7 });
    expect(await head()).toMatchObject({ size: 8, checkpointSize: 7, unsealedSince: expect.any(String) });
  });

  test('by several at once is once', async () => {
    await Promise.all([1, 2, 3].map(() => sealStream({ ...world, db: { ...store } }, ORG, 'ledger')));
    expect(published()).toEqual([7]);
    expect(await head()).toMatchObject({ checkpointSize: 7, unsealedSince: null });
  });

  test.each(['before', 'after'] as const)('survives a crash %s its commit', async (when) => {
    let crashed = false;
    const crash = async (): Promise<void> => {
      if (crashed) return;
      crashed = true;
      throw new Error('crash');
    };
    await expect(sealStream({ ...world, db: hooked(store, { [when]: crash }) }, ORG, 'ledger')).rejects.toThrow(
      'crash',
    );
    expect(published()).toEqual([7]);
    await sealStream(world, ORG, 'ledger');
    await grow('a');
    expect(await sealStream(world, ORG, 'ledger', { force: true })).toMatchObject({ size: 8 });
    expect(published()).toEqual([7, 8]);
    expect(await head()).toMatchObject({ checkpointSize: 8 });
  });

  test('refuses a head that contradicts itself, and a stream whose tiles are gone', async () => {
    await sealStream(world, ORG, 'ledger');
    await grow('a');
    const { root } = await head();
    await store.commit([{ op: 'update', path: paths.streamHead(ORG, 'ledger'), data: { root: 'a'.repeat(64) } }]);
    await expect(sealStream(world, ORG, 'ledger', { force: true })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await store.commit([
      { op: 'update', path: paths.streamHead(ORG, 'ledger'), data: { root } },
      { op: 'delete', path: paths.tile(ORG, 'ledger', 0, 0) },
    ]);
    await expect(sealStream(world, ORG, 'ledger', { force: true })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(published()).toEqual([7]);
  });
});

describe('on disk', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streams-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('a key is made once, for its owner only, and its public half can be handed on', async () => {
    const keys = join(folder, 'keys');
    const signers = Array.from({ length: 5 }, () => localSigner(keys));
    const made = await Promise.all(signers.map((signer) => signer.publicKey()));
    expect(new Set(made.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect((await stat(join(keys, 'checkpoint-ed25519.pem'))).mode & 0o777).toBe(0o600);
    expect((await readdir(keys)).sort()).toEqual(['checkpoint-ed25519.pem', PUBLIC_KEY]);
    const publicKey = fromBase64((await readFile(join(keys, PUBLIC_KEY), 'utf8')).trim(), 32);
    const message = new TextEncoder().encode('hello');
    expect(await ed25519Verify(publicKey, message, await localSigner(keys).sign(message))).toBe(true);
    expect(
      await ed25519Verify(publicKey, new TextEncoder().encode('hullo'), await localSigner(keys).sign(message)),
    ).toBe(false);
  });

  test('a file that is no key is said to be none', async () => {
    await writeFile(join(folder, 'checkpoint-ed25519.pem'), 'nonsense');
    await expect(localSigner(folder).publicKey()).rejects.toBeInstanceOf(AppError);
  });

  test('a checkpoint is published once and never replaced', async () => {
    const publisher = folderPublisher(folder);
    expect(await publisher.latest(ORG, 'ledger')).toBeNull();
    for (const size of [7, 12, 9]) await publisher.publish(ORG, 'ledger', size, `note ${size}`);
    await publisher.publish(ORG, 'ledger', 12, 'note 12');
    await expect(publisher.publish(ORG, 'ledger', 12, 'another')).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(await publisher.latest(ORG, 'ledger')).toBe('note 12');
    // A witness has added its line since: it is the same checkpoint, and the line is kept.
    const cosigned = 'note 12\n— witness.example.com/w1 c2lnbmF0dXJl\n';
    await writeFile((await checkpointFiles(folder, ORG, 'ledger')).at(-1) ?? '', cosigned);
    await publisher.publish(ORG, 'ledger', 12, 'note 12');
    expect(await publisher.latest(ORG, 'ledger')).toBe(cosigned);
    expect(await publisher.latest(ORG, 'audit')).toBeNull();
    expect(
      (await checkpointFiles(folder, ORG, 'ledger')).map((file) => Number(file.match(/(\d+)\.txt$/)?.[1])),
    ).toEqual([7, 9, 12]);
    expect(await readdir(join(folder, ORG, 'ledger'))).toHaveLength(3);
  });

  test('what is kept beside a checkpoint is kept once, and is no checkpoint', async () => {
    const publisher = folderPublisher(folder);
    await publisher.publish(ORG, 'ledger', 7, 'note 7');
    await publisher.keep(ORG, 'ledger', 'cosigned', '0000000000000007-01020304', 'first');
    await publisher.keep(ORG, 'ledger', 'cosigned', '0000000000000007-01020304', 'second');
    await publisher.keep(ORG, 'ledger', 'disputed', '0000000000000009-01020304', 'another log', 1);
    expect(await readFile(join(folder, ORG, 'ledger.cosigned', '0000000000000007-01020304.txt'), 'utf8')).toBe('first');
    expect(await readdir(join(folder, ORG, 'ledger.1.disputed'))).toEqual(['0000000000000009-01020304.txt']);
    expect(await publisher.latest(ORG, 'ledger')).toBe('note 7');
    expect(await publisher.latest(ORG, 'ledger', 1)).toBeNull();
  });
});
