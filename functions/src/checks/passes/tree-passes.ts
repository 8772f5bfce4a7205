import { epochOf, originOf } from '@countersign/domain/audit/checkpoint';
import { heldUpTo, newestEpoch } from '@countersign/domain/audit/restorations';
import { rootOfComplete } from '@countersign/domain/audit/merkle';
import { TILE_WIDTH, tileKey, unpackHashes, type TileCoordinate } from '@countersign/domain/audit/tiles';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { checkpointSchema, tileSchema, type Checkpoint, type StreamName } from '@countersign/domain/schemas/stream';
import { epochName } from '../../streams/publisher.ts';
import { readNote, wrongInCheckpoint } from '../../streams/verify/tree-checks.ts';
import { hashIn, widthOf } from '../tile-store.ts';
import type { Turn } from '../turn.ts';
import type { Pass } from './pass.ts';

const TILES_AT_ONCE = 64;

/** Each tile with the hash of it in the one above; the newest root is compared every turn. */
export const tilesPass = (name: StreamName): Pass => ({
  name: `${name} tiles`,
  reads: (_, { sizes }) => Math.ceil((2 * sizes[name]) / TILE_WIDTH),
  step: async (turn, { sizes }, cursor) => {
    let [level, index] = JSON.parse(cursor ?? '[0,0]') as [number, number];
    for (;;) {
      const hashes = Math.floor(sizes[name] / TILE_WIDTH ** level);
      if (hashes === 0) return null;
      const count = Math.ceil(hashes / TILE_WIDTH);
      const chunk = Array.from({ length: Math.min(TILES_AT_ONCE, count - index) }, (_, at) => ({
        level,
        index: index + at,
        width: Math.min(TILE_WIDTH, hashes - (index + at) * TILE_WIDTH),
      }));
      await lookAtTiles(turn, name, chunk);
      index += chunk.length;
      if (index >= count) [level, index] = [level + 1, 0];
      if (turn.spent()) return JSON.stringify([level, index]);
    }
  },
});

async function lookAtTiles(
  turn: Turn,
  name: StreamName,
  chunk: readonly (TileCoordinate & { readonly width: number })[],
): Promise<void> {
  const store = turn.tiles[name];
  const above = (tile: TileCoordinate): TileCoordinate => ({
    level: tile.level + 1,
    index: Math.floor(tile.index / TILE_WIDTH),
  });
  const tiles = await store.load(chunk);
  const parents = await store.load(chunk.filter(({ width }) => width === TILE_WIDTH).map(above));
  for (const tile of chunk) {
    const path = paths.tile(turn.orgId, name, tile.level, tile.index);
    const packed = tiles.get(tileKey(tile));
    if (packed === undefined) turn.findings.add('tree', path, 'the tile is missing');
    else if (widthOf(packed) < tile.width || widthOf(packed) > TILE_WIDTH)
      turn.findings.add('tree', path, `has ${widthOf(packed)} hashes; the tree has ${tile.width} there`);
    else if (tile.width === TILE_WIDTH) {
      const at = tile.index % TILE_WIDTH;
      const recorded = hashIn(parents.get(tileKey(above(tile))), at);
      if (recorded !== undefined && recorded !== rootOfComplete(unpackHashes(packed)))
        turn.findings.add(
          'tree',
          paths.tile(turn.orgId, name, above(tile).level, above(tile).index),
          `hash ${at} is not the root of tile ${tileKey(tile)}`,
        );
    }
  }
}

/** Tiles that the tree has not, and that do not say what they are. */
export const tileNamesPass = (name: StreamName): Pass => ({
  name: `${name} tile names`,
  reads: (_, { sizes }) => Math.ceil(sizes[name] / TILE_WIDTH),
  step: (turn, _, cursor) =>
    turn.walk(
      `${paths.streamHead(turn.orgId, name)}/tiles`,
      cursor,
      async (docs) => {
        const size = await turn.headSize(name);
        for (const { id, path, data } of turn.parse(docs, tileSchema)) {
          const { level, index, width, hashes } = data;
          const isOne = level >= 0 && index >= 0 && index * TILE_WIDTH < Math.floor(size / TILE_WIDTH ** level);
          if (!isOne || tileKey(data) !== id) turn.findings.add('tree', path, 'the tree has no such tile');
          else if (widthOf(hashes) !== width)
            turn.findings.add('tree', path, `has ${widthOf(hashes)} hashes, and says ${width}`);
        }
      },
      100,
    ),
});

/** What the database says was signed: that it was, and that the tree had this root then. */
export const checkpointsPass: Pass = {
  name: 'checkpoints',
  reads: () => 0,
  step: async (turn, _, cursor) => {
    const publicKey = await turn.streams.signer.publicKey();
    return turn.walk(paths.checkpoints(turn.orgId), cursor, async (docs) => {
      const sizes = { ledger: await turn.headSize('ledger'), audit: await turn.headSize('audit') };
      for (const { id, path, data } of turn.parse(docs, checkpointSchema)) {
        const wrong = await wrongInStored(turn, id, data, sizes[data.stream], publicKey);
        if (wrong !== null) turn.findings.add('checkpoint', path, wrong);
      }
    });
  },
};

async function wrongInStored(
  turn: Turn,
  id: string,
  data: Checkpoint,
  end: number,
  publicKey: Uint8Array,
): Promise<string | null> {
  const { stream } = data;
  const epoch = epochOf(data.origin, turn.orgId, stream) ?? 0;
  try {
    const { origin, size, root } = await readNote(data.note, originOf(turn.orgId, stream, epoch), publicKey);
    const says = data.origin === origin && data.size === size && data.root === root;
    if (id !== `${epochName(stream, epoch)}-${size}` || !says) return 'says something else than the note in it';
    return await wrongInSigned(turn, stream, { origin, size, root, epoch }, end);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.message;
  }
}

/** A true checkpoint against the tree as it is; null when it holds, or when a restore explains that it does not. */
export async function wrongInSigned(
  turn: Turn,
  name: StreamName,
  body: { readonly origin: string; readonly size: number; readonly root: string; readonly epoch: number },
  end: number,
): Promise<string | null> {
  const { restorations } = turn.notes.history;
  if (body.epoch > newestEpoch(restorations))
    return 'was vouched for after a restore that this database knows nothing of';
  const root = body.size > end ? null : await turn.tiles[name].rootAt(body.size);
  const wrong = wrongInCheckpoint(body, end, new Map(root === null ? [] : [[body.size, root]]));
  return wrong === null || body.size > heldUpTo(restorations, body.epoch, name) ? null : wrong;
}
