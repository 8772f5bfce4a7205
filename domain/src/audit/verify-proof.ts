import { EMPTY_ROOT, nodeHash, type Hash } from './merkle.ts';

/**
 * Inclusion and consistency proofs checked, as RFC 9162, sections 2.1.3.2 and 2.1.4.2, writes it out. Apart from the
 * making of proofs: whoever checks an evidence pack reads this and not that.
 */
export function verifyInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (index < 0 || index >= size) return false;
  let position = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && hash === root;
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
