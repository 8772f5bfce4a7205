import {
  epochOf,
  parseCheckpoint,
  originOf,
  verifyCheckpoint,
  type CheckpointBody,
} from '@countersign/domain/audit/checkpoint';
import { EMPTY_TREE, rootOf, type Hash } from '@countersign/domain/audit/merkle';
import { allTiles, tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import {
  checkpointSchema,
  streamHeadSchema,
  tileSchema,
  type StreamHead,
  type StreamName,
} from '@countersign/domain/schemas/stream';
import type { Database } from '../../store/database.ts';
import { ed25519Verify } from '../ed25519.ts';
import type { Findings } from './findings.ts';
import type { LeafBook } from './leaf-book.ts';
import { epochName } from '../publisher.ts';
import { readParsed } from './read-pages.ts';
import { heldUpTo, newestEpoch, type Restoration } from './restorations.ts';

export interface TreeReport {
  readonly size: number;
  readonly root: Hash | null;
  readonly tiles: number;
  /** Published checkpoints whose signature and root hold. */
  readonly checkpoints: number;
  /** Size of the newest published checkpoint, 0 without one. */
  readonly checkpointSize: number;
  /** Published checkpoints of what a restore has lost: true, and a proof of it. */
  readonly lostCheckpoints: number;
}

/** The head of a stream; of one that nothing was ever written to, an empty one. */
export async function readHead(db: Database, orgId: string, name: StreamName, findings: Findings): Promise<StreamHead> {
  const path = paths.streamHead(orgId, name);
  const stored = await db.get(path);
  const parsed = streamHeadSchema.safeParse(stored?.data);
  if (parsed.success) return parsed.data;
  if (stored !== null) findings.add('shape', path, 'is not as a head must be');
  return {
    name,
    size: 0,
    root: rootOf(EMPTY_TREE),
    frontier: [],
    checkpointSize: 0,
    checkpointAt: null,
    unsealedSince: null,
    updatedAt: new Date(0).toISOString(),
  };
}

interface Published {
  readonly notes: readonly string[] | null;
  readonly publicKey: Uint8Array | null;
  readonly restorations: readonly Restoration[];
}

type Body = CheckpointBody & { readonly epoch: number };

/** Head, tiles and checkpoints against the tree grown from the documents themselves. */
export async function checkTree(
  db: Database,
  orgId: string,
  head: StreamHead,
  leaves: LeafBook,
  published: Published,
  findings: Findings,
): Promise<TreeReport> {
  const { name } = head;
  leaves.reportGaps(name);
  const tiles = await checkTiles(db, orgId, name, leaves, findings);

  const signed = await readPublished(orgId, name, published, findings);
  const recorded = await readRecorded(db, orgId, name, published, findings);
  const bodies = [
    ...signed.map((body) => ({ body, where: `published checkpoint of ${name} at ${body.size}` })),
    ...recorded,
  ];
  const { tree, roots } = leaves.grow(new Set(bodies.map(({ body }) => body.size)));
  const root = tree === null ? null : rootOf(tree);
  if (root !== null && root !== head.root)
    findings.add('tree', `${name} head`, `its root is not that of the ${head.size} leaves`);
  if (tree !== null && tree.frontier.join() !== head.frontier.join())
    findings.add('tree', `${name} head`, 'its frontier is not that of its leaves');

  for (const { body, where } of bodies.sort((a, b) => a.body.size - b.body.size)) {
    const wrong = wrongInCheckpoint(body, head.size, roots);
    if (body.epoch > newestEpoch(published.restorations))
      findings.add('checkpoint', where, 'was vouched for after a restore that this database knows nothing of');
    else if (wrong !== null && !isLost(body)) findings.add('checkpoint', where, wrong);
  }
  const held = signed.filter((body) => wrongInCheckpoint(body, head.size, roots) === null).length;
  const lost = signed.filter((body) => isLost(body) && wrongInCheckpoint(body, head.size, roots) !== null).length;
  const checkpointSize = Math.max(0, ...signed.filter((body) => !isLost(body)).map((body) => body.size));
  if (published.notes !== null && head.checkpointSize > checkpointSize) {
    findings.add(
      'checkpoint',
      `${name} head`,
      `it says that ${head.checkpointSize} leaves were vouched for, but the newest published checkpoint at hand ends at ${checkpointSize}`,
    );
  }
  return { size: head.size, root, tiles, checkpoints: held, checkpointSize, lostCheckpoints: lost };

  function isLost({ size, epoch }: Body): boolean {
    return size > heldUpTo(published.restorations, epoch, name);
  }
}

/** What a true checkpoint says against the stream as it is, or null. */
export function wrongInCheckpoint(
  { size, root }: CheckpointBody,
  end: number,
  roots: ReadonlyMap<number, Hash>,
): string | null {
  if (size > end)
    return `the stream ends at ${end}, but ${size} leaves were vouched for: it was truncated or rolled back`;
  const grown = roots.get(size);
  if (grown === undefined) return `a leaf before ${size} is missing, so its root can't be reached`;
  if (grown === root) return null;
  return `the first ${size} leaves are not those that were vouched for: something before ${size} was changed`;
}

async function checkTiles(
  db: Database,
  orgId: string,
  name: StreamName,
  leaves: LeafBook,
  findings: Findings,
): Promise<number> {
  const expected = new Map([...allTiles(leaves.size)].map((tile) => [tileKey(tile), tile]));
  const levels = new Map<number, (Hash | undefined)[]>();
  const levelOf = (level: number): (Hash | undefined)[] => {
    const hashes = levels.get(level) ?? leaves.levelOf(level);
    levels.set(level, hashes);
    return hashes;
  };
  let count = 0;
  for await (const { id, path, data } of readParsed(
    db,
    `${paths.streamHead(orgId, name)}/tiles`,
    tileSchema,
    findings,
  )) {
    const tile = expected.get(id);
    if (tile === undefined || tileKey(data) !== id) {
      findings.add('tree', path, 'the tree has no such tile');
      continue;
    }
    expected.delete(id);
    count += 1;
    const hashes = unpackHashes(data.hashes);
    if (hashes.length !== tile.width || data.width !== tile.width)
      findings.add('tree', path, `has ${hashes.length} hashes; the tree has ${tile.width} there`);
    const first = tile.index * 256;
    const right = levelOf(tile.level);
    hashes.slice(0, tile.width).forEach((hash, at) => {
      const computed = right[first + at];
      if (computed === undefined || computed === hash) return;
      if (tile.level > 0)
        findings.add('tree', path, `hash ${at} is not the root of tile ${tile.level - 1}-${first + at}`);
      else
        findings.add(
          'leaf',
          leaves.ownerOf(first + at),
          `is not what it was when it was recorded as leaf ${first + at} of the ${name} stream`,
        );
    });
  }
  for (const key of [...expected.keys()].slice(0, 20))
    findings.add('tree', `${paths.streamHead(orgId, name)}/tiles/${key}`, 'the tile is missing');
  return count;
}

/** Published notes of this stream that carry a true signature. */
async function readPublished(
  orgId: string,
  name: StreamName,
  { notes, publicKey }: Published,
  findings: Findings,
): Promise<Body[]> {
  const bodies: Body[] = [];
  for (const [index, note] of (notes ?? []).entries()) {
    const where = `published checkpoint ${index + 1}`;
    try {
      const parsed = parseCheckpoint(note);
      const epoch = epochOf(parsed.origin, orgId, name);
      if (epoch === null) continue;
      if (publicKey === null) findings.add('checkpoint', where, 'there is no public key to check its signature with');
      else bodies.push({ ...(await verifyCheckpoint(note, parsed.origin, publicKey, ed25519Verify)), epoch });
    } catch (error) {
      if (!isAppError(error)) throw error;
      findings.add('checkpoint', where, error.message);
    }
  }
  return bodies;
}

/** What the database itself says was signed. It proves nothing, but it must not contradict what does. */
async function readRecorded(
  db: Database,
  orgId: string,
  name: StreamName,
  { publicKey }: Published,
  findings: Findings,
): Promise<{ body: Body; where: string }[]> {
  const recorded: { body: Body; where: string }[] = [];
  for await (const { id, path, data } of readParsed(db, paths.checkpoints(orgId), checkpointSchema, findings)) {
    if (data.stream !== name) continue;
    const epoch = epochOf(data.origin, orgId, name) ?? 0;
    const signed = await readNote(data.note, originOf(orgId, name, epoch), publicKey).catch((error: unknown) => {
      if (!isAppError(error)) throw error;
      findings.add('checkpoint', path, error.message);
      return null;
    });
    if (signed === null) continue;
    const { origin, size, root } = signed;
    if (
      id !== `${epochName(name, epoch)}-${size}` ||
      data.origin !== origin ||
      data.size !== size ||
      data.root !== root
    )
      findings.add('checkpoint', path, 'says something else than the note in it');
    recorded.push({ body: { origin, size, root, epoch }, where: path });
  }
  return recorded;
}

/** Without a key only its form can be checked. */
export async function readNote(note: string, origin: string, publicKey: Uint8Array | null): Promise<CheckpointBody> {
  return publicKey === null ? parseCheckpoint(note) : verifyCheckpoint(note, origin, publicKey, ed25519Verify);
}
