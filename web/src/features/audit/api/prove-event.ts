import { auditLeaf } from '@countersign/domain/audit/leaf';
import { type Hash, leafHash } from '@countersign/domain/audit/merkle';
import { inclusionRanges, proofFromTiles, tilesOfRanges, verifyInclusion } from '@countersign/domain/audit/proof';
import { tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { type Checkpoint, tileSchema } from '@countersign/domain/schemas/stream';
import { type Firestore, doc, getDocFromServer } from 'firebase/firestore';

export interface EventProof {
  readonly holds: boolean;
  /** SHA-256 of the leaf, hex. */
  readonly leaf: Hash;
  /** Hashes from the leaf upwards. */
  readonly path: readonly Hash[];
}

/** That an event lies at its place under the root of a checkpoint; the proof is made from the stored tiles. */
export async function proveEvent(
  firestore: Firestore,
  orgId: string,
  event: AuditEvent,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<EventProof> {
  const ranges = inclusionRanges(event.seq, size);
  const tiles = new Map<string, readonly Hash[]>();
  await Promise.all(
    tilesOfRanges(ranges).map(async ({ level, index }) => {
      const stored = await getDocFromServer(doc(firestore, paths.tile(orgId, 'audit', level, index)));
      const parsed = tileSchema.safeParse(stored.data());
      tiles.set(tileKey({ level, index }), parsed.success ? unpackHashes(parsed.data.hashes) : []);
    }),
  );
  const leaf = leafHash(auditLeaf(event));
  const path = pathFrom(ranges, tiles);
  return { holds: path !== null && verifyInclusion(leaf, event.seq, size, path, root), leaf, path: path ?? [] };
}

/** Null when a tile is missing or short. */
function pathFrom(
  ranges: ReturnType<typeof inclusionRanges>,
  tiles: ReadonlyMap<string, readonly Hash[]>,
): Hash[] | null {
  try {
    return proofFromTiles(ranges, tiles);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
