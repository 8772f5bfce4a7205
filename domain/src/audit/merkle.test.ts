import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexToBytes } from '@noble/hashes/utils.js';
import { append, EMPTY_ROOT, EMPTY_TREE, leafHash, nodeHash, rootOf, type Hash } from './merkle.ts';
import {
  consistencyRanges,
  inclusionRanges,
  proofFromTiles,
  tilesOfRanges,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';
import { Inclusions } from './verify-proof.ts';
import { allTiles, appendToTiles, openTiles, packHashes, tileKey, unpackHashes } from './tiles.ts';

/** The definition of RFC 6962, section 2.1, word for word. */
function naiveRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Hash;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

/** Leaves and roots of the Certificate Transparency reference tests (google/certificate-transparency, merkle_tree_test). */
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** RFC 9162, section 2.1.3.2, step by step. */
function verifiedAlone(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else hash = nodeHash(hash, sibling);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 && hash === root;
}

const leavesOf = (count: number): Hash[] => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));

/** Appends in batches, through frontier and tiles as the writer does. */
function grow(
  leaves: readonly Hash[],
  cuts: readonly number[],
): { tree: typeof EMPTY_TREE; tiles: Map<string, readonly Hash[]> } {
  const tiles = new Map<string, readonly Hash[]>();
  let tree = EMPTY_TREE;
  const borders = [...new Set([0, ...cuts.map((cut) => cut % (leaves.length + 1)), leaves.length])].sort(
    (a, b) => a - b,
  );
  for (let index = 1; index < borders.length; index += 1) {
    const batch = leaves.slice(borders[index - 1], borders[index]);
    const open = new Map(openTiles(tree.size).map((tile) => [tileKey(tile), tiles.get(tileKey(tile)) ?? []]));
    const grown = appendToTiles(tree, batch, open);
    for (const tile of grown.changed) tiles.set(tileKey(tile), unpackHashes(packHashes(tile.hashes)));
    tree = grown.tree;
  }
  return { tree, tiles };
}

describe('the tree', () => {
  test('has the roots of the RFC 6962 reference tests', () => {
    const leaves = CT_LEAVES.map((hex) => leafHash(hexToBytes(hex)));
    expect(EMPTY_ROOT).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (let size = 1; size <= leaves.length; size += 1)
      expect(rootOf(append(EMPTY_TREE, leaves.slice(0, size)))).toBe(CT_ROOTS[size - 1]);
  });

  test('has the root of the definition, however it was batched', () => {
    fc.assert(
      fc.property(fc.nat(700), fc.array(fc.nat(), { maxLength: 6 }), (count, cuts) => {
        const leaves = leavesOf(count);
        const { tree } = grow(leaves, cuts);
        expect(tree.size).toBe(count);
        expect(rootOf(tree)).toBe(naiveRoot(leaves));
      }),
      { numRuns: 60 },
    );
  });
});

describe('tiles', () => {
  test('hold every hash of their level, however it was batched', () => {
    fc.assert(
      fc.property(fc.nat(1400), fc.array(fc.nat(), { maxLength: 8 }), (count, cuts) => {
        const leaves = leavesOf(count);
        const { tiles } = grow(leaves, cuts);
        const expected = [...allTiles(count)];
        expect([...tiles.keys()].sort()).toEqual(expected.map(tileKey).sort());
        for (const { level, index, width } of expected) {
          const span = 256 ** level;
          const hashes = Array.from({ length: width }, (_, at) =>
            naiveRoot(leaves.slice((index * 256 + at) * span, (index * 256 + at + 1) * span)),
          );
          expect(tiles.get(tileKey({ level, index }))).toEqual(hashes);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a second level begins with the first full tile, a third with the 256th', () => {
    const { tiles } = grow(leavesOf(65_537), [1000, 40_000]);
    expect(tiles.get('1-0')).toHaveLength(256);
    expect(tiles.get('2-0')).toHaveLength(1);
    expect(tiles.get('0-256')).toHaveLength(1);
  });
});

describe('proofs', () => {
  const leaves = leavesOf(900);
  const { tiles } = grow(leaves, []);
  const proofOf = (ranges: ReturnType<typeof inclusionRanges>): Hash[] => {
    const needed = new Map(tilesOfRanges(ranges).map((tile) => [tileKey(tile), tiles.get(tileKey(tile)) ?? []]));
    return proofFromTiles(ranges, needed);
  };
  const size = fc.integer({ min: 1, max: 900 });

  test('of inclusion hold, and only for their leaf, place, size and root', () => {
    fc.assert(
      fc.property(size, fc.nat(), (count, pick) => {
        const index = pick % count;
        const root = naiveRoot(leaves.slice(0, count));
        const proof = proofOf(inclusionRanges(index, count));
        const leaf = leaves[index] as Hash;
        expect(verifyInclusion(leaf, index, count, proof, root)).toBe(true);
        expect(verifyInclusion(leafHash('another'), index, count, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, (index + 1) % (count + 1), count, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, index, count, [...proof, leaf], root)).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(leaf, index, count, proof.slice(1), root)).toBe(false);
        expect(verifyInclusion(leaf, index, count, proof, EMPTY_ROOT)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('of inclusion, one after the other, hold where each by itself holds, whatever came before', () => {
    fc.assert(
      fc.property(size, fc.array(fc.tuple(fc.nat(), fc.nat(8)), { maxLength: 40 }), (count, steps) => {
        const root = naiveRoot(leaves.slice(0, count));
        const inclusions = new Inclusions(count, root);
        let index = 0;
        for (const [pick, change] of steps) {
          // Mostly the next one, sometimes any.
          index = change === 0 ? pick % count : (index + 1) % count;
          const proof = proofOf(inclusionRanges(index, count));
          const right = leaves[index] as Hash;
          const at = pick % (proof.length + 1);
          const leaf = change === 1 ? leafHash('another') : right;
          const altered =
            change === 2 && proof.length > 0 ? proof.with(-1 - (pick % Math.max(1, proof.length)), right) : proof;
          const given =
            proof.length === 0
              ? proof
              : change === 3
                ? proof.slice(1)
                : change === 4
                  ? proof.toSpliced(at, 0, right)
                  : altered;
          expect(inclusions.holds(leaf, index, given)).toBe(verifiedAlone(leaf, index, count, given, root));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of consistency hold, and never for a changed history', () => {
    fc.assert(
      fc.property(size, fc.nat(), (count, pick) => {
        const before = pick % (count + 1);
        const rootBefore = naiveRoot(leaves.slice(0, before));
        const root = naiveRoot(leaves.slice(0, count));
        const proof = proofOf(consistencyRanges(before, count));
        expect(verifyConsistency(before, count, rootBefore, root, proof)).toBe(true);
        expect(verifyConsistency(before, count, rootBefore, leafHash('another'), proof)).toBe(before === 0);
        expect(verifyConsistency(before, count, leafHash('another'), root, proof)).toBe(false);
        if (proof.length > 0)
          expect(verifyConsistency(before, count, rootBefore, root, proof.slice(0, -1))).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
