/**
 * `npm run verify -- [--org ORG] [--checkpoint FILE]… [--public-key FILE] [--read-only] [--json]`: recompute both
 * streams, the balances and the audited documents of an organization, and say what was checked. Exit code 1 when
 * anything does not hold.
 */
import { parseArgs } from 'node:util';
import { isAppError } from '@countersign/domain/errors';
import { findRunningPlatform } from './platform.ts';
import { verifyRunningOrganization, type VerifyOutcome } from './verify/running.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      org: { type: 'string' },
      checkpoint: { type: 'string', multiple: true },
      'public-key': { type: 'string' },
      'read-only': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const platform =
    process.env['FIRESTORE_EMULATOR_HOST'] === undefined && process.env['GCLOUD_PROJECT'] === undefined
      ? await findRunningPlatform()
      : null;
  const env = { ...process.env, ...platform?.env };
  if (env['GCLOUD_PROJECT'] === undefined)
    return complain('Nothing to verify: no local platform runs (npm start), and GCLOUD_PROJECT names no project');
  const orgId = values.org ?? platform?.organizationId;
  if (orgId === undefined) return complain('Say which organization: npm run verify -- --org ORG');

  const outcome = await verifyRunningOrganization(env, orgId, {
    checkpointFiles: values.checkpoint ?? [],
    readOnly: values['read-only'] ?? false,
    ...(values['public-key'] === undefined ? {} : { publicKeyFile: values['public-key'] }),
  });
  if (values.json === true) console.log(JSON.stringify(asJson(outcome)));
  else for (const line of outcome.lines) console.log(line);
  return outcome.ok ? 0 : 1;
}

function asJson({ ok, report, trialBalance }: VerifyOutcome): Record<string, unknown> {
  const { trialBalance: rows, ...ledger } = report.ledger;
  return {
    ok,
    organization: report.orgId,
    audit: report.audit,
    ledger: { ...ledger, currencies: rows.map((row) => row.currency) },
    trialBalance,
    findings: report.findings,
    findingCount: report.findingCount,
  };
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
