import { assert } from '../errors.ts';
import { sha256Hex } from '../hash.ts';

/** 64 lower-case hex digits. */
export type Hash = string;

/**
 * An append-only Merkle tree as RFC 6962, section 2.1, defines it, kept by its size and its frontier: the roots of the
 * complete subtrees that the size's binary digits name, largest first. That is all it takes to append and to know the root.
 */
export interface Tree {
  readonly size: number;
  readonly frontier: readonly Hash[];
}

export const EMPTY_TREE: Tree = { size: 0, frontier: [] };
/** SHA-256 of nothing: the root of an empty tree. */
export const EMPTY_ROOT: Hash = sha256Hex(new Uint8Array(0));

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
const HASH_BYTES = 32;

/** SHA-256(0x00 ‖ data). The prefix keeps a leaf from ever passing for an inner node. */
export function leafHash(data: string | Uint8Array): Hash {
  // In UTF-8, U+0000 is the byte 0x00.
  if (typeof data === 'string') return sha256Hex(`\0${data}`);
  const prefixed = new Uint8Array(data.length + 1);
  prefixed[0] = LEAF_PREFIX;
  prefixed.set(data, 1);
  return sha256Hex(prefixed);
}

/** One for all nodes: a new one for each would cost as much as its hash. */
const joined = new Uint8Array(1 + 2 * HASH_BYTES);
joined[0] = NODE_PREFIX;

/** SHA-256(0x01 ‖ left ‖ right) */
export function nodeHash(left: Hash, right: Hash): Hash {
  assert(left.length === 2 * HASH_BYTES && right.length === 2 * HASH_BYTES, 'a hash has 64 hex digits');
  writeHex(left, 1);
  writeHex(right, 1 + HASH_BYTES);
  return sha256Hex(joined);
}

/** Values of the hex digits, by character code. */
const digits = new Uint8Array(128);
for (let value = 0; value < 16; value += 1) digits[value.toString(16).charCodeAt(0)] = value;

function writeHex(hash: Hash, at: number): void {
  for (let index = 0; index < HASH_BYTES; index += 1) {
    const high = digits[hash.charCodeAt(2 * index)] as number;
    joined[at + index] = (high << 4) | (digits[hash.charCodeAt(2 * index + 1)] as number);
  }
}

/** @param completed is told the root of each complete subtree that comes to be, and its height: 1 is a pair of leaves */
export function append(tree: Tree, leaves: readonly Hash[], completed?: (height: number, root: Hash) => void): Tree {
  const frontier = [...tree.frontier];
  let size = tree.size;
  for (const leaf of leaves) {
    let hash = leaf;
    let height = 0;
    // Each trailing one-bit of the size is a complete subtree that the new leaf's subtree joins.
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = frontier.pop();
      assert(left !== undefined, 'the frontier has a hash for every one-bit of the size');
      hash = nodeHash(left, hash);
      height += 1;
      completed?.(height, hash);
    }
    frontier.push(hash);
    size += 1;
  }
  return { size, frontier };
}

export function rootOf(tree: Tree): Hash {
  if (tree.frontier.length === 0) return EMPTY_ROOT;
  return tree.frontier.reduceRight((right, left) => nodeHash(left, right));
}

/** Root of a complete subtree, from its leaves or from nodes of one level; their number is a power of two. */
export function rootOfComplete(hashes: readonly Hash[]): Hash {
  let level = hashes;
  while (level.length > 1) {
    const above: Hash[] = [];
    for (let index = 0; index < level.length; index += 2)
      above.push(nodeHash(level[index] as Hash, level[index + 1] as Hash));
    level = above;
  }
  return level[0] as Hash;
}
