import { randomUUID } from 'node:crypto';
import type { Execution } from '@countersign/domain/schemas/execution';
import { claimId } from '@countersign/domain/plan/effect-checks';
import { paths } from '@countersign/domain/paths';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DemoClient } from '../../scripts/demo/client.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';
import { verifyRunningOrganization } from '../../scripts/verify/running.ts';
import { signature } from '../../scripts/local/stripe/webhooks.ts';
import { LocalStripe, richAccounts, type DumpedPayout } from '../support/local-stripe.ts';
import { Members } from '../support/members.ts';
import { firestoreDatabase } from '../../functions/src/store/firestore-database.ts';
import type { Database } from '../../functions/src/store/database.ts';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';

/** Stripe fails a payout a while after it was accepted: real webhooks, from the local Stripe to the function. */
const info = sharedPlatform();
const orgId = info.organizationId ?? '';
const members = new Members({ ...info, organizationId: orgId });
const stripe = new LocalStripe(info.env);
const [ALPHA = '', BRAVO = ''] = richAccounts(2);
const RUN = randomUUID().slice(0, 8);
const WAIT_MS = 60_000;

let operator: DemoClient;
let approver: DemoClient;
const admin = initializeApp({ projectId: info.projectId }, RUN);
const db: Database = firestoreDatabase(getFirestore(admin));

beforeAll(async () => {
  [operator, approver] = await Promise.all([members.as('operator'), members.as('approver')]);
});
afterAll(async () => {
  await stripe.weather({});
  await members.close();
  await deleteApp(admin);
});

async function payOut(...rows: string[]): Promise<Execution> {
  const text = ['reference,account,amount,currency,description', ...rows].join('\r\n');
  const file = await operator.upload(`later-${randomUUID().slice(0, 6)}.csv`, new TextEncoder().encode(text));
  const { executionId } = await operator.call('requestExecution', {
    operationId: 'stripe-payout',
    parameters: { file: file.id },
  });
  const planned = await operator.execution(executionId, (one) => one.state !== 'planning', WAIT_MS);
  expect(planned.state).toBe('awaiting_approval');
  await approver.call('approveExecution', { executionId, digest: planned.plan?.digest ?? '' });
  return operator.execution(executionId, (one) => one.report !== null, WAIT_MS);
}

async function paid(execution: Execution, reference: string): Promise<DumpedPayout> {
  const payouts = await stripe.payoutsOf(execution.id);
  const found = payouts.find((payout) => payout.metadata['countersign_reference'] === reference);
  if (found === undefined) throw new Error(`${reference} was not paid`);
  return found;
}

const claimHolder = async (reference: string): Promise<unknown> =>
  (await db.get(paths.claim(orgId, claimId('payout', reference))))?.data['executionId'];

test('arrives and comes back, as Stripe’s webhooks say; the books agree, and a second run pays it again', async () => {
  const [first, second] = [`${RUN}-1`, `${RUN}-2`];
  const run = await payOut(`${first},${ALPHA},12.00,USD,M`, `${second},${BRAVO},7.00,USD,M`);
  expect(run).toMatchObject({ state: 'completed', transit: { inTransit: [{ amountMinor: '1900', count: 2 }] } });
  expect(await claimHolder(first)).toBe(run.id);
  // Events come twice, and the newest first.
  await stripe.weather({ hold: true, duplicates: 1 });
  const [back, arrived] = [await paid(run, first), await paid(run, second)];
  await stripe.settle(arrived.id, 'pay');
  await stripe.settle(back.id, 'pay');
  await stripe.settle(back.id, 'fail', { code: 'account_closed', message: 'The bank account has been closed.' });
  await stripe.release('reverse');
  await stripe.weather({});
  const after = await operator.execution(
    run.id,
    (one) => one.transit?.inTransit.length === 0 && one.report !== null,
    WAIT_MS,
  );
  expect(after).toMatchObject({
    state: 'needs_repair',
    tally: { counts: { succeeded: 1, failed: 1, unknown: 0, untouched: 0 } },
    transit: { settled: [{ amountMinor: '700', count: 1 }], returned: [{ amountMinor: '1200', count: 1 }] },
    journalCount: 1,
  });
  expect(await claimHolder(first)).toBeNull();
  expect(await claimHolder(second)).toBe(run.id);
  const journals = await db.query({
    collection: paths.journals(orgId),
    where: [['source.executionId', '==', run.id]],
    limit: 10,
  });
  expect(journals.filter(({ data }) => data['reverses'] !== null)).toHaveLength(1);
  expect(await verifyRunningOrganization(info.env, orgId)).toMatchObject({ ok: true, trialBalance: '0' });

  const again = await payOut(`${first},${ALPHA},12.00,USD,M`);
  expect(again.state).toBe('completed');
  const payment = await paid(again, first);
  expect(payment.metadata['countersign_key']).not.toBe(back.metadata['countersign_key']);
}, 180_000);

test('what Stripe has not signed is refused by the function', async () => {
  const url = info.env['STRIPE_WEBHOOK_URL'] ?? '';
  const body = JSON.stringify({ id: 'evt_1', type: 'payout.failed', livemode: false, data: { object: {} } });
  const post = async (header: string): Promise<number> =>
    (await fetch(url, { method: 'POST', body, headers: { 'stripe-signature': header } })).status;
  expect(await post(signature(body, 'whsec_wrong'))).toBe(400);
  const secret = info.env['STRIPE_WEBHOOK_SECRET'] ?? '';
  expect(await post(signature(body, secret, Math.floor(Date.now() / 1000) - 3_600))).toBe(400);
  expect(await post(signature(body, secret))).toBe(200);
  expect((await fetch(url)).status).toBe(405);
});
