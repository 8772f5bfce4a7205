import { originOf } from '@countersign/domain/audit/checkpoint';
import { rootOfComplete, type Hash } from '@countersign/domain/audit/merkle';
import { rootFromTiles } from '@countersign/domain/audit/proof';
import { tilePath } from '@countersign/domain/audit/tile-path';
import { allTiles, TILE_WIDTH, tileKey, unpackHashes, type TileCoordinate } from '@countersign/domain/audit/tiles';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Organization } from '@countersign/domain/schemas/organization';
import { checkpointSchema, type StreamHead, type StreamName, type Tile } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';

/** Sixteen kilobytes each. */
const TILES_A_READ = 50;

export interface StaticLog {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  readonly tiles: number;
}

/**
 * A log in the layout of C2SP `tlog-tiles`, for whoever is to watch it without our database: its newest checkpoint with the
 * cosignatures that it has, and the tiles of the tree under it. Hashes alone: what the leaves say stays here, so there are
 * no entry bundles. All of it is checked against the checkpoint before that is put out, last.
 * @param put a path below the log's prefix; what is there already is the same, but for `checkpoint`
 * @returns null when nothing of the log was signed
 * @throws AppError `failed_precondition` when the stored tiles are not those of the checkpoint
 */
export async function exportStaticLog(
  db: Database,
  orgId: string,
  name: StreamName,
  put: (path: string, bytes: Uint8Array) => Promise<void>,
): Promise<StaticLog | null> {
  const organization = (await db.get(paths.organization(orgId)))?.data as Partial<Organization> | undefined;
  const epoch = organization?.restored?.epoch ?? 0;
  const head = (await db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined;
  const stored = head === undefined ? null : await db.get(paths.checkpoint(orgId, name, head.checkpointSize, epoch));
  if (stored === null) return null;
  const { size, root, note } = checkpointSchema.parse(stored.data);
  // Tiles that fill are hashed into the next level; those at the right edge into the root.
  const open = new Map<string, readonly Hash[]>();
  const full = new Map<string, Hash>();
  const coordinates = [...allTiles(size)];
  for (let start = 0; start < coordinates.length; start += TILES_A_READ) {
    const some = coordinates.slice(start, start + TILES_A_READ);
    const docs = await db.getAll(some.map(({ level, index }) => paths.tile(orgId, name, level, index)));
    for (const [at, { width, ...tile }] of some.entries()) {
      const hashes = unpackHashes((docs[at]?.data as Tile | undefined)?.hashes ?? '').slice(0, width);
      const holds =
        hashes.length === width &&
        hashes.every((hash, place) => tile.level === 0 || full.get(childKey(tile, place)) === hash);
      if (!holds) throw notWhole(name, tile);
      if (width === TILE_WIDTH) full.set(tileKey(tile), rootOfComplete(hashes));
      open.set(tileKey(tile), hashes);
      await put(tilePath(tile, width), Buffer.from(hashes.join(''), 'hex'));
    }
  }
  if (rootFromTiles(size, open) !== root) throw notWhole(name, null);
  await put('checkpoint', Buffer.from(note));
  return { origin: originOf(orgId, name, epoch), size, root, tiles: coordinates.length };
}

/** The tile of which a hash is the root. */
const childKey = ({ level, index }: TileCoordinate, place: number): string =>
  tileKey({ level: level - 1, index: index * TILE_WIDTH + place });

const notWhole = (name: StreamName, tile: TileCoordinate | null): AppError =>
  new AppError(
    'failed_precondition',
    `The tree of the ${name} log is not that of its checkpoint${tile === null ? '' : ` (tile ${tileKey(tile)})`}. npm run verify tells more.`,
  );
