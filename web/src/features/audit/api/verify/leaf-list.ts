import { HashList } from '@countersign/domain/audit/hash-list';
import { append, EMPTY_ROOT, EMPTY_TREE, type Hash, leafHash, rootOf } from '@countersign/domain/audit/merkle';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { Findings } from './findings.ts';

const MAX_NAMED_GAPS = 20;
/** So many leaves are hashed before the page may breathe again: some milliseconds. */
const SLICE = 1000;

/** The leaves of a stream, recomputed from its documents, each in its place. */
export class LeafList {
  readonly #name: StreamName;
  readonly #size: number;
  readonly #findings: Findings;
  readonly #hashes: HashList;
  readonly #owners: (string | undefined)[] = [];
  count = 0;

  /** @param size of the stream when the reading began; leaves from there on came in meanwhile, and are left out */
  constructor(name: StreamName, size: number, findings: Findings) {
    this.#name = name;
    this.#size = size;
    this.#findings = findings;
    this.#hashes = new HashList(size);
  }

  /** @param owner the document that the leaf was made from, for messages */
  place(seq: number, text: string, owner: string): void {
    if (seq >= this.#size) return;
    this.count += 1;
    const there = this.#owners[seq];
    if (there !== undefined) {
      const message = `claims place ${seq}, which ${there} has: it was added or moved`;
      return this.#findings.add({ stream: this.#name, where: owner, seq, message });
    }
    this.#hashes.set(seq, leafHash(text));
    this.#owners[seq] = owner;
  }

  /** Something is there from which no leaf can be made. */
  placeUnreadable(seq: number, owner: string): void {
    if (seq < this.#size) this.#owners[seq] ??= owner;
  }

  hashAt(seq: number): Hash | undefined {
    return this.#hashes.get(seq);
  }

  ownerOf(seq: number): string {
    return this.#owners[seq] ?? `place ${seq}`;
  }

  /** The places that no document has. */
  reportGaps(): void {
    let named = 0;
    for (let seq = 0; seq < this.#size && named < MAX_NAMED_GAPS; seq += 1) {
      if (this.#owners[seq] !== undefined) continue;
      const first = seq;
      while (seq + 1 < this.#size && this.#owners[seq + 1] === undefined) seq += 1;
      const where = first === seq ? `place ${first}` : `places ${first} to ${seq}`;
      const message = 'nothing is there any more: it was deleted or moved';
      this.#findings.add({ stream: this.#name, where, seq: first, message });
      named += 1;
    }
  }

  /** Roots at these sizes and at the whole one; those behind a place without a leaf have none. */
  async roots(sizes: readonly number[], pause: () => Promise<void>): Promise<ReadonlyMap<number, Hash>> {
    const roots = new Map<number, Hash>([[0, EMPTY_ROOT]]);
    let tree = EMPTY_TREE;
    for (const size of [...new Set([...sizes, this.#size])].toSorted((one, other) => one - other)) {
      while (tree.size < size) {
        const part = this.#hashes.slice(tree.size, Math.min(size, tree.size + SLICE));
        if (part === null) return roots;
        tree = append(tree, part);
        await pause();
      }
      roots.set(size, rootOf(tree));
    }
    return roots;
  }
}
