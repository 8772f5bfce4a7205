/**
 * The main job at size: 10,000 payouts over 500 accounts. The peer is the script that a team runs today, with the same
 * `stripe` package, the same concurrency and the same accounts: read the balances, then pay row by row. It plans
 * nothing, books nothing and proves nothing; the ratio is what these cost.
 */
import { countOf } from '@countersign/domain/plan/totals';
import type { Execution } from '@countersign/domain/schemas/execution';
import { readdirSync, readFileSync } from 'node:fs';
import { createStripeProvider } from '../../functions/src/connectors/stripe/provider.ts';
import { mapLimited } from '../../functions/src/engine/limiter.ts';
import { DemoClient } from '../demo/client.ts';
import { demoPlatform, type DemoPlatform } from '../demo/platform.ts';
import { connectedAccounts } from '../local/stripe-accounts.ts';
import { sampleCsv, sampleRows } from '../samples/sample-csv.ts';
import { figure, type Figure } from './figure.ts';
import { parseAmount } from '@countersign/domain/money/parse-amount';

const ROWS = 10_000;
const WARM_UP_ROWS = 50;
const CALLS_AT_ONCE = 16;
const SEED = 71_001;

export async function run(say: (line: string) => void): Promise<Figure[]> {
  const platform = await demoPlatform(undefined, say);
  try {
    const as = (role: string): Promise<DemoClient> => {
      const account = platform.accounts.find((one) => one.roles.includes(role));
      if (account === undefined) throw new Error(`no ${role}`);
      return DemoClient.signIn(platform, account.email, account.password, platform.organizationId);
    };
    const [operator, approver] = [await as('operator'), await as('approver')];
    await job(operator, approver, WARM_UP_ROWS, SEED);
    say('Warm; now the measured run');
    const ours = await job(operator, approver, ROWS, SEED + 1);
    const workerMiB = largestWorkerMiB();
    say(
      `Ours: plan ${ours.planSeconds.toFixed(2)} s, apply ${ours.applySeconds.toFixed(2)} s, report ${ours.reportSeconds.toFixed(2)} s`,
    );
    const peer = await bareScript(platform, ROWS, SEED + 2);
    return [
      figure('main-job: request to plan, 10,000 rows', ours.planSeconds, peer.readSeconds, 's'),
      figure('main-job: approval to completed, 10,000 payouts', ours.applySeconds, peer.paySeconds, 's'),
      figure('main-job: first result seen by a listener after it happened', ours.firstResultSeconds, null, 's'),
      figure('main-job: completed to results file', ours.reportSeconds, null, 's'),
      figure('main-job: memory of the largest worker process', workerMiB, null, 'MiB'),
    ];
  } finally {
    await platform.close();
  }
}

interface Timings {
  readonly planSeconds: number;
  readonly applySeconds: number;
  readonly reportSeconds: number;
  readonly firstResultSeconds: number;
}

async function job(operator: DemoClient, approver: DemoClient, rows: number, seed: number): Promise<Timings> {
  const bytes = new TextEncoder().encode(sampleCsv(seed, rows, connectedAccounts()));
  const file = await operator.upload(`bench-${seed}.csv`, bytes);
  const requested = performance.now();
  const { executionId } = await operator.call('requestExecution', {
    operationId: 'stripe-payout',
    parameters: { file: file.id },
  });
  const planned = await operator.execution(executionId, (execution) => execution.state !== 'planning');
  const planAt = performance.now();
  if (planned.plan?.effectCount !== rows)
    throw new Error(`${planned.plan?.effectCount ?? 0} of ${rows} planned: ${planned.error?.message ?? ''}`);
  const approvedAt = performance.now();
  let firstSeen: { seen: number; happened: number } | null = null;
  const ended = (execution: Execution): boolean =>
    ['completed', 'needs_repair', 'drifted', 'failed'].includes(execution.state);
  let endedAt = 0;
  await approver.call('approveExecution', { executionId, digest: planned.plan.digest });
  const done = await operator.execution(
    executionId,
    (execution) => ended(execution) && execution.report !== null,
    300_000,
    (execution) => {
      if (firstSeen === null && countOf(execution.tally?.succeeded ?? []) > 0)
        firstSeen = { seen: Date.now(), happened: Date.parse(execution.updatedAt) };
      if (endedAt === 0 && ended(execution)) endedAt = performance.now();
    },
  );
  if (done.state !== 'completed') throw new Error(`The run ended as ${done.state}: ${JSON.stringify(done.tally)}`);
  if (done.agreement?.differenceCount !== 0) throw new Error('Ledger and Stripe differ');
  const first = firstSeen as { seen: number; happened: number } | null;
  return {
    planSeconds: (planAt - requested) / 1000,
    applySeconds: (endedAt - approvedAt) / 1000,
    reportSeconds: (performance.now() - endedAt) / 1000,
    firstResultSeconds: first === null ? Number.NaN : (first.seen - first.happened) / 1000,
  };
}

async function bareScript(
  platform: DemoPlatform,
  count: number,
  seed: number,
): Promise<{ readSeconds: number; paySeconds: number }> {
  const accounts = connectedAccounts();
  const rows = sampleRows(seed, count, accounts);
  const provider = createStripeProvider({
    secretKey: platform.env['STRIPE_SECRET_KEY'] ?? '',
    apiBase: new URL(platform.env['STRIPE_API_BASE'] ?? ''),
  });
  const started = performance.now();
  const known = await provider.readAccounts([...new Set(rows.map((row) => row.account))]);
  const readAt = performance.now();
  const results = await mapLimited(rows, CALLS_AT_ONCE, async (row, index) => {
    const parsed = parseAmount(row.amount, row.currency);
    const snapshot = known.get(row.account);
    if (!parsed.ok || snapshot === undefined || 'missing' in snapshot)
      throw new Error(`row ${index + 1} can't be paid`);
    const bank =
      snapshot.destinations === 'hidden'
        ? undefined
        : snapshot.destinations.find((one) => one.currency === row.currency);
    return provider.pay({
      kind: 'payout',
      data: {
        account: row.account,
        amountMinor: parsed.amountMinor.toString(),
        currency: row.currency,
        description: row.description,
        reference: row.reference,
        destination:
          bank === undefined
            ? { kind: 'hidden' }
            : { kind: 'bank', id: bank.id, bankName: bank.bankName, last4: bank.last4, currency: bank.currency },
        balanceBeforeMinor: '0',
        reserveMinor: '0',
      },
      ids: {
        orgId: 'bare',
        executionId: `bare-${seed}`,
        effectId: `bare-${seed}-${index}`,
        page: '1-0',
        idempotencyKey: `bare-${seed}-${index}`,
      },
    });
  });
  const failed = results.filter((result) => result.status !== 'succeeded').length;
  if (failed > 0) throw new Error(`The bare script failed on ${failed} rows`);
  return { readSeconds: (readAt - started) / 1000, paySeconds: (performance.now() - readAt) / 1000 };
}

/** The peak of resident memory of the functions' processes, from the kernel's own accounts (Linux). */
function largestWorkerMiB(): number {
  let largest = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('functionsEmulatorRuntime')) continue;
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      largest = Math.max(largest, Number(peak?.[1] ?? 0) / 1024);
    } catch {
      // It ended meanwhile.
    }
  }
  return largest;
}
