import { claimSchema } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { claimId } from '@countersign/domain/plan/effect-checks';
import { beforeEach, describe, expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';

const HOUR_MS = 3_600_000;
const FILE = csvOf([['INV-1', ALPHA, '10.00', 'USD']]);
let world: World;
beforeEach(async () => {
  world = await World.open();
});

/** `held` by the run; `gone`: never spent, as if it had not been; `free`: for another run, at a higher attempt. */
async function claimAfter(execution: Execution): Promise<string> {
  const claim = await read(world.db, refs.claim(ORG, claimId('payout', ' inv-1 ')));
  if (claim === null) return 'gone';
  const by = claim.executionId === null ? 'free' : claim.executionId === execution.id ? 'held' : 'held by another';
  return claim.attempt === 1 ? by : `${by}, attempt ${claim.attempt}`;
}

type Story = (planned: Execution) => Promise<unknown>;
const pay: Story = async (planned) => {
  await world.approve(planned);
  await world.work();
};
const reject: Story = (planned) =>
  world.command('amir', 'rejectExecution', {
    executionId: planned.id,
    digest: planned.plan?.digest ?? '',
    reason: 'not this',
  });
const cancel: Story = (planned) =>
  world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'not now' });
const stop = () => world.command('ada', 'setStop', { active: true, reason: 'wait' });
const settle = async (planned: Execution, finding: 'paid' | 'not_paid'): Promise<void> => {
  world.clock.pass(10 * 60_000);
  const key = String(world.documents('unknowns')[0]?.['key']);
  const input = { executionId: planned.id, effectKeys: [key], finding, reason: 'seen at the bank' };
  const { proposalId } = await world.command('bea', 'proposeUnknownSettlement', input);
  await world.command('amir', 'decideUnknownSettlement', { proposalId, decision: 'approve', reason: 'so it is' });
};

const STORIES: readonly (readonly [what: string, claim: string, story: Story])[] = [
  ['waits for approval', 'held', async () => undefined],
  ['is signed, and all payments are stopped', 'held', async (planned) => (await stop(), pay(planned))],
  ['was rejected', 'gone', reject],
  ['was cancelled before it was signed', 'gone', cancel],
  ['has expired', 'gone', async () => world.later(80 * HOUR_MS)],
  ['has drifted before anything was sent', 'gone', async (planned) => (world.provider.changeBank(ALPHA), pay(planned))],
  [
    'was cancelled while it was stopped',
    'gone',
    async (planned) => (await stop(), await pay(planned), await cancel(planned), world.later(20_000)),
  ],
  ['was paid', 'held', pay],
  [
    'was refused by the provider',
    'free, attempt 2',
    async (planned) => (world.provider.break('INV-1', 'refuse'), pay(planned)),
  ],
  ['is unknown', 'held', async (planned) => (world.provider.break('INV-1', 'timeout_before'), pay(planned))],
  [
    'was unknown, and two people found that it was not paid',
    'free, attempt 2',
    async (planned) => (
      world.provider.break('INV-1', 'timeout_before'),
      await pay(planned),
      await settle(planned, 'not_paid')
    ),
  ],
  [
    'was unknown, and two people found that it was paid',
    'held',
    async (planned) => (
      world.provider.break('INV-1', 'timeout_before'),
      await pay(planned),
      await settle(planned, 'paid')
    ),
  ],
  [
    'was unknown, and was found',
    'held',
    async (planned) => (
      world.provider.break('INV-1', 'timeout_after'),
      await pay(planned),
      await world.later(2 * 60_000)
    ),
  ],
];

describe('the claim of a run that', () => {
  test.each(STORIES)('%s: %s', async (_, claim, story) => {
    const planned = await world.plan(FILE);
    await story(planned);
    await world.work();
    expect(await claimAfter(planned)).toBe(claim);
    // Held means that no other run can have it, however it is written; else the next one takes it.
    const next = await world.plan(csvOf([['inv–1\u00a0', BRAVO, '20.00', 'USD']]));
    expect(next.state).toBe(claim.startsWith('held') ? 'failed' : 'awaiting_approval');
  });
});

test('a plan that fails takes none', async () => {
  const failed = await world.plan(csvOf([['INV-1', ALPHA, '999999999.00', 'USD']]));
  expect(failed.state).toBe('failed');
  expect(await claimAfter(failed)).toBe('gone');
});

test('a raised attempt outlives runs that come to nothing', async () => {
  world.provider.break('INV-1', 'refuse');
  await world.payOut(FILE);
  for (const end of [reject, cancel]) {
    const planned = await world.plan(FILE);
    expect(await claimAfter(planned)).toBe('held, attempt 2');
    await end(planned);
    await world.work();
    expect(await claimAfter(planned)).toBe('free, attempt 2');
  }
  world.provider.break('INV-1', 'refuse');
  const again = await world.payOut(FILE);
  expect(await claimAfter(again)).toBe('free, attempt 3');
  expect(world.documents('claims').map((claim) => claimSchema.parse(claim).attempt)).toEqual([3]);
});
