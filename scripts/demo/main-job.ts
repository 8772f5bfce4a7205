import { AppError } from '@countersign/domain/errors';
import { formatMoney, toMinor } from '@countersign/domain/money/money';
import { plural } from '@countersign/domain/plan/sentence';
import { countOf } from '@countersign/domain/plan/totals';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import { DemoClient } from './client.ts';
import type { DemoPlatform } from './platform.ts';
import { proveOrganization } from './prove.ts';

const ACCOUNTS_A_CALL = 100;
const PROBLEMS_SHOWN = 10;

export interface MainJobResult {
  readonly execution: Execution;
  readonly ledger: { readonly trialBalance: string };
  readonly audit: { readonly events: number; readonly verified: boolean };
}

export interface InputCsv {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Upload, run, sign, apply, download, prove: each as the member who would do it, through the web SDK. */
export async function runMainJob(
  platform: DemoPlatform,
  input: InputCsv,
  say: (line: string) => void,
): Promise<MainJobResult> {
  const { organizationId: orgId } = platform;
  const as = (role: string, not: readonly string[] = []): Promise<DemoClient> => {
    const account = platform.accounts.find(
      (one) => one.roles.includes(role) && !not.some((other) => one.roles.includes(other)),
    );
    if (account === undefined) throw new Error(`The demo organization has no ${role}`);
    return DemoClient.signIn(platform, account.email, account.password, orgId);
  };
  const [operator, approver, admin] = await Promise.all([as('operator'), as('approver'), as('admin')]);
  try {
    const stopped = await admin.stopReason();
    // A signed run would wait until somebody lifts it.
    if (stopped !== null)
      throw new AppError(
        'failed_precondition',
        `All payments of ${orgId} are stopped: ${stopped} An admin lifts the stop in the app.`,
      );
    await openAccounts(admin, input, say);
    const file = await operator.upload(input.name, input.bytes);
    say(
      `Operator uploads ${file.name}: ${plural(file.profile?.rowCount ?? 0, 'row')}, ${file.sizeBytes} bytes, SHA-256 ${file.sha256.slice(0, 16)}…`,
    );
    const { executionId } = await operator.call('requestExecution', {
      operationId: 'stripe-payout',
      parameters: { file: file.id },
    });
    say(`Operator runs Stripe payouts: execution ${executionId}`);
    const planned = await operator.execution(executionId, (execution) => execution.state !== 'planning');
    await tellPlan(operator, planned, say);
    const ended =
      planned.plan === null ? planned : await signAndApply(operator, approver, planned, planned.plan.digest, say);
    const proof = await proveOrganization(platform.env, orgId, say);
    return { execution: ended, ...proof };
  } finally {
    await Promise.all([operator.close(), approver.close(), admin.close()]);
  }
}

/** A payee must be in the ledger before it can be paid: its accounts, and its opening balance as Stripe shows it. */
async function openAccounts(admin: DemoClient, input: InputCsv, say: (line: string) => void): Promise<void> {
  const named = [
    ...new Set(
      new TextDecoder()
        .decode(input.bytes)
        .replaceAll('\0', '')
        .match(/acct_[A-Za-z0-9]{1,64}/g) ?? [],
    ),
  ];
  let opened = 0;
  for (let start = 0; start < named.length; start += ACCOUNTS_A_CALL) {
    opened += (await admin.call('openConnectedAccounts', { accounts: named.slice(start, start + ACCOUNTS_A_CALL) }))
      .opened;
  }
  if (opened > 0)
    say(`Admin opens ledger accounts for ${plural(opened, 'connected account')}, with their balances at Stripe`);
}

async function tellPlan(operator: DemoClient, execution: Execution, say: (line: string) => void): Promise<void> {
  const { plan } = execution;
  say(plan === null ? `No plan: ${execution.error?.message ?? execution.state}` : plan.sentence);
  for (const total of plan?.totals ?? [])
    say(`  ${formatMoney(toMinor(total.amountMinor), total.currency)} in ${plural(total.count, 'payout')}`);
  const problems = await operator.problems(execution.id, plan?.attempt ?? null);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN))
    say(`  line ${problem.line ?? '–'}: ${problem.message}${problem.severity === 'notice' ? ' (notice)' : ''}`);
  if (problems.length > PROBLEMS_SHOWN) say(`  and ${problems.length - PROBLEMS_SHOWN} more`);
}

async function signAndApply(
  operator: DemoClient,
  approver: DemoClient,
  planned: Execution,
  digest: string,
  say: (line: string) => void,
): Promise<Execution> {
  const refused = await operator.call('approveExecution', { executionId: planned.id, digest }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (refused === null) throw new Error('The requester could sign his own run');
  say(`Operator tries to sign his own run, and is refused: ${refused}`);
  await approver.call('approveExecution', {
    executionId: planned.id,
    digest,
    comment: 'Checked against the payout list',
  });
  say(`Approver signs digest ${digest.slice(0, 16)}…`);
  let shown = 0;
  const ended = await operator.execution(
    planned.id,
    (execution) => END_STATES.includes(execution.state) && (execution.report !== null || execution.tally === null),
    600_000,
    (execution) => {
      const done = countOf(execution.tally?.succeeded ?? []);
      if (done > shown) say(`  ${(shown = done)} of ${planned.plan?.effectCount ?? 0} paid`);
    },
  );
  say(`${ended.state}: ${ended.report?.message ?? ended.error?.message ?? ''}`);
  for (const file of ended.report?.files ?? []) {
    const text = await operator.download(file.storagePath);
    say(`Operator downloads ${file.name}: ${plural(text.split('\n').filter((line) => line !== '').length - 1, 'row')}`);
  }
  if (ended.agreement !== null)
    say(
      `Ledger and Stripe agree on ${ended.agreement.accounts - ended.agreement.differenceCount} of ${plural(ended.agreement.accounts, 'balance')} that were paid from`,
    );
  return ended;
}
