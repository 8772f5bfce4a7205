import { between, recording } from '@countersign/domain/ledger/testing/memory-ledger';
import type { CommandInput } from '@countersign/domain/schemas/commands';
import { paths } from '@countersign/domain/paths';
import { beforeEach, describe, expect, test } from 'vitest';
import { expireJournals } from '../engine/expire-journals.ts';
import { expectSound } from '../engine/testing/sound.ts';
import { ORG, World } from '../engine/testing/world.ts';
import { runStatementQuery } from '../ledger/statements/run-statement-query.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream, ledgerIntents } from '../streams/index.ts';

type Proposed = CommandInput<'proposeChange'>['change'];
const REASON = 'Month end';
let world: World;

beforeEach(async () => {
  world = await World.open();
  await world.setMember('amir', { roles: ['approver', 'executive'] });
  await world.setMember('olivia', { roles: ['treasurer'] });
  await world.command('olivia', 'openAccounts', {
    accounts: [
      { id: 'office', name: 'Office', type: 'expense', parentId: null, postable: false, closed: false, mirrors: null },
      { id: 'rent', name: 'Rent', type: 'expense', parentId: 'office', postable: true, closed: false, mirrors: null },
      { id: 'bank', name: 'Bank', type: 'asset', parentId: null, postable: true, closed: false, mirrors: null },
    ],
  });
  await world.command('olivia', 'openPeriods', {
    periods: [
      { id: '2026-10', from: '2026-10-01', to: '2026-10-31' },
      { id: '2026-11', from: '2026-11-01', to: '2026-11-30' },
    ],
  });
});

async function proposed(
  change: Proposed,
): Promise<{ id: string; digest: string; impact: readonly string[]; state: string }> {
  const { proposalId } = await world.command('olivia', 'proposeChange', { change, reason: REASON });
  const proposal = await read(world.db, refs.proposal(ORG, proposalId));
  if (proposal === null) throw new Error('no proposal');
  return proposal;
}

async function agreed(change: Proposed): Promise<void> {
  const { id, digest } = await proposed(change);
  await world.command('amir', 'decideChange', { proposalId: id, digest, decision: 'approve', reason: REASON });
}

let posts = 0;
async function post(...intents: Parameters<typeof ledgerIntents>[2]): Promise<void> {
  await world.db.commit(ledgerIntents(ORG, `post-${(posts += 1)}`, intents, world.clock.at()));
  await drainStream(world.clock, ORG, 'ledger');
}

const close = (periodId: string): Proposed => ({ kind: 'period.change', action: 'close', periodId });
const state = async (periodId: string): Promise<string | undefined> =>
  (await read(world.db, refs.period(ORG, periodId)))?.state;

describe('a period', () => {
  test('shows what is still open before anybody proposes to close it, to those who may see money', async () => {
    const asked = async (uid: string, periodId = '2026-10'): Promise<readonly string[]> =>
      (await runStatementQuery(world.deps, 'readClosingChecklist', { uid }, { orgId: ORG, periodId })).lines;
    expect(await asked('olivia')).toEqual(
      expect.arrayContaining(['Done: nothing is pending up to 2026-10-31', 'Done: no alert is open']),
    );
    await post(
      recording('rent-october', between('rent', 'bank', '900'), 'pending', { journal: { effectiveDay: '2026-10-02' } }),
    );
    const lines = await asked('amir');
    expect(lines).toContainEqual(expect.stringMatching(/^Open: 2 balances have pending entries up to 2026-10-31/));
    expect((await proposed(close('2026-10'))).impact).toEqual(lines);
    await expect(asked('olivia', '2026-09')).rejects.toMatchObject({ code: 'not_found' });
    await world.command('ada', 'addMember', { uid: 'viktor', name: 'Viktor', email: 'viktor@example.com' });
    await world.setMember('viktor', { roles: ['viewer', 'developer'] });
    await expect(asked('viktor')).rejects.toMatchObject({ code: 'permission_denied' });
    await agreed(close('2026-10'));
    await expect(asked('olivia')).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  test('is closed by two people, who see what is open, and opened again by two', async () => {
    await post(
      recording('rent-october', between('rent', 'bank', '900'), 'pending', { journal: { effectiveDay: '2026-10-02' } }),
    );
    const proposal = await proposed(close('2026-10'));
    expect(proposal.impact).toEqual(
      expect.arrayContaining([
        'Done: the trial balance at 2026-10-31 is exactly zero in USD',
        expect.stringMatching(/^Open: 2 balances have pending entries up to 2026-10-31/),
        'Done: nothing lies in suspense at 2026-10-31',
      ]),
    );
    expect(await state('2026-10')).toBe('open');
    await expect(
      world.command('olivia', 'decideChange', {
        proposalId: proposal.id,
        digest: proposal.digest,
        decision: 'approve',
        reason: REASON,
      }),
    ).rejects.toMatchObject({ code: 'self_approval' });
    await world.command('amir', 'decideChange', {
      proposalId: proposal.id,
      digest: proposal.digest,
      decision: 'approve',
      reason: REASON,
    });
    expect(await state('2026-10')).toBe('closed');
    await agreed({ kind: 'period.change', action: 'reopen', periodId: '2026-10' });
    expect(await state('2026-10')).toBe('open');
    await expectSound(world);
  });

  test('is not closed before an earlier one, and what is not open can not be proposed', async () => {
    const { id, digest } = await proposed(close('2026-11'));
    await expect(
      world.command('amir', 'decideChange', { proposalId: id, digest, decision: 'approve', reason: REASON }),
    ).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('2026-10') });
    await agreed(close('2026-10'));
    await expect(proposed(close('2026-10'))).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(
      world.command('olivia', 'openPeriods', { periods: [{ id: 'x', from: '2026-11-30', to: '2026-12-31' }] }),
    ).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('2026-11') });
  });
});

describe('an account', () => {
  test('gets its limits from two people, its name from one', async () => {
    await agreed({ kind: 'account.change', accountId: 'bank', set: { guards: [{ kind: 'not_below_zero' }] } });
    expect(await read(world.db, refs.account(ORG, 'bank'))).toMatchObject({
      guards: [{ kind: 'not_below_zero' }],
      version: 2,
    });
    expect((await proposed({ kind: 'account.change', accountId: 'bank', set: { name: 'The bank' } })).state).toBe(
      'applied',
    );
    expect(await read(world.db, refs.account(ORG, 'bank'))).toMatchObject({ name: 'The bank', version: 3 });
    await expectSound(world);
  });

  test('that the writer does not close leaves an alert, which somebody looks at once', async () => {
    await post(recording('rent', between('rent', 'bank', '900')));
    await agreed({ kind: 'account.change', accountId: 'rent', set: { closed: true } });
    const [alert] = await world.db.query({ collection: paths.alerts(ORG), limit: 10 });
    expect(alert?.data).toMatchObject({ kind: 'refused', state: 'open', message: expect.stringContaining('rent') });
    const alertId = String(alert?.data['id']);
    await expect(world.command('amir', 'acknowledgeAlert', { alertId, note: '' })).rejects.toMatchObject({
      code: 'permission_denied',
    });
    await world.command('olivia', 'acknowledgeAlert', { alertId, note: 'Moved first' });
    expect((await read(world.db, refs.alert(ORG, alertId)))?.state).toBe('acknowledged');
    await expect(world.command('olivia', 'acknowledgeAlert', { alertId, note: '' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await expectSound(world);
  });

  test('is opened under one that is there, once, and not in another place', async () => {
    const account = {
      id: 'rent',
      name: 'Rent',
      type: 'expense',
      parentId: null,
      postable: true,
      closed: false,
      mirrors: null,
    } as const;
    await expect(world.command('olivia', 'openAccounts', { accounts: [account] })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await expect(
      world.command('olivia', 'openAccounts', { accounts: [{ ...account, id: 'new', parentId: 'nowhere' }] }),
    ).rejects.toMatchObject({ message: expect.stringContaining('nowhere') });
    // What the writer would refuse is told at once, and nothing of the list is opened.
    const under = { ...account, id: 'cash', parentId: 'office', type: 'asset' as const };
    await expect(
      world.command('olivia', 'openAccounts', { accounts: [{ ...account, id: 'new', parentId: 'office' }, under] }),
    ).rejects.toMatchObject({ code: 'failed_precondition', details: { reason: 'parent_type_differs' } });
    expect(await read(world.db, refs.account(ORG, 'new'))).toBeNull();
    await expect(world.command('amir', 'openAccounts', { accounts: [account] })).rejects.toMatchObject({
      code: 'permission_denied',
    });
    expect(await world.command('olivia', 'openAccounts', { accounts: [{ ...account, parentId: 'office' }] })).toEqual({
      opened: 0,
    });
  });
});

test('pending journals whose time is over are voided by the tick, with an event', async () => {
  const at = world.clock.at();
  const soon = new Date(Date.parse(at) + 60_000).toISOString();
  await post(
    recording('a', between('rent', 'bank', '5'), 'pending', { expiresAt: soon }),
    recording('b', between('rent', 'bank', '6'), 'pending'),
  );
  expect(await expireJournals(world.deps)).toBe(0);
  world.clock.pass(61_000);
  expect(await expireJournals(world.deps)).toBe(1);
  expect(await expireJournals(world.deps)).toBe(0);
  expect((await read(world.db, refs.journal(ORG, 'a')))?.state).toBe('voided');
  expect((await read(world.db, refs.journal(ORG, 'b')))?.state).toBe('pending');
  await drainStream(world.clock, ORG, 'audit');
  const events = await world.db.query({ collection: paths.audit(ORG), limit: 500 });
  expect(events.filter(({ data }) => (data['body'] as { type: string }).type === 'journals.expired')).toHaveLength(1);
  await expectSound(world);
});
