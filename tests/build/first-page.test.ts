import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { build } from '../../scripts/build.ts';
import { ROOT } from '../../scripts/build/root.ts';

/** What a visitor's browser must have before it shows the first page. */
const LIMIT_BYTES = 200_000;

beforeAll(() => build({ web: true }));

test('the first page needs at most 200 kB of script, compressed', () => {
  const page = readFileSync(join(ROOT, 'web', 'dist', 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((match) => match[1] ?? '');
  expect(scripts.some((path) => path.startsWith('/assets/index'))).toBe(true);
  const total = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(ROOT, 'web', 'dist', path))).length, 0);
  expect(total).toBeLessThanOrEqual(LIMIT_BYTES);
});
