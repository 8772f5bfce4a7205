import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { append, EMPTY_TREE, rootOf } from '@countersign/domain/audit/merkle';
import { paths } from '@countersign/domain/paths';
import { tileSchema } from '@countersign/domain/schemas/stream';
import { beforeEach, expect, test } from 'vitest';
import { memoryDatabase } from '../store/memory-database.ts';
import { sealStream } from './checkpointer.ts';
import { exportStaticLog, type StaticLog } from './static-tiles.ts';
import { chart, handIn, payout, testWorld, type TestWorld } from './test-kit.ts';
import { drainStream } from './writer.ts';

const ORG = 'acme';
let store: ReturnType<typeof memoryDatabase>;
let world: TestWorld;
let files: Map<string, string>;
let order: string[];

beforeEach(async () => {
  store = memoryDatabase();
  world = testWorld(store);
  files = new Map();
  order = [];
  await handIn(world, ORG, 'chart', chart());
  await drainStream(world, ORG, 'ledger');
});

async function grow(id: string, leaves: number): Promise<void> {
  await handIn(
    world,
    ORG,
    id,
    Array.from({ length: leaves }, (_, at) => payout(`${id}-${at}`, 0, '1')),
  );
  await drainStream(world, ORG, 'ledger');
}

const seal = (): Promise<unknown> => sealStream(world, ORG, 'ledger', { force: true });
const exported = (): Promise<StaticLog | null> =>
  exportStaticLog(store, ORG, 'ledger', async (path, bytes) => {
    const hex = Buffer.from(bytes).toString('hex');
    if (path !== 'checkpoint' && files.has(path)) expect(files.get(path)).toBe(hex);
    files.set(path, hex);
    order.push(path);
  });

/** As a monitor does it, who has these files alone: the leaves' hashes, and the root that they come to. */
function rootAsRead(): string {
  const { size } = parseCheckpoint(Buffer.from(files.get('checkpoint') ?? '', 'hex').toString('utf8'));
  const leaves: string[] = [];
  for (let index = 0; leaves.length < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    const name = `tile/0/${String(index).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`;
    leaves.push(...(files.get(name)?.match(/.{64}/g) ?? []));
    expect(leaves).toHaveLength(index * 256 + width);
  }
  return rootOf(append(EMPTY_TREE, leaves));
}

test('whoever has the files alone comes to the root that was signed, at each size', async () => {
  for (const [at, leaves] of [1, 200, 48, 1, 300, 5].entries()) {
    await grow(`g${at}`, leaves);
    await seal();
    // What is recorded since is in no checkpoint, and in no tile that is put out.
    await grow(`h${at}`, 3);
    const log = await exported();
    expect(log).toMatchObject({ origin: 'countersign/acme/ledger', root: rootAsRead() });
    expect(order.at(-1)).toBe('checkpoint');
  }
  // Leaves stay private: there are hashes, and nothing else.
  expect([...files.keys()].filter((path) => !/^(checkpoint|tile\/[01]\/\d{3}(\.p\/\d+)?)$/.test(path))).toEqual([]);
});

test('nothing is put out of a log that nobody signed', async () => {
  expect(await exported()).toBeNull();
  expect(files.size).toBe(0);
});

test.each([
  [0, 'a leaf'],
  [1, 'the root of a tile'],
])('a stored tile of level %i that was changed (%s) is not put out as signed', async (level) => {
  await grow('a', 300);
  await seal();
  const path = paths.tile(ORG, 'ledger', level, 0);
  const { hashes } = tileSchema.parse((await store.get(path))?.data);
  await store.commit([{ op: 'update', path, data: { hashes: `${'0'.repeat(64)}${hashes.slice(64)}` } }]);
  await expect(exported()).rejects.toThrow(/tile 1-0.*npm run verify/);
  expect(files.has('checkpoint')).toBe(false);
});

test('nor one at the edge, or one that is gone', async () => {
  await grow('a', 300);
  await seal();
  const path = paths.tile(ORG, 'ledger', 0, 1);
  const { hashes } = tileSchema.parse((await store.get(path))?.data);
  await store.commit([{ op: 'update', path, data: { hashes: `${'0'.repeat(64)}${hashes.slice(64)}` } }]);
  await expect(exported()).rejects.toThrow(/is not that of its checkpoint\. /);
  await store.commit([{ op: 'delete', path }]);
  await expect(exported()).rejects.toThrow(/tile 0-1/);
  expect(files.has('checkpoint')).toBe(false);
});
