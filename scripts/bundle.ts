/**
 * `npm run bundle -- PLUGIN --out FILE.js`: build a plugin's bundle, as an organization uploads it. PLUGIN is a folder
 * below plugins/, or a path to one.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '@countersign/domain/errors';
import { closeSandbox } from '../functions/src/sandbox/index.ts';
import { buildPlugin } from './build/plugins.ts';
import { ROOT } from './build/root.ts';
import { runCommandLine, UsageError } from './command-line.ts';

const USAGE = 'npm run bundle -- PLUGIN --out FILE.js';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  const [plugin] = positionals;
  if (plugin === undefined) throw new UsageError('Which plugin?');
  if (values.out === undefined) throw new UsageError('Into which file?');
  const folder = [join(ROOT, 'plugins', plugin), resolve(plugin)].find((one) =>
    existsSync(join(one, 'src', 'index.ts')),
  );
  if (folder === undefined)
    throw new AppError('not_found', `There is no plugin "${plugin}": no folder of that name with a src/index.ts`);
  try {
    const { manifest, codeHash, code } = await buildPlugin(folder);
    await writeFile(values.out, code);
    console.log(`${manifest.name} ${manifest.version}: ${values.out}, SHA-256 ${codeHash}`);
    return 0;
  } finally {
    await closeSandbox();
  }
}

await runCommandLine(USAGE, main);
