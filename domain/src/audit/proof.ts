import { assert } from '../errors.ts';
import { EMPTY_ROOT, nodeHash, rootOfComplete, type Hash } from './merkle.ts';
import { tileKey, tileOfNode, type TileCoordinate } from './tiles.ts';

export { verifyConsistency, verifyInclusion } from './verify-proof.ts';

/**
 * Inclusion and consistency proofs of RFC 6962, sections 2.1.1 and 2.1.2, made; `verify-proof.ts` checks them. A proof
 * is a list of subtree roots; here it is planned first as ranges of leaves, so that the tiles it needs can be fetched
 * together.
 */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Subtrees whose roots prove that leaf `index` is in the tree of `size` leaves, from the leaf upwards. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  assert(index >= 0 && index < size, 'the leaf lies in the tree');
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** Subtrees whose roots prove that the tree of `before` leaves is the beginning of the tree of `size` leaves. */
export function consistencyRanges(before: number, size: number): LeafRange[] {
  assert(before >= 0 && before <= size, 'a tree only grows');
  if (before === 0 || before === size) return [];
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = size;
  while (before !== end) {
    const middle = start + splitOf(end - start);
    if (before <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The old tree's own last subtree is known to the verifier when it is the whole old tree.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** Tiles that hold what the ranges' roots are computed from. */
export function tilesOfRanges(ranges: readonly LeafRange[]): TileCoordinate[] {
  const tiles = new Map<string, TileCoordinate>();
  for (const range of ranges) {
    for (const node of completeNodes(range)) {
      const { level, index } = tileOfNode(node.height, node.index);
      tiles.set(tileKey({ level, index }), { level, index });
    }
  }
  return [...tiles.values()];
}

/** The proof: each range's root, from tiles by `tileKey`. */
export function proofFromTiles(ranges: readonly LeafRange[], tiles: ReadonlyMap<string, readonly Hash[]>): Hash[] {
  return ranges.map((range) =>
    completeNodes(range)
      .map(({ height, index }) => {
        const tile = tileOfNode(height, index);
        const hashes = tiles.get(tileKey(tile))?.slice(tile.start, tile.start + tile.count);
        assert(hashes?.length === tile.count, `tile ${tileKey(tile)} holds ${tile.count} hashes from ${tile.start}`);
        return rootOfComplete(hashes);
      })
      .reduceRight((right, left) => nodeHash(left, right)),
  );
}

/** The root that a tree had when it had `size` leaves, from the tiles of `tilesOfRanges([{ start: 0, end: size }])`. */
export function rootFromTiles(size: number, tiles: ReadonlyMap<string, readonly Hash[]>): Hash {
  const [root] = size === 0 ? [EMPTY_ROOT] : proofFromTiles([{ start: 0, end: size }], tiles);
  assert(root !== undefined, 'one range has one root');
  return root;
}

/** The largest power of two smaller than `count`: where RFC 6962 splits a tree. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** A range that RFC 6962's splitting yields, as complete subtrees, left to right. */
function completeNodes({ start, end }: LeafRange): { height: number; index: number }[] {
  const nodes: { height: number; index: number }[] = [];
  for (let at = start; at < end;) {
    let height = 0;
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= end) height += 1;
    nodes.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return nodes;
}
