import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from './root.ts';

/**
 * SHA-256 of every file that goes into a product of the build: paths and bytes. Tests are left out, for they change
 * nothing in it, and so is what matches `generated`.
 */
export function hashInputs(patterns: readonly string[], generated?: RegExp): string {
  const hash = createHash('sha256').update(process.version);
  const files = globSync([...patterns], {
    cwd: ROOT,
    exclude: (path) => path.includes('node_modules') || path.endsWith('.test.ts') || path.endsWith('.test.tsx'),
  })
    .filter((path) => generated?.test(path) !== true && statSync(join(ROOT, path)).isFile())
    .sort();
  for (const path of files) hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

/** Whether the product was built from these very inputs. The stamp lies in the product, so it goes when that goes. */
export function isBuilt(stampFile: string, inputs: string): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === inputs;
}

export async function stamp(stampFile: string, inputs: string): Promise<void> {
  await mkdir(dirname(stampFile), { recursive: true });
  await writeFile(stampFile, inputs);
}
