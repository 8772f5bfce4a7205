import type { Hash } from '@countersign/domain/audit/merkle';
import {
  consistencyRanges,
  inclusionRanges,
  proofFromTiles,
  tilesOfRanges,
  type LeafRange,
} from '@countersign/domain/audit/proof';
import { TILE_WIDTH, tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { StreamName, Tile } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';

/** Sixteen kilobytes each. */
const MAX_TILES = 1_000;
/** Leaves in a row share most of what proves them: each subtree's root is computed once. */
const MAX_ROOTS = 100_000;

/** Proofs in a stream as it was at one size, made from its tiles; those used lately stay in memory. */
export class Proofs {
  readonly #db: Database;
  readonly #orgId: string;
  readonly #stream: StreamName;
  readonly #size: number;
  readonly #tiles = new Map<string, readonly Hash[]>();
  readonly #roots = new Map<string, Hash>();

  constructor(db: Database, orgId: string, stream: StreamName, size: number) {
    this.#db = db;
    this.#orgId = orgId;
    this.#stream = stream;
    this.#size = size;
  }

  /** Of several leaves, in one reading. @throws AppError `failed_precondition` when a tile is missing */
  async inclusion(seqs: readonly number[]): Promise<Hash[][]> {
    const ranges = seqs.map((seq) => inclusionRanges(seq, this.#size));
    await this.#load(ranges.flat());
    return ranges.map((one) => this.#prove(one));
  }

  async consistency(before: number): Promise<Hash[]> {
    const ranges = consistencyRanges(before, this.#size);
    await this.#load(ranges);
    return this.#prove(ranges);
  }

  async leafHashes(seqs: readonly number[]): Promise<Hash[]> {
    await this.#load(seqs.map((seq) => ({ start: seq, end: seq + 1 })));
    return seqs.map((seq) => {
      const hash = this.#tiles.get(tileKey({ level: 0, index: Math.floor(seq / TILE_WIDTH) }))?.[seq % TILE_WIDTH];
      if (hash === undefined) throw this.#incomplete();
      return hash;
    });
  }

  #prove(ranges: readonly LeafRange[]): Hash[] {
    try {
      return ranges.map((range) => this.#rootOf(range));
    } catch (cause) {
      throw this.#incomplete(cause);
    }
  }

  #rootOf(range: LeafRange): Hash {
    const key = `${range.start}-${range.end}`;
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    const [root] = proofFromTiles([range], this.#tiles) as [Hash];
    if (this.#roots.size === MAX_ROOTS) this.#roots.clear();
    this.#roots.set(key, root);
    return root;
  }

  #incomplete(cause?: unknown): AppError {
    return new AppError(
      'failed_precondition',
      `The tree of the ${this.#stream} log is not whole, so nothing can be proven by it. npm run verify tells more.`,
      { cause },
    );
  }

  async #load(ranges: readonly LeafRange[]): Promise<void> {
    const needed = tilesOfRanges(ranges);
    const missing = needed.filter((tile) => !this.#tiles.has(tileKey(tile)));
    if (missing.length === 0) return;
    if (this.#tiles.size + missing.length > MAX_TILES) this.#tiles.clear();
    const load = this.#tiles.size === 0 ? needed : missing;
    const stored = await this.#db.getAll(
      load.map(({ level, index }) => paths.tile(this.#orgId, this.#stream, level, index)),
    );
    stored.forEach((doc, at) => {
      const tile = load[at];
      if (doc !== null && tile !== undefined) this.#tiles.set(tileKey(tile), unpackHashes((doc.data as Tile).hashes));
    });
  }
}
