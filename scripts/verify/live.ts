import { findRunningPlatform } from '../platform.ts';
import { verifyRunningOrganization, type VerifyOutcome } from './running.ts';

export interface LiveOptions {
  readonly org?: string | undefined;
  readonly checkpoint?: readonly string[] | undefined;
  readonly 'public-key'?: string | undefined;
  readonly 'read-only'?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Verify an organization of the platform that runs, or that the environment names. @returns the exit code */
export async function verifyLive(values: LiveOptions): Promise<number> {
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
