import { EMPTY_ROOT, type Hash } from '@countersign/domain/audit/merkle';
import {
  consistencyRanges,
  proofFromTiles,
  rootFromTiles,
  tilesOfRanges,
  verifyConsistency,
} from '@countersign/domain/audit/proof';
import { tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { StreamName, Tile } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';

/**
 * The proof that a signed tree goes on from what it was at an earlier size. It is verified here before a witness sees it:
 * a witness that refuses it then has another history, and not we a broken tile.
 * @returns null when the stored tiles prove nothing of the kind
 */
export async function proofBetween(
  db: Database,
  orgId: string,
  name: StreamName,
  before: number,
  { size, root }: { readonly size: number; readonly root: Hash },
): Promise<readonly Hash[] | null> {
  const ranges = consistencyRanges(before, size);
  const whole = before === 0 ? [] : [{ start: 0, end: before }];
  const coordinates = tilesOfRanges([...ranges, ...whole]);
  const stored = await db.getAll(coordinates.map(({ level, index }) => paths.tile(orgId, name, level, index)));
  const tiles = new Map(
    coordinates.map((tile, at) => [tileKey(tile), unpackHashes((stored[at]?.data as Tile | undefined)?.hashes ?? '')]),
  );
  try {
    const proof = proofFromTiles(ranges, tiles);
    const old = before === 0 ? EMPTY_ROOT : rootFromTiles(before, tiles);
    return verifyConsistency(before, size, old, root, proof) ? proof : null;
  } catch (error) {
    if (isAppError(error) && error.code === 'internal') return null;
    throw error;
  }
}
