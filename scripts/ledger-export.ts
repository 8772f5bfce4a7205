/**
 * `npm run ledger-export -- --format beancount|hledger|csv|chart --out FILE [--org ORG]`: have the platform that runs
 * write its ledger as a file for another tool, and fetch it. It signs in as a demo account that may, or as
 * EVIDENCE_EMAIL with EVIDENCE_PASSWORD.
 */
import { parseArgs } from 'node:util';
import { ledgerFormatSchema } from '@countersign/domain/schemas/evidence';
import { exportFile } from './evidence/export.ts';
import { runCommandLine, runningPlatform, UsageError } from './command-line.ts';

const USAGE = `npm run ledger-export -- --format ${ledgerFormatSchema.options.join('|')} --out FILE [--org ORG]`;
const CHECKS = { beancount: 'bean-check', hledger: 'hledger check --strict -f', csv: null, chart: null };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { format: { type: 'string' }, out: { type: 'string' }, org: { type: 'string' } },
  });
  const { data: format } = ledgerFormatSchema.safeParse(values.format);
  const { out, org } = values;
  if (format === undefined) throw new UsageError('In which format?');
  if (out === undefined) throw new UsageError('Into which file?');
  const platform = await runningPlatform();
  const request = { personal: false, out, say: console.log, ...(org === undefined ? {} : { org }) };
  const { counts } = await exportFile(platform, process.env, request, (client) =>
    client.call('exportLedger', { format }),
  );
  const journals = format === 'chart' ? '' : `${(counts?.journals ?? 0).toLocaleString('en-US')} journals, `;
  console.log(`${journals}${(counts?.documents ?? 0).toLocaleString('en-US')} accounts`);
  if (CHECKS[format] !== null) console.log(`Check it with: ${CHECKS[format]} ${out}`);
  return 0;
}

await runCommandLine(USAGE, main);
