import {
  append,
  EMPTY_ROOT,
  EMPTY_TREE,
  leafHash,
  rootOf,
  rootOfComplete,
  type Hash,
  type Tree,
} from '@countersign/domain/audit/merkle';
import { TILE_WIDTH } from '@countersign/domain/audit/tiles';
import type { Findings } from './findings.ts';

const MAX_NAMED_GAPS = 20;

/** Every leaf recomputed from its document, in its place. */
export class LeafBook {
  readonly size: number;
  readonly #findings: Findings;
  readonly #hashes: (Hash | undefined)[];
  readonly #owners: (string | undefined)[];
  count = 0;

  constructor(size: number, findings: Findings) {
    this.size = size;
    this.#findings = findings;
    this.#hashes = Array.from({ length: size });
    this.#owners = Array.from({ length: size });
  }

  /** @param owner the document that the leaf was made from, for messages */
  place(seq: number, text: string, owner: string): void {
    this.count += 1;
    if (seq >= this.size)
      return this.#findings.add(
        'leaf',
        owner,
        `claims place ${seq} of a stream that ends at ${this.size}: it was added beside the writer, or the head was rolled back`,
      );
    const there = this.#owners[seq];
    if (there !== undefined) return this.#findings.add('leaf', owner, `claims place ${seq}, which ${there} has`);
    this.#hashes[seq] = leafHash(text);
    this.#owners[seq] = owner;
  }

  hashAt(seq: number): Hash | undefined {
    return this.#hashes[seq];
  }

  ownerOf(seq: number): string {
    return this.#owners[seq] ?? `leaf ${seq}`;
  }

  /** The places that no document has. */
  reportGaps(stream: string): void {
    let named = 0;
    for (let seq = 0; seq < this.size && named < MAX_NAMED_GAPS; seq += 1) {
      if (this.#hashes[seq] !== undefined) continue;
      const first = seq;
      while (seq + 1 < this.size && this.#hashes[seq + 1] === undefined) seq += 1;
      this.#findings.add(
        'leaf',
        `${stream} ${first === seq ? `leaf ${first}` : `leaves ${first} to ${seq}`}`,
        'no document has this place: it was deleted or moved',
      );
      named += 1;
    }
  }

  /** The tree at the whole size, and the roots at the sizes asked for; null where a leaf is missing before it. */
  grow(sizes: ReadonlySet<number>): { tree: Tree | null; roots: ReadonlyMap<number, Hash> } {
    const roots = new Map<number, Hash>([[0, EMPTY_ROOT]]);
    let tree = EMPTY_TREE;
    for (const hash of this.#hashes) {
      if (hash === undefined) return { tree: null, roots };
      tree = append(tree, [hash]);
      if (sizes.has(tree.size)) roots.set(tree.size, rootOf(tree));
    }
    return { tree, roots };
  }

  /** Hashes of a tile's level, as they must be; undefined where a leaf below is missing. */
  levelOf(level: number): (Hash | undefined)[] {
    let hashes: (Hash | undefined)[] = this.#hashes;
    for (let above = 0; above < level; above += 1) {
      const next: (Hash | undefined)[] = [];
      for (let start = 0; start + TILE_WIDTH <= hashes.length; start += TILE_WIDTH) {
        const part = hashes.slice(start, start + TILE_WIDTH);
        next.push(part.includes(undefined) ? undefined : rootOfComplete(part as Hash[]));
      }
      hashes = next;
    }
    return hashes;
  }
}
