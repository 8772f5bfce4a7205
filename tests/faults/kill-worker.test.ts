import { readFile } from 'node:fs/promises';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DemoClient } from '../../scripts/demo/client.ts';
import { isAlive, markedProcesses, signal, sleep } from '../../scripts/local/processes.ts';
import { seedPlatform } from '../../scripts/local/seed.ts';
import { startPlatform, type Platform } from '../../scripts/platform.ts';
import { verifyRunningOrganization } from '../../scripts/verify/running.ts';
import { LocalStripe, richAccounts } from '../support/local-stripe.ts';
import { Members, type SeededPlatform } from '../support/members.ts';

const ROWS = 300;
const ACCOUNTS = richAccounts(12);
/** Every payout takes this long, sixteen at a time: apply takes some seconds, and there is a middle to die in. */
const DELAY_MS = 250;
const END_LIMIT_MS = 90_000;
/** Two runs, a platform and its first processes, on a machine that does other things too. */
const TEST_LIMIT_MS = 240_000;

let platform: Platform;
let seeded: SeededPlatform;
let members: Members;
let stripe: LocalStripe;

beforeAll(async () => {
  // A lease that a test can wait for, and pages small enough for the worker to die between two and within one.
  platform = await startPlatform({ ports: 'free', env: { LEASE_MS: '4000', PAGE_SIZE: '20' } });
  const { organizationId, accounts } = await seedPlatform(platform.env);
  seeded = { projectId: platform.projectId, env: platform.env, organizationId, accounts };
  members = new Members(seeded);
  stripe = new LocalStripe(platform.env);
});
afterAll(async () => {
  await members?.close();
  await platform?.stop();
});

/** The same money to the same accounts under references of its own. */
function payouts(prefix: string): Uint8Array {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const account = ACCOUNTS[index % ACCOUNTS.length] ?? '';
    return `${prefix}-${index},${account},${(1 + index / 100).toFixed(2)},USD,row ${index}`;
  });
  return new TextEncoder().encode(['reference,account,amount,currency,description', ...rows].join('\n'));
}

/** Upload, plan and sign. @returns the execution, which now applies */
async function begin(prefix: string): Promise<{ operator: DemoClient; id: string }> {
  const [operator, approver] = [await members.as('operator'), await members.as('approver')];
  const file = await operator.upload(`${prefix}.csv`, payouts(prefix));
  const { executionId: id } = await operator.call('requestExecution', {
    operationId: 'stripe-payout',
    parameters: { file: file.id },
  });
  const planned = await operator.execution(id, (execution) => execution.state !== 'planning', END_LIMIT_MS);
  expect(planned.plan?.effectCount).toBe(ROWS);
  await approver.call('approveExecution', { executionId: id, digest: planned.plan?.digest ?? '' });
  return { operator, id };
}

const ended = (execution: Execution): boolean => END_STATES.includes(execution.state) && execution.report !== null;

/** The processes of this platform, and of no other, that run the worker. */
async function workerProcesses(): Promise<number[]> {
  const runId = platform.logFile.replace(/^.*\/(.+)\.log$/, '$1');
  const found: number[] = [];
  for (const pid of await markedProcesses(runId)) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes('FUNCTION_TARGET=worker')) found.push(pid);
  }
  return found;
}

/** What the run did to the ledger, by account: the change of each balance. */
async function ledgerOf(work: () => Promise<unknown>): Promise<Record<string, string>> {
  const read = async (): Promise<Map<string, bigint>> => {
    const { report } = await verifyRunningOrganization(platform.env, seeded.organizationId);
    expect(report.findings).toEqual([]);
    return readBalances();
  };
  const before = await read();
  await work();
  const after = await read();
  const changes = [...after].map(([key, amount]) => [key, amount - (before.get(key) ?? 0n)] as const);
  return Object.fromEntries(
    changes.filter(([, change]) => change !== 0n).map(([key, change]) => [key, String(change)]),
  );
}

/** Posted debits less credits, by account and currency; pending ones under a name of their own. */
async function readBalances(): Promise<Map<string, bigint>> {
  const host = platform.env['FIRESTORE_EMULATOR_HOST'] ?? '';
  const parent = `http://${host}/v1/projects/${platform.projectId}/databases/(default)/documents/orgs/${seeded.organizationId}`;
  const found = new Map<string, bigint>();
  for (let token = ''; ;) {
    const response = await fetch(`${parent}/balances?pageSize=300&pageToken=${token}`, {
      headers: { authorization: 'Bearer owner' },
    });
    const page = (await response.json()) as {
      documents?: { fields: Record<string, { stringValue?: string }> }[];
      nextPageToken?: string;
    };
    for (const { fields } of page.documents ?? []) {
      const text = (name: string): string => fields[name]?.stringValue ?? '0';
      const key = `${text('accountId')} ${text('currency')}`;
      found.set(key, BigInt(text('postedDebitMinor')) - BigInt(text('postedCreditMinor')));
      found.set(`${key} pending`, BigInt(text('pendingDebitMinor')) - BigInt(text('pendingCreditMinor')));
    }
    token = page.nextPageToken ?? '';
    if (token === '') return found;
  }
}

async function expectPaidOnce(execution: Execution): Promise<void> {
  expect(execution).toMatchObject({ state: 'completed', journalCount: ROWS, agreement: { differenceCount: 0 } });
  const paid = await stripe.payoutsOf(execution.id);
  expect(paid).toHaveLength(ROWS);
  expect(new Set(paid.map((payout) => payout.metadata['countersign_effect'])).size).toBe(ROWS);
}

test(
  'the worker is killed in the middle of apply: the same payouts and the same ledger as a run left alone',
  async () => {
    const leftAlone = await ledgerOf(async () => {
      const { operator, id } = await begin('alone');
      await expectPaidOnce(await operator.execution(id, ended, END_LIMIT_MS));
    });
    expect(Object.keys(leftAlone).length).toBeGreaterThan(2 * ACCOUNTS.length);

    const withDeath = await ledgerOf(async () => {
      await stripe.addFault({
        match: { method: 'POST', path: '/v1/payouts' },
        action: 'delay',
        delayMs: DELAY_MS,
        times: 10_000,
      });
      const { operator, id } = await begin('killed');
      await expect
        .poll(async () => (await stripe.payoutsOf(id)).length, { timeout: END_LIMIT_MS, interval: 50 })
        .toBeGreaterThan(ROWS / 5);
      const victims = await workerProcesses();
      expect(victims.length).toBeGreaterThan(0);
      for (const pid of victims) signal(pid, 'SIGKILL');
      await sleep(DELAY_MS + 100);
      expect(victims.filter(isAlive)).toEqual([]);
      const atDeath = (await stripe.payoutsOf(id)).length;
      expect(atDeath).toBeLessThan(ROWS);
      await stripe.clearFaults();
      const execution = await operator.execution(id, ended, END_LIMIT_MS);
      await expectPaidOnce(execution);
    });
    expect(withDeath).toEqual(leftAlone);
    const { ok, trialBalance } = await verifyRunningOrganization(platform.env, seeded.organizationId);
    expect({ ok, trialBalance }).toEqual({ ok: true, trialBalance: '0' });
  },
  TEST_LIMIT_MS,
);
