import { assert } from '../errors.ts';
import { append, type Hash, type Tree } from './merkle.ts';

/** Hashes in a full tile: eight levels of the tree, as in the C2SP `tlog-tiles` specification. */
export const TILE_WIDTH = 256;
const LEVELS_PER_TILE = 8;

export interface TileCoordinate {
  /** 0 holds leaf hashes; a hash of level n + 1 is the root of a full tile of level n. */
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TileCoordinate {
  /** 1 to 256; a tile with fewer is the last of its level and still grows. */
  readonly hashes: readonly Hash[];
}

export const tileKey = ({ level, index }: TileCoordinate): string => `${level}-${index}`;

/** The tiles that still grow at this size, with their number of hashes: what must be at hand to append. */
export function openTiles(size: number): (TileCoordinate & { readonly width: number })[] {
  const open: (TileCoordinate & { readonly width: number })[] = [];
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    if (width !== 0) open.push({ level, index: Math.floor(count / TILE_WIDTH), width });
  }
  return open;
}

/** Every tile of a tree of this size, with its number of hashes. */
export function* allTiles(size: number): Generator<TileCoordinate & { readonly width: number }> {
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    for (let index = 0; index * TILE_WIDTH < count; index += 1)
      yield { level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) };
  }
}

/**
 * A batch of leaves appended: the tree, and the tiles that they add to or complete, with all their hashes. Each node is
 * hashed once for both: the root of a full tile is a node that the frontier passes through.
 * @param open the hashes of each tile of `openTiles(tree.size)`, by `tileKey`
 */
export function appendToTiles(
  tree: Tree,
  leaves: readonly Hash[],
  open: ReadonlyMap<string, readonly Hash[]>,
): { readonly tree: Tree; readonly changed: readonly Tile[] } {
  const rising: Hash[][] = [[...leaves]];
  const grown = append(tree, leaves, (height, root) => {
    if (height % LEVELS_PER_TILE === 0) (rising[height / LEVELS_PER_TILE] ??= []).push(root);
  });
  const changed = rising.flatMap((added, level) => {
    const count = Math.floor(tree.size / TILE_WIDTH ** level);
    return added.length === 0 ? [] : tilesWith(level, count, added, open);
  });
  return { tree: grown, changed };
}

/** The tiles of a level that has `count` hashes and gets more. */
function tilesWith(
  level: number,
  count: number,
  added: readonly Hash[],
  open: ReadonlyMap<string, readonly Hash[]>,
): Tile[] {
  const first = Math.floor(count / TILE_WIDTH);
  const width = count % TILE_WIDTH;
  const before = width === 0 ? [] : open.get(tileKey({ level, index: first }));
  assert(before?.length === width, `tile ${level}-${first} has ${width} hashes`);
  const hashes = [...before, ...added];
  const tiles: Tile[] = [];
  for (let start = 0; start < hashes.length; start += TILE_WIDTH)
    tiles.push({ level, index: first + start / TILE_WIDTH, hashes: hashes.slice(start, start + TILE_WIDTH) });
  return tiles;
}

/** Where a complete subtree's hash lies: the tile, and the run of hashes in it whose root it is. */
export function tileOfNode(
  height: number,
  index: number,
): TileCoordinate & { readonly start: number; readonly count: number } {
  const level = Math.floor(height / LEVELS_PER_TILE);
  const count = 2 ** (height % LEVELS_PER_TILE);
  const first = index * count;
  return { level, index: Math.floor(first / TILE_WIDTH), start: first % TILE_WIDTH, count };
}

/** A tile's hashes as they are stored: concatenated hex. */
export const packHashes = (hashes: readonly Hash[]): string => hashes.join('');

export function unpackHashes(packed: string): Hash[] {
  const hashes: Hash[] = [];
  for (let start = 0; start < packed.length; start += 64) hashes.push(packed.slice(start, start + 64));
  return hashes;
}
