import { verifyRunningOrganization } from '../verify/running.ts';

/** Recompute both streams and the balances from what is stored, against the newest published checkpoints. */
export async function proveOrganization(
  env: Record<string, string>,
  orgId: string,
  say: (line: string) => void,
): Promise<{ ledger: { trialBalance: string }; audit: { events: number; verified: boolean } }> {
  const report = await verifyRunningOrganization(env, orgId);
  for (const line of report.lines) say(`  ${line}`);
  return { ledger: { trialBalance: report.trialBalance }, audit: { events: report.auditEvents, verified: report.ok } };
}
