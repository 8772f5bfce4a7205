/**
 * `npm run verify -- PACK [--checkpoint FILE]… [--public-key FILE] [--witness KEY]… [--quorum N] [--witness-policy FILE]
 * [--json]`: check an evidence pack by itself. `npm run verify -- [--org ORG] [--checkpoint FILE]… [--public-key FILE]
 * [--read-only] [--json]`: recompute both streams, the balances and the audited documents of an organization. Exit code 1
 * when anything does not hold.
 */
import { parseArgs } from 'node:util';
import { isAppError } from '@countersign/domain/errors';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      org: { type: 'string' },
      checkpoint: { type: 'string', multiple: true },
      'public-key': { type: 'string' },
      witness: { type: 'string', multiple: true },
      quorum: { type: 'string' },
      'witness-policy': { type: 'string' },
      'read-only': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const [pack, ...more] = positionals;
  if (more.length > 0) return complain('Name one pack at a time');
  // Each loads what it needs: a pack needs no database.
  if (pack !== undefined) return (await import('./verify-pack/check.ts')).checkPackFile(pack, values);
  return (await import('./verify/live.ts')).verifyLive(values);
}

function complain(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = complain(
    isAppError(error) || (error instanceof TypeError && 'code' in error)
      ? error.message
      : String(error instanceof Error ? error.stack : error),
  );
}
// The SDK keeps its connections open; everything is done.
process.exit();
