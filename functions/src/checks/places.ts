import { leafHash } from '@countersign/domain/audit/merkle';
import { TILE_WIDTH, tileKey } from '@countersign/domain/audit/tiles';
import type { StreamName } from '@countersign/domain/schemas/stream';
import { hashIn, tileOfLeaf } from './tile-store.ts';
import type { Marks } from './marks.ts';
import type { Turn } from './turn.ts';

/** Leaves recomputed from their documents, against the tree's own hashes of them. */
export class Places {
  readonly #turn: Turn;
  readonly #name: StreamName;
  readonly #marks: Marks | null;
  #batch: { readonly seq: number; readonly hash: string; readonly owner: string }[] = [];

  /** @param marks where the places that have a document are marked, if anybody counts them */
  constructor(turn: Turn, name: StreamName, marks: Marks | null) {
    this.#turn = turn;
    this.#name = name;
    this.#marks = marks;
  }

  /** @param owner the document that the leaf was made from, for messages */
  add(seq: number, text: string, owner: string): void {
    this.#batch.push({ seq, hash: leafHash(text), owner });
  }

  /** The tiles are read after the documents: a leaf is in its tile before anybody can read its document. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    const size = await this.#turn.headSize(this.#name);
    const tiles = await this.#turn.tiles[this.#name].load(batch.map(({ seq }) => tileOfLeaf(seq)));
    const { findings } = this.#turn;
    for (const { seq, hash, owner } of batch) {
      if (seq < 0 || seq >= size) {
        findings.add(
          'leaf',
          owner,
          `claims place ${seq} of a stream that ends at ${size}: it was added beside the writer, or the head was rolled back`,
        );
        continue;
      }
      const recorded = hashIn(tiles.get(tileKey(tileOfLeaf(seq))), seq % TILE_WIDTH);
      if (recorded !== undefined && recorded !== hash)
        findings.add(
          'leaf',
          owner,
          `is not what it was when it was recorded as leaf ${seq} of the ${this.#name} stream`,
        );
      const isCounted = this.#marks !== null && seq < this.#marks.size;
      // Two different documents can't both be what was recorded; one can name a place twice.
      if (isCounted && this.#marks?.mark(seq) === true && recorded === hash)
        findings.add('leaf', owner, `claims place ${seq}, which another step or document has`);
    }
  }
}
