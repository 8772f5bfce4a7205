import { type Hash, leafHash } from '@countersign/domain/audit/merkle';
import { inclusionRanges, proofFromTiles, tilesOfRanges, verifyInclusion } from '@countersign/domain/audit/proof';
import { tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { type Checkpoint, type StreamName, tileSchema } from '@countersign/domain/schemas/stream';
import { type Firestore, doc, getDocFromServer } from 'firebase/firestore';

export interface LeafProof {
  readonly holds: boolean;
  /** SHA-256 of the leaf, hex. */
  readonly leaf: Hash;
  /** Hashes from the leaf upwards. */
  readonly path: readonly Hash[];
}

/**
 * That a text is the leaf at its place under the root of a checkpoint; the proof is made from the stored tiles.
 * @param text the leaf, made from the document that is to be proven
 */
export async function proveLeaf(
  firestore: Firestore,
  orgId: string,
  stream: StreamName,
  { seq, text }: { readonly seq: number; readonly text: string },
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<LeafProof> {
  const ranges = inclusionRanges(seq, size);
  const tiles = new Map<string, readonly Hash[]>();
  await Promise.all(
    tilesOfRanges(ranges).map(async ({ level, index }) => {
      const stored = await getDocFromServer(doc(firestore, paths.tile(orgId, stream, level, index)));
      const parsed = tileSchema.safeParse(stored.data());
      tiles.set(tileKey({ level, index }), parsed.success ? unpackHashes(parsed.data.hashes) : []);
    }),
  );
  const leaf = leafHash(text);
  const path = pathFrom(ranges, tiles);
  return { holds: path !== null && verifyInclusion(leaf, seq, size, path, root), leaf, path: path ?? [] };
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
