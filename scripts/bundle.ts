/**
 * `npm run bundle -- PLUGIN --out FILE.js`: build a plugin's bundle, as an organization uploads it. PLUGIN is a folder
 * below plugins/, or a path to one.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { closeSandbox } from '../functions/src/sandbox/index.ts';
import { buildPlugin } from './build/plugins.ts';
import { ROOT } from './build/root.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
const [plugin] = positionals;
if (plugin === undefined || values.out === undefined) {
  process.stderr.write('usage: npm run bundle -- PLUGIN --out FILE.js\n');
  process.exit(2);
}
const folder = existsSync(join(ROOT, 'plugins', plugin)) ? join(ROOT, 'plugins', plugin) : resolve(plugin);
try {
  const { manifest, codeHash, code } = await buildPlugin(folder);
  await writeFile(values.out, code);
  process.stdout.write(`${manifest.name} ${manifest.version}: ${values.out}, SHA-256 ${codeHash}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await closeSandbox();
}
