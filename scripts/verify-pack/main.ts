/**
 * The check of an evidence pack alone, without npm: `node scripts/verify-pack/main.ts PACK [--checkpoint FILE]…
 * [--public-key FILE] [--witness KEY]… [--quorum N] [--witness-policy FILE] [--json]`, with Node 24.
 */
import { parseArgs } from 'node:util';
import { checkPackFile } from './check.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    checkpoint: { type: 'string', multiple: true },
    'public-key': { type: 'string' },
    witness: { type: 'string', multiple: true },
    quorum: { type: 'string' },
    'witness-policy': { type: 'string' },
    json: { type: 'boolean' },
  },
});
const [pack] = positionals;
if (pack === undefined) {
  process.stderr.write('Name a pack\n');
  process.exitCode = 1;
} else {
  try {
    process.exitCode = await checkPackFile(pack, values);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
