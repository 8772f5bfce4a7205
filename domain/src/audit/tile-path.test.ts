import { expect, test } from 'vitest';
import { tilePath } from './tile-path.ts';
import { allTiles } from './tiles.ts';

test('paths are those of the specification', () => {
  expect(tilePath({ level: 0, index: 1_234_067 }, 256)).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 0, index: 0 }, 256)).toBe('tile/0/000');
  expect(tilePath({ level: 3, index: 999 }, 1)).toBe('tile/3/999.p/1');
  expect(tilePath({ level: 1, index: 1000 }, 255)).toBe('tile/1/x001/000.p/255');
});

test('a tree of 70,000 has the tiles of its example', () => {
  const paths = [...allTiles(70_000)].map((tile) => tilePath(tile, tile.width));
  expect(paths.filter((path) => /^tile\/0\/\d{3}$/.test(path))).toHaveLength(273);
  expect(paths.filter((path) => !/^tile\/0\/\d{3}$/.test(path))).toEqual([
    'tile/0/273.p/112',
    'tile/1/000',
    'tile/1/001.p/17',
    'tile/2/000.p/1',
  ]);
  expect([...allTiles(256)].map((tile) => tilePath(tile, tile.width))).toEqual(['tile/0/000', 'tile/1/000.p/1']);
});
