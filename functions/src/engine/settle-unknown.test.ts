import type { Journal } from '@countersign/domain/schemas/journal';
import type { Execution } from '@countersign/domain/schemas/execution';
import { unknownProposalSchema, unknownSchema, type UnknownProposal } from '@countersign/domain/schemas/unknown';
import { beforeEach, expect, test } from 'vitest';
import { config } from '../config.ts';
import { Life, mortal } from './testing/mortal.ts';
import { changeSettings } from './testing/settings.ts';
import { expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';
import { nextAsk } from './settle-unknown.ts';
import { runWork } from './worker.ts';

changeSettings({ pageSize: 2 });

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
  ['B-1', BRAVO, '2000.50', 'USD'],
]);
const LATER_MS = 10 * 60_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
});

const unknowns = () => world.documents('unknowns').map((one) => unknownSchema.parse(one));
const proposals = (): UnknownProposal[] =>
  world.documents('unknownProposals').map((one) => unknownProposalSchema.parse(one));
const journalOf = (reference: string): Journal | undefined =>
  (world.documents('journals') as unknown as Journal[]).find((journal) => journal.memo === `Payout ${reference}`);
const keyOf = (reference: string): string => unknowns().find((one) => one.reference === reference)?.key ?? reference;

/** A run in which nobody knows what became of A-2, some minutes ago. */
async function inDoubt(fault: 'timeout_before' | 'timeout_after' = 'timeout_before'): Promise<Execution> {
  world.provider.break('A-2', fault);
  const ended = await world.payOut(FILE);
  world.clock.pass(LATER_MS);
  return ended;
}

async function propose(
  execution: Execution,
  finding: 'paid' | 'not_paid',
  uid = 'bea',
  more: { providerId?: string; references?: string[] } = {},
): Promise<string> {
  const { references = ['A-2'], ...rest } = more;
  const input = { executionId: execution.id, effectKeys: references.map(keyOf), finding, reason: 'seen at the bank' };
  return (await world.command(uid, 'proposeUnknownSettlement', { ...input, ...rest })).proposalId;
}
const decide = (proposalId: string, decision: 'approve' | 'reject' = 'approve', uid = 'amir') =>
  world.command(uid, 'decideUnknownSettlement', { proposalId, decision, reason: 'I have looked too' });

test('the list says what is unknown, since when, how much, to whom, in which run', async () => {
  const ended = await inDoubt();
  expect(unknowns()).toMatchObject([
    {
      executionId: ended.id,
      title: ended.title,
      reference: 'A-2',
      account: ALPHA,
      currency: 'EUR',
      amountMinor: '1234',
      line: 3,
      code: 'provider_timeout',
      proposalId: null,
    },
  ]);
  await expectSound(world);
});

test('not paid, say two people: failed, the journal voided, the claim free for another run under another key', async () => {
  const ended = await inDoubt();
  const proposalId = await propose(ended, 'not_paid');
  expect(unknowns()).toMatchObject([{ proposalId }]);
  expect(await decide(proposalId)).toEqual({ state: 'approved' });
  expect(unknowns()).toEqual([]);
  await world.work();
  const settled = await world.execution(ended.id);
  expect(settled).toMatchObject({
    state: 'needs_repair',
    tally: { counts: { succeeded: 2, failed: 1, unknown: 0 }, failed: [{ currency: 'EUR', amountMinor: '1234' }] },
    report: { success: false },
  });
  expect(journalOf('A-2')?.state).toBe('voided');
  expect(world.claims()['A-2']).toBeUndefined();
  expect(proposals()).toMatchObject([{ state: 'approved', proposedBy: 'bea', decidedBy: 'amir' }]);
  expect(world.audit().map(({ body }) => body.type)).toEqual(
    expect.arrayContaining(['unknown.proposed', 'unknown.settled']),
  );
  await expectSound(world);
  const again = await world.payOut(csvOf([['A-2', ALPHA, '12.34', 'EUR']]));
  expect(again.state).toBe('completed');
  const keys = world.provider.requests
    .filter(({ data }) => data.reference === 'A-2')
    .map(({ ids }) => ids.idempotencyKey);
  expect(new Set(keys).size).toBe(2);
  await expectSound(world);
});

test('paid, say two people: succeeded, the journal posted, the run completed and reported anew', async () => {
  const ended = await inDoubt('timeout_after');
  // The provider has it, but not so that the platform finds it: its metadata is gone.
  const made = world.provider.payouts.find(({ reference }) => reference === 'A-2');
  Object.assign(made ?? {}, { effectId: '', key: '' });
  const proposalId = await propose(ended, 'paid', 'amir');
  expect(await decide(proposalId, 'approve', 'bea')).toEqual({ state: 'approved' });
  await world.work();
  expect(await world.execution(ended.id)).toMatchObject({
    state: 'completed',
    journalCount: 3,
    tally: { counts: { succeeded: 3, failed: 0, unknown: 0 } },
    report: { success: true },
    agreement: { differenceCount: 0 },
  });
  expect(journalOf('A-2')?.state).toBe('posted');
  expect(world.claims()['A-2']).toBe(ended.id);
});

test.each([
  ['who asked for the run', 'otto', 'bea'],
  ['who has proposed', 'amir', 'amir'],
])('%s does not decide', async (_, proposer, decider) => {
  world.provider.break('A-2', 'timeout_before');
  const id = await world.request(FILE, {}, 'otto');
  await world.work();
  await world.approve(await world.execution(id));
  await world.work();
  world.clock.pass(LATER_MS);
  const execution = await world.execution(id);
  if (proposer === 'otto') {
    await expect(propose(execution, 'not_paid', 'otto')).rejects.toMatchObject({ code: 'permission_denied' });
    const proposalId = await propose(execution, 'not_paid', 'bea');
    await expect(decide(proposalId, 'approve', 'otto')).rejects.toMatchObject({ code: 'permission_denied' });
    return;
  }
  const proposalId = await propose(execution, 'not_paid', proposer);
  await expect(decide(proposalId, 'approve', decider)).rejects.toMatchObject({ code: 'self_approval' });
  // But he may take it back, and somebody may propose anew.
  expect(await decide(proposalId, 'reject', decider)).toEqual({ state: 'rejected' });
  expect(unknowns()).toMatchObject([{ proposalId: null }]);
  await propose(execution, 'not_paid', 'bea');
});

test('operators and viewers neither propose nor decide', async () => {
  const ended = await inDoubt();
  await expect(propose(ended, 'not_paid', 'olivia')).rejects.toMatchObject({ code: 'permission_denied' });
  const proposalId = await propose(ended, 'not_paid');
  await expect(decide(proposalId, 'approve', 'ada')).rejects.toMatchObject({ code: 'permission_denied' });
});

test('the provider says otherwise: not paid is refused, with what it found, and nothing changes', async () => {
  world.provider.break('A-2', 'timeout_after');
  const ended = await world.payOut(FILE);
  // Its answer comes late: nobody has asked since.
  world.dropWakes = true;
  world.clock.pass(LATER_MS);
  const proposalId = await propose(ended, 'not_paid');
  await expect(decide(proposalId)).rejects.toThrow(/provider says otherwise: A-2 was paid as po_/);
  expect(unknowns()).toHaveLength(1);
  expect(journalOf('A-2')?.state).toBe('pending');
  expect(proposals()).toMatchObject([{ state: 'open' }]);
  // The engine finds it by itself, and that closes the proposal.
  world.dropWakes = false;
  await world.later(config.askAgainMs);
  expect(await world.execution(ended.id)).toMatchObject({ state: 'completed' });
  expect(proposals()).toMatchObject([{ state: 'superseded' }]);
  await expect(decide(proposalId)).rejects.toThrow(/superseded already/);
  await expectSound(world);
});

test('paid under an id that the provider does not have, or that is another payment', async () => {
  const ended = await inDoubt();
  const none = await propose(ended, 'paid', 'bea', { providerId: 'po_none' });
  await expect(decide(none)).rejects.toThrow(/has no payment po_none/);
  await decide(none, 'reject');
  const other = world.provider.payouts.find(({ reference }) => reference === 'A-1');
  const wrong = await propose(ended, 'paid', 'bea', { providerId: other?.id ?? '' });
  await expect(decide(wrong)).rejects.toMatchObject({ code: 'failed_precondition' });
  expect(unknowns()).toHaveLength(1);
});

test('the provider does not answer: nothing is settled', async () => {
  const ended = await inDoubt();
  const proposalId = await propose(ended, 'not_paid');
  world.provider.brokenReads = 5;
  await expect(decide(proposalId)).rejects.toMatchObject({ code: 'unavailable' });
  expect(unknowns()).toHaveLength(1);
});

test('too early: a payment may still be on its way', async () => {
  world.provider.break('A-2', 'timeout_before');
  const ended = await world.payOut(FILE);
  await expect(propose(ended, 'not_paid')).rejects.toThrow(/still be on its way/);
  await propose(ended, 'paid');
});

test('several at once, over pages; a second proposal for one of them is refused', async () => {
  world.provider.break('A-1', 'timeout_before').break('A-2', 'timeout_before').break('B-1', 'timeout_before');
  const ended = await world.payOut(FILE);
  world.clock.pass(LATER_MS);
  const proposalId = await propose(ended, 'not_paid', 'bea', { references: ['A-1', 'A-2', 'B-1'] });
  await expect(propose(ended, 'paid', 'amir')).rejects.toThrow(/proposed already/);
  await decide(proposalId);
  await world.work();
  expect(await world.execution(ended.id)).toMatchObject({ tally: { counts: { failed: 3, unknown: 0 } } });
  await expectSound(world);
});

test('two people decide while a worker asks, whatever comes first: settled once, the ledger as the provider', async () => {
  for (let moment = 1; ; moment += 1) {
    world = await World.open();
    world.provider.break('A-2', 'timeout_before');
    const ended = await world.payOut(FILE);
    const proposalId = await (world.clock.pass(LATER_MS), propose(ended, 'not_paid'));
    // The worker has come so far when they decide.
    const life = new Life(moment);
    const slow = mortal(world.deps, life);
    await runWork(slow, ORG, ended.id).catch((error: unknown) => {
      if (!life.over) throw error;
    });
    await decide(proposalId);
    await world.later(config.leaseMs + 1_000);
    expect(await world.execution(ended.id), `moment ${moment}`).toMatchObject({
      tally: { counts: { failed: 1, unknown: 0 } },
      report: { success: false },
    });
    await expectSound(world);
    if (!life.over) break;
  }
});

test('they decide while the worker counts: it counts again', async () => {
  const ended = await inDoubt();
  const proposalId = await propose(ended, 'not_paid');
  const { provider } = world;
  const find = provider.find.bind(provider);
  let decided = false;
  provider.find = async (query) => {
    const found = await find(query);
    if (!decided) {
      decided = true;
      await decide(proposalId);
    }
    return found;
  };
  await world.later(config.askAgainMs);
  expect(await world.execution(ended.id)).toMatchObject({
    tally: { counts: { failed: 1, unknown: 0 } },
    report: { success: false },
  });
  await expectSound(world);
});

test('the next asking comes ever later, at most a day, and not after thirty days', () => {
  const endedAt = '2026-01-01T00:00:00.000Z';
  const tally = { counts: { succeeded: 0, failed: 0, unknown: 1, untouched: 0 } };
  const execution = { tally, endedAt } as unknown as Execution;
  const waitAfter = (ms: number): number | null => {
    const now = new Date(Date.parse(endedAt) + ms);
    const next = nextAsk(execution, now);
    return next === null ? null : (Date.parse(next) - now.getTime()) / 60_000;
  };
  const minutes = 60_000;
  expect([0, 2, 10, 60, 24 * 60, 3 * 24 * 60, 30 * 24 * 60].map((one) => waitAfter(one * minutes))).toEqual([
    1, 1, 5, 30, 720, 1440, 1440,
  ]);
  expect(waitAfter(30 * 24 * 60 * minutes + 1)).toBeNull();
});
