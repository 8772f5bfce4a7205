import { TILE_WIDTH, type TileCoordinate } from './tiles.ts';

/**
 * Where a tile lies in the layout of C2SP `tlog-tiles` (https://c2sp.org/tlog-tiles): `tile/0/x001/x234/067` for the tile
 * 1234067 of level 0, with `.p/44` behind it while it has 44 hashes and not yet 256. What lies there never changes.
 */
export function tilePath({ level, index }: TileCoordinate, width: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const name = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}
