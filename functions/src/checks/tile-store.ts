import { tilesOfRanges, rootFromTiles } from '@countersign/domain/audit/proof';
import type { Hash } from '@countersign/domain/audit/merkle';
import { TILE_WIDTH, tileKey, unpackHashes, type TileCoordinate } from '@countersign/domain/audit/tiles';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { tileSchema, type StreamName } from '@countersign/domain/schemas/stream';
import type { Database } from '../store/database.ts';

/** 16 kB each: some 70 MB, the tiles of a million leaves. */
const MAX_KEPT = 4096;
const HASH_DIGITS = 64;
const CHUNK = 200;

/** A stream's tiles, full ones kept in memory: they never change. */
export class TileStore {
  readonly #db: Database;
  readonly #orgId: string;
  readonly name: StreamName;
  /** Packed hashes, by `tileKey`. */
  readonly #full = new Map<string, string>();

  constructor(db: Database, orgId: string, name: StreamName) {
    this.#db = db;
    this.#orgId = orgId;
    this.name = name;
  }

  /** Packed hashes by `tileKey`; a tile that is not there, or not as a tile must be, is left out. */
  async load(coordinates: readonly TileCoordinate[]): Promise<Map<string, string>> {
    const loaded = new Map<string, string>();
    const missing = new Map<string, TileCoordinate>();
    for (const tile of coordinates) {
      const key = tileKey(tile);
      const kept = this.#full.get(key);
      if (kept === undefined) missing.set(key, tile);
      else loaded.set(key, kept);
    }
    const wanted = [...missing];
    for (let start = 0; start < wanted.length; start += CHUNK) {
      const chunk = wanted.slice(start, start + CHUNK);
      const stored = await this.#db.getAll(
        chunk.map(([, { level, index }]) => paths.tile(this.#orgId, this.name, level, index)),
      );
      for (const [at, [key]] of chunk.entries()) {
        const { hashes } = tileSchema.safeParse(stored[at]?.data).data ?? {};
        if (hashes === undefined) continue;
        loaded.set(key, hashes);
        if (hashes.length === TILE_WIDTH * HASH_DIGITS) this.#keep(key, hashes);
      }
    }
    return loaded;
  }

  #keep(key: string, hashes: string): void {
    const [oldest] = this.#full.keys();
    if (this.#full.size >= MAX_KEPT && oldest !== undefined) this.#full.delete(oldest);
    this.#full.set(key, hashes);
  }

  /** The root that the tree had with so many leaves; null where the tiles do not say. */
  async rootAt(size: number): Promise<Hash | null> {
    const tiles = await this.load(tilesOfRanges(size === 0 ? [] : [{ start: 0, end: size }]));
    try {
      return rootFromTiles(size, new Map([...tiles].map(([key, packed]) => [key, unpackHashes(packed)])));
    } catch (error) {
      if (isAppError(error) && error.code === 'internal') return null;
      throw error;
    }
  }
}

/** The tile of a leaf, and the leaf's hash in it. */
export const tileOfLeaf = (seq: number): TileCoordinate => ({ level: 0, index: Math.floor(seq / TILE_WIDTH) });

export function hashIn(packed: string | undefined, at: number): Hash | undefined {
  const hash = packed?.slice(at * HASH_DIGITS, (at + 1) * HASH_DIGITS) ?? '';
  return hash === '' ? undefined : hash;
}

export const widthOf = (packed: string): number => packed.length / HASH_DIGITS;
