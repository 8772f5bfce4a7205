import { EMPTY_ROOT, nodeHash, type Hash } from './merkle.ts';

/**
 * Inclusion and consistency proofs checked, as RFC 9162, sections 2.1.3.2 and 2.1.4.2, writes it out. Apart from the
 * making of proofs: whoever checks an evidence pack reads this and not that.
 */
export function verifyInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  return new Inclusions(size, root).holds(leaf, index, proof);
}

/** A node on the way from a leaf to the root: `last` is the position of the last node at its height. */
interface Node {
  readonly position: number;
  readonly last: number;
  readonly hash: Hash;
}

/**
 * Inclusion of many leaves in one tree. Where a leaf's way meets that of the leaf before, and what is left of the two
 * proofs is the same, it leads to the root as that one did: of leaves in a row, two hashes each are computed and not
 * seventeen.
 */
export class Inclusions {
  readonly #size: number;
  readonly #root: Hash;
  /** The way of the last leaf that held, with as many siblings. */
  #way: readonly Node[] = [];
  #proof: readonly Hash[] = [];

  constructor(size: number, root: Hash) {
    this.#size = size;
    this.#root = root;
  }

  holds(leaf: Hash, index: number, proof: readonly Hash[]): boolean {
    if (index < 0 || index >= this.#size) return false;
    const way: Node[] = [];
    let node: Node = { position: index, last: this.#size - 1, hash: leaf };
    for (const [height, sibling] of proof.entries()) {
      if (node.last === 0) return false;
      if (this.#meets(node, height, proof)) return this.#keep([...way, ...this.#way.slice(height)], proof);
      way.push(node);
      node = above(node, sibling);
    }
    return node.last === 0 && node.hash === this.#root && this.#keep(way, proof);
  }

  #meets({ position, last, hash }: Node, height: number, proof: readonly Hash[]): boolean {
    const met = this.#way[height];
    if (met === undefined || met.hash !== hash || met.position !== position || met.last !== last) return false;
    return proof.length === this.#proof.length && proof.every((one, at) => at < height || one === this.#proof[at]);
  }

  #keep(way: readonly Node[], proof: readonly Hash[]): true {
    this.#way = way;
    this.#proof = proof;
    return true;
  }
}

function above({ position, last, hash }: Node, sibling: Hash): Node {
  const isRight = position % 2 === 1 || position === last;
  let [at, end] = [position, last];
  if (isRight) while (at % 2 === 0 && at !== 0) [at, end] = [half(at), half(end)];
  return { position: half(at), last: half(end), hash: isRight ? nodeHash(sibling, hash) : nodeHash(hash, sibling) };
}

export function verifyConsistency(
  before: number,
  size: number,
  rootBefore: Hash,
  root: Hash,
  proof: readonly Hash[],
): boolean {
  if (before < 0 || before > size) return false;
  if (before === size) return proof.length === 0 && rootBefore === root;
  if (before === 0) return proof.length === 0 && rootBefore === EMPTY_ROOT;
  // A power of two is one complete subtree: its root is the old root, and the proof leaves it out.
  const path = isPowerOfTwo(before) ? [rootBefore, ...proof] : proof;
  let [position, last] = [before - 1, size - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && old === rootBefore && now === root;
}

const half = (value: number): number => Math.floor(value / 2);

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}
