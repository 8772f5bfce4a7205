import type { CommandInput } from '@countersign/domain/schemas/commands';
import type { Proposal } from '@countersign/domain/schemas/proposal';
import { definePlugin } from '@countersign/plugin-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { organizationCatalogue } from '../engine/organization-catalogue.ts';
import { inProcess } from '../engine/testing/in-process-plugin.ts';
import { expectSound } from '../engine/testing/sound.ts';
import { ALPHA, csvOf, ORG, World } from '../engine/testing/world.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';

type Proposed = CommandInput<'proposeChange'>['change'];
let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.setMember('amir', { roles: ['approver', 'admin'] });
  await world.setMember('olivia', { roles: ['operator'] });
});

const REASON = 'Because it is needed';
const propose = (uid: string, change: Proposed) => world.command(uid, 'proposeChange', { change, reason: REASON });
const proposal = async (id: string): Promise<Proposal> => {
  const found = await read(world.db, refs.proposal(ORG, id));
  if (found === null) throw new Error('no proposal');
  return found;
};
const decide = async (
  uid: string,
  id: string,
  decision: 'approve' | 'reject' | 'withdraw' = 'approve',
  digest?: string,
) =>
  world.command(uid, 'decideChange', {
    proposalId: id,
    digest: digest ?? (await proposal(id)).digest,
    decision,
    reason: REASON,
  });
const member = async (uid: string) => read(world.db, refs.member(ORG, uid));

const grant: Proposed = { kind: 'member.roles', uid: 'olivia', roles: ['operator', 'approver'], active: true };
const hosts: Proposed = { kind: 'hosts.set', allowedHosts: ['erp.example.com'] };
const secret: Proposed = { kind: 'secret.set', name: 'stripe-secret-key', value: 'sk_test_very_secret_value' };
const priceType: Proposed = {
  kind: 'record-type.set',
  recordType: { type: 'price', title: 'Price', fields: [{ name: 'value', type: 'decimal', required: true }] },
};
const policy: Proposed = {
  kind: 'policy.set',
  policyId: 'payments',
  policy: {
    name: 'Payments',
    active: true,
    expiryHours: 24,
    rules: [{ name: 'Everything', when: {}, levels: [{ role: 'approver', people: 2 }] }],
  } as never,
};

const payees: Proposed = { kind: 'member.payees', uid: 'olivia', payeeAccounts: [ALPHA] };

describe('a change takes two people', () => {
  test.each<[string, Proposed, () => Promise<unknown>]>([
    ['roles', grant, async () => (await member('olivia'))?.roles],
    ['hosts', hosts, async () => (await read(world.db, refs.organization(ORG)))?.allowedHosts],
    [
      'the connector',
      { kind: 'connector.set', account: 'acct_New', mode: 'live' },
      async () => (await read(world.db, refs.organization(ORG)))?.provider,
    ],
    ['a secret', secret, async () => (await read(world.db, refs.secret(ORG, 'stripe-secret-key')))?.storedAs],
    ['a record type', priceType, async () => (await read(world.db, refs.recordType(ORG, 'price')))?.title],
    ['the policy', policy, async () => (await read(world.db, refs.policy(ORG, 'payments')))?.expiryHours],
    ['whose accounts a run pays', payees, async () => (await member('olivia'))?.payeeAccounts],
  ])('%s', async (_, change, now) => {
    const before = await now();
    const { proposalId, state } = await propose('ada', change);
    expect(state).toBe('open');
    expect(await now()).toEqual(before);
    await expect(decide('ada', proposalId)).rejects.toMatchObject({ code: 'self_approval' });
    await expect(decide('olivia', proposalId)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(decide('amir', proposalId, 'approve', 'f'.repeat(64))).rejects.toMatchObject({ code: 'stale_digest' });
    expect(await now()).toEqual(before);
    await decide('amir', proposalId);
    expect(await now()).not.toEqual(before);
    expect(await proposal(proposalId)).toMatchObject({ state: 'applied', proposedBy: 'ada', decidedBy: 'amir' });
    await expect(decide('amir', proposalId)).rejects.toMatchObject({ code: 'failed_precondition' });
    await expectSound(world);
  });

  test('refused or taken back, it changes nothing', async () => {
    const [first, second] = [await propose('ada', hosts), await propose('ada', hosts)];
    await decide('amir', first.proposalId, 'reject');
    await expect(decide('amir', second.proposalId, 'withdraw')).rejects.toMatchObject({ code: 'permission_denied' });
    await decide('ada', second.proposalId, 'withdraw');
    expect((await read(world.db, refs.organization(ORG)))?.allowedHosts).toEqual([]);
    expect((await proposal(second.proposalId)).state).toBe('withdrawn');
  });

  test('what was changed meanwhile is not overwritten', async () => {
    const [first, second] = [
      await propose('ada', hosts),
      await propose('ada', { kind: 'hosts.set', allowedHosts: ['a.example.com'] }),
    ];
    await decide('amir', second.proposalId);
    await expect(decide('amir', first.proposalId)).rejects.toMatchObject({ code: 'stale_digest' });
    expect((await read(world.db, refs.organization(ORG)))?.allowedHosts).toEqual(['a.example.com']);
  });

  test('a proposal that was edited in the database is not applied', async () => {
    const { proposalId } = await propose('ada', hosts);
    const stored = await proposal(proposalId);
    await world.db.commit([
      {
        op: 'update',
        path: refs.proposal(ORG, proposalId).path,
        data: { change: JSON.stringify({ kind: 'hosts.set', allowedHosts: ['evil.example.com'] }) },
      },
    ]);
    await expect(decide('amir', proposalId, 'approve', stored.digest)).rejects.toMatchObject({ code: 'stale_digest' });
    expect((await read(world.db, refs.organization(ORG)))?.allowedHosts).toEqual([]);
  });

  test('an old proposal can no longer be approved', async () => {
    const { proposalId } = await propose('ada', hosts);
    world.clock.pass(15 * 86_400_000);
    await expect(decide('amir', proposalId)).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  test.each<[string, Proposed]>([
    ['grants roles', grant],
    ['sets a secret', secret],
    ['changes the policy', policy],
    ['allows a host', hosts],
  ])('an operator who %s is refused, and it is audited', async (_, change) => {
    await expect(propose('olivia', change)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(world.documents('proposals')).toEqual([]);
    expect(world.audit().at(-1)?.body).toMatchObject({ type: 'command.denied', data: { command: 'proposeChange' } });
  });

  test('nobody decides on their own roles, whoever has proposed them', async () => {
    const { proposalId } = await propose('ada', {
      ...grant,
      uid: 'amir',
      roles: ['approver', 'admin', 'treasurer'],
    } as Proposed);
    await expect(decide('amir', proposalId)).rejects.toMatchObject({
      code: 'self_approval',
      message: 'Nobody decides on their own roles.',
    });
  });
});

describe('who has a part in a change does not decide it', () => {
  const hence = (days: number): string => new Date(world.clock.now().getTime() + days * 86_400_000).toISOString();
  const delegate = async (fromUid: string, toUid: string, startsAt?: string): Promise<string> =>
    (
      await world.command(fromUid, 'setDelegation', {
        toUid,
        ...(startsAt !== undefined && { startsAt }),
        roles: [fromUid === 'amir' ? 'approver' : 'admin'],
        endsAt: hence(2),
        reason: REASON,
      })
    ).delegationId;

  test.each([
    ['the delegate of who proposes it', 'ada', 'amir'],
    ['who proposes it stands for them', 'amir', 'ada'],
  ])('%s', async (_, fromUid, toUid) => {
    const { proposalId } = await propose('ada', hosts);
    const delegationId = await delegate(fromUid, toUid);
    for (const decision of ['approve', 'reject'] as const)
      await expect(decide('amir', proposalId, decision)).rejects.toMatchObject({
        code: 'self_approval',
        message: expect.stringContaining('stand in for each other') as string,
      });
    await world.command('ada', 'endDelegation', { delegationId });
    await decide('amir', proposalId);
    await expectSound(world);
  });

  test('a delegation that begins tomorrow excludes nobody today', async () => {
    const { proposalId } = await propose('ada', hosts);
    await delegate('ada', 'amir', hence(1));
    await decide('amir', proposalId);
    expect((await proposal(proposalId)).state).toBe('applied');
  });

  test('whose account it is, and who stands in for them', async () => {
    const { proposalId } = await propose('ada', { ...payees, uid: 'amir' } as Proposed);
    await expect(decide('amir', proposalId)).rejects.toMatchObject({
      code: 'self_approval',
      message: 'Nobody decides which accounts are their own.',
    });
    const delegationId = await delegate('amir', 'edith');
    await expect(decide('edith', proposalId)).rejects.toMatchObject({
      code: 'self_approval',
      message: expect.stringContaining('stand in for each other') as string,
    });
    await world.command('amir', 'endDelegation', { delegationId });
    await decide('edith', proposalId);
    expect((await member('amir'))?.payeeAccounts).toEqual([ALPHA]);
  });

  test('to take a link away takes two as well', async () => {
    await decide('amir', (await propose('ada', payees)).proposalId);
    expect(await propose('ada', { ...payees, payeeAccounts: [] } as Proposed)).toMatchObject({ state: 'open' });
    expect((await member('olivia'))?.payeeAccounts).toEqual([ALPHA]);
    await expect(propose('ada', payees)).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(propose('ada', { ...payees, uid: 'nobody' } as Proposed)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('what only takes power away is done at once', () => {
  test('an administrator, as long as two are left', async () => {
    await world.setMember('bea', { roles: ['approver', 'treasurer', 'admin'] });
    const dismiss = (uid: string, by: string) =>
      propose(by, { kind: 'member.roles', uid, roles: ['approver'], active: true });
    expect(await dismiss('bea', 'ada')).toMatchObject({ state: 'applied' });
    const { proposalId, state } = await dismiss('amir', 'ada');
    expect(state).toBe('open');
    expect((await proposal(proposalId)).title).toContain('leaves one administrator');
    expect((await member('amir'))?.roles).toContain('admin');
    await expect(decide('amir', proposalId)).rejects.toMatchObject({ code: 'self_approval' });
    await decide('edith', proposalId);
    expect((await member('amir'))?.roles).toEqual(['approver']);
    await expect(dismiss('ada', 'ada')).rejects.toMatchObject({ code: 'failed_precondition' });
    await expectSound(world);
  });

  test('an administrator’s access, and one’s own office, are no less', async () => {
    expect(
      await propose('ada', { kind: 'member.roles', uid: 'amir', roles: ['approver', 'admin'], active: false }),
    ).toMatchObject({ state: 'open' });
    expect(await propose('ada', { kind: 'member.roles', uid: 'ada', roles: [], active: true })).toMatchObject({
      state: 'open',
    });
    expect(await member('amir')).toMatchObject({ active: true });
  });

  test('of two that would take the last administrators, the second is not applied', async () => {
    const [first, second] = [
      await propose('ada', { kind: 'member.roles', uid: 'amir', roles: [], active: true }),
      await propose('amir', { kind: 'member.roles', uid: 'ada', roles: [], active: true }),
    ];
    await decide('edith', first.proposalId);
    await expect(decide('edith', second.proposalId)).rejects.toMatchObject({ code: 'failed_precondition' });
    expect((await member('ada'))?.roles).toEqual(['admin']);
  });

  test('a role, and a member’s access', async () => {
    await world.setMember('bea', { roles: ['admin'] });
    expect(
      await propose('ada', { kind: 'member.roles', uid: 'amir', roles: ['approver'], active: true }),
    ).toMatchObject({ state: 'applied' });
    expect((await member('amir'))?.roles).toEqual(['approver']);
    await propose('ada', { kind: 'member.roles', uid: 'amir', roles: [], active: false });
    expect(await member('amir')).toMatchObject({ roles: [], active: false });
    await expectSound(world);
  });

  test('but letting somebody in again takes two', async () => {
    await propose('ada', { kind: 'member.roles', uid: 'olivia', roles: ['operator'], active: false });
    expect(
      await propose('ada', { kind: 'member.roles', uid: 'olivia', roles: ['operator'], active: true }),
    ).toMatchObject({ state: 'open' });
  });
});

test('a secret’s value is in no document, and its key is not either', async () => {
  const { proposalId } = await propose('ada', secret);
  await decide('amir', proposalId);
  expect(JSON.stringify(world.db.dump())).not.toContain('very_secret_value');
  expect(world.documents('secrets')).toMatchObject([{ name: 'stripe-secret-key', setBy: 'ada', decidedBy: 'amir' }]);
  await expect(
    propose('ada', { kind: 'secret.set', name: 'stripe-secret-key', stagedId: '1' } as never),
  ).rejects.toMatchObject({ code: 'invalid_argument' });
});

test('a record type keeps the fields that records have', async () => {
  await decide('amir', (await propose('ada', priceType)).proposalId);
  await expect(
    propose('ada', {
      kind: 'record-type.set',
      recordType: { type: 'price', title: 'Price', fields: [{ name: 'other', type: 'string', required: false }] },
    }),
  ).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('"value"') as string });
});

test('a member is added without any role', async () => {
  await world.command('ada', 'addMember', { uid: 'nina', name: 'Nina', email: 'nina@example.com' });
  expect(await member('nina')).toMatchObject({ roles: [], active: true });
  await expect(world.command('nina', 'setStop', { active: true, reason: REASON })).rejects.toMatchObject({
    code: 'permission_denied',
  });
  await expect(
    world.command('olivia', 'addMember', { uid: 'x-1', name: 'X', email: 'x@example.com' }),
  ).rejects.toMatchObject({ code: 'permission_denied' });
  await expectSound(world);
});

describe('plugin versions', () => {
  const CODE = 'the bundle of version 1.1.0';
  const uploaded = definePlugin({
    name: 'stripe-payout',
    version: '1.1.0',
    title: 'Stripe payouts',
    description: 'Another version',
    category: 'payments',
    riskLevel: 'high',
    capabilities: [],
    parameters: [],
    execute: async () => ({
      effects: [],
      problems: [],
      rowCount: 0,
      refusedTotals: [],
      message: 'new',
      metrics: {},
      warnings: [],
    }),
    report: async () => ({ success: true, message: 'new code ran', files: [], notifications: [] }),
  });

  /** Uploaded code runs as the plugin above; the deployed code as before. */
  beforeEach(async () => {
    await world.setMember('dora', { roles: ['developer'] }).catch(async () => {
      await world.command('ada', 'addMember', { uid: 'dora', name: 'Dora', email: 'dora@example.com' });
      await world.setMember('dora', { roles: ['developer'] });
    });
    const { runPlugin, catalogue } = world.deps;
    const other = inProcess(uploaded);
    const [{ codeHash } = { codeHash: '' }] = await other.catalogue.list();
    Object.assign(world.deps, {
      catalogue: organizationCatalogue(catalogue, world.db, world.objects),
      runPlugin: ((run) =>
        run.code === CODE && run.entry === 'manifest'
          ? Promise.resolve({ result: uploaded.manifest, usage: {} as never })
          : run.code === CODE
            ? other.runPlugin({ ...run, codeHash })
            : runPlugin(run)) satisfies typeof runPlugin,
    });
  });
  const upload = () => world.command('dora', 'uploadPlugin', { code: CODE });
  const activate: Proposed = { kind: 'plugin.activate', name: 'stripe-payout', version: '1.1.0' };
  const operation = async () => read(world.db, refs.operation(ORG, 'stripe-payout'));

  test('an uploaded version runs only after somebody else has activated it; running executions keep theirs', async () => {
    await upload();
    expect((await operation())?.plugin.version).toBe('1.0.0');
    const running = await world.plan(csvOf([['A-1', ALPHA, '1.00', 'USD']]));
    const { proposalId } = await propose('ada', activate);
    await expect(decide('dora', proposalId)).rejects.toMatchObject({
      code: 'self_approval',
      message: expect.stringContaining('uploaded') as string,
    });
    await decide('amir', proposalId);
    expect((await operation())?.plugin.version).toBe('1.1.0');
    await world.approve(running);
    await world.work();
    expect(await world.execution(running.id)).toMatchObject({ state: 'completed', plugin: { version: '1.0.0' } });
    const { executionId } = await world.command('olivia', 'requestExecution', {
      operationId: 'stripe-payout',
      parameters: {},
    });
    await world.work();
    expect(await world.execution(executionId)).toMatchObject({
      state: 'completed',
      plugin: { version: '1.1.0' },
      report: { message: 'new code ran' },
    });
    await expectSound(world);
  });

  test('a pinned operation stays; it goes over when two people say so', async () => {
    await decide(
      'amir',
      (await propose('ada', { kind: 'operation.pin', operationId: 'stripe-payout', version: '1.0.0', pinned: true }))
        .proposalId,
    );
    await upload();
    await decide('amir', (await propose('ada', activate)).proposalId);
    expect(await operation()).toMatchObject({ plugin: { version: '1.0.0' }, pinned: true });
    await decide(
      'amir',
      (await propose('ada', { kind: 'operation.pin', operationId: 'stripe-payout', version: '1.1.0', pinned: false }))
        .proposalId,
    );
    expect(await operation()).toMatchObject({ plugin: { version: '1.1.0' }, pinned: false });
  });

  test('a version that an operation runs is not retired; another one is, and can be pinned no more', async () => {
    await upload();
    const retire = (version: string) =>
      world.command('dora', 'retirePlugin', { name: 'stripe-payout', version, reason: REASON });
    await expect(retire('1.0.0')).rejects.toMatchObject({ code: 'failed_precondition' });
    await decide('amir', (await propose('ada', activate)).proposalId);
    await retire('1.0.0');
    await expect(
      propose('ada', { kind: 'operation.pin', operationId: 'stripe-payout', version: '1.0.0', pinned: true }),
    ).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('retired') as string });
  });

  test('what is no plugin is not stored, and a version is uploaded once', async () => {
    world.deps.runPlugin satisfies unknown;
    Object.assign(world.deps, { runPlugin: async () => ({ result: { name: 'x' }, usage: {} }) });
    await expect(world.command('dora', 'uploadPlugin', { code: 'x' })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(world.documents('plugins')).toEqual([]);
  });

  test('the same version again is refused, and an operator uploads nothing', async () => {
    await upload();
    await expect(upload()).rejects.toMatchObject({ code: 'already_exists' });
    await expect(world.command('olivia', 'uploadPlugin', { code: CODE })).rejects.toMatchObject({
      code: 'permission_denied',
    });
  });
});

test('a proposed policy says which past runs it would have treated differently', async () => {
  const paid = await world.payOut(csvOf([['A-1', ALPHA, '1.00', 'USD']]));
  expect(paid.state).toBe('completed');
  const { impact } = await proposal((await propose('ada', policy)).proposalId);
  expect(impact).toEqual([
    expect.stringMatching(/1 would need more signatures/) as string,
    expect.stringMatching(/1 approver.*“All money”.*“Everything”.*2 approvers/) as string,
  ]);
});
