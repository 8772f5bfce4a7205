/**
 * `npm run ledger-export -- --format beancount|hledger|csv|chart --out FILE [--org ORG]`: have the platform that runs
 * write its ledger as a file for another tool, and fetch it. It signs in as a demo account that may, or as
 * EVIDENCE_EMAIL with EVIDENCE_PASSWORD.
 */
import { parseArgs } from 'node:util';
import { AppError, isAppError } from '@countersign/domain/errors';
import { ledgerFormatSchema } from '@countersign/domain/schemas/evidence';
import { exportFile } from './evidence/export.ts';
import { findRunningPlatform } from './platform.ts';

const USAGE = `npm run ledger-export -- --format ${ledgerFormatSchema.options.join('|')} --out FILE [--org ORG]`;
const CHECKS = { beancount: 'bean-check', hledger: 'hledger check --strict -f', csv: null, chart: null };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { format: { type: 'string' }, out: { type: 'string' }, org: { type: 'string' } },
  });
  const { data: format } = ledgerFormatSchema.safeParse(values.format);
  const { out, org } = values;
  if (format === undefined || out === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const platform = await findRunningPlatform();
  if (platform === null) throw new AppError('failed_precondition', 'No platform runs on this machine: npm start');
  const request = { personal: false, out, say: console.log, ...(org === undefined ? {} : { org }) };
  const { counts } = await exportFile(platform, process.env, request, (client) =>
    client.call('exportLedger', { format }),
  );
  console.log(
    `${(counts?.journals ?? 0).toLocaleString('en-US')} journals, ${(counts?.documents ?? 0).toLocaleString('en-US')} accounts`,
  );
  if (CHECKS[format] !== null) console.log(`Check it with: ${CHECKS[format]} ${out}`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = isAppError(error) || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
}
// Listeners of the web SDK may linger; everything is done.
process.exit();
