/** `npm run bench -- NAME`: one JSON line a figure. A bench is a file in scripts/bench that exports `run`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './bench/figure.ts';

const folder = join(import.meta.dirname, 'bench');
const [name = ''] = process.argv.slice(2);
const file = join(folder, `${name}.ts`);

if (!/^[a-z-]+$/.test(name) || name === 'figure' || !existsSync(file)) {
  const names = readdirSync(folder)
    .filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts') && one !== 'figure.ts')
    .map((one) => one.slice(0, -3));
  process.stderr.write(`There is no bench "${name}". Say one of: ${names.join(', ')}\n`);
  process.exit(1);
}
const { run } = (await import(file)) as { run: (say: (line: string) => void) => Promise<Figure[]> };
const figures = await run((line) => process.stderr.write(`${line}\n`));
for (const one of figures) process.stdout.write(`${JSON.stringify(one)}\n`);
process.exit(0);
