import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Delegation } from '@countersign/domain/schemas/delegation';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { beforeEach, describe, expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { deployed, policyDrift, roleDrift, signatureDrift } from './apply-checks.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';
import { ALPHA, csvOf, ORG, World } from './testing/world.ts';

let world: World;
let execution: Execution;
const planOf = (of: Execution): Plan => {
  if (of.plan === null) throw new Error('there is no plan');
  return of.plan;
};

/** A run that two approvers must sign, and have signed. */
beforeEach(async () => {
  world = await World.open({ levels: [{ role: 'approver', people: 2 }] });
  const planned = await world.plan(csvOf([['A-1', ALPHA, '10.00', 'USD']]));
  await world.approve(planned, 'amir');
  await world.approve(planned, 'bea');
  execution = await world.execution(planned.id);
});

describe('the signatures', () => {
  const found = async (of = execution): Promise<Drift | null> => signatureDrift(world.db, ORG, of, planOf(of));
  const approval = (uid: string): string => refs.approval(ORG, execution.id, uid).path;

  test('hold while plan and digest are what they were', async () => {
    expect(await found()).toBeNull();
  });

  test('are none of a plan that is another one', async () => {
    const plan = { ...planOf(execution), digest: 'f'.repeat(64) };
    const drift = await found({ ...execution, plan });
    expect(drift).toMatchObject({ what: 'plan', subject: execution.id, signed: 'digest ffffffffffff' });
    expect(drift?.found).toBe(`digest ${planOf(execution).digest.slice(0, 12)}`);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['of another digest', { digest: 'e'.repeat(64) }, 'digest eeeeeeeeeeee'],
    ['that refuses', { decision: 'rejected' }, ''],
  ])('one %s is no signature of it', async (_, fields, signed) => {
    await world.db.commit([{ op: 'update', path: approval('bea'), data: fields }]);
    expect(await found()).toMatchObject({
      what: 'plan',
      signed: signed || `digest ${planOf(execution).digest.slice(0, 12)}`,
    });
  });

  test('one that is not stored was not given', async () => {
    await world.db.commit([{ op: 'delete', path: approval('amir') }]);
    expect(await found()).toMatchObject({ what: 'plan', signed: 'digest none' });
  });
});

describe('those who signed', () => {
  const found = async (of = execution): Promise<Drift | null> =>
    world.db.transaction(async (tx) => roleDrift(tx, ORG, of, planOf(of)));
  /** Bea's signature, given by Edith in her role. */
  const byDelegate = (fields: object = {}): Execution => ({
    ...execution,
    approvals: execution.approvals.map((one) =>
      one.uid === 'bea' ? { ...one, uid: 'edith', forUid: 'bea', ...fields } : one,
    ),
  });
  const lend = async (fields: Partial<Delegation> = {}): Promise<unknown> => {
    const at = execution.approvals[1]?.at ?? '';
    const delegation: Delegation = {
      id: 'd-1',
      fromUid: 'bea',
      toUid: 'edith',
      roles: ['approver'],
      startsAt: new Date(Date.parse(at) - 60_000).toISOString(),
      endsAt: new Date(Date.parse(at) + 60_000).toISOString(),
      comment: 'away',
      commitment: 'a'.repeat(64),
      salt: 's',
      createdBy: 'bea',
      createdAt: at,
      endedAt: null,
      endedBy: null,
      version: 1,
      ...fields,
    };
    return world.db.commit([{ op: 'create', path: `${paths.delegations(ORG)}/d-1`, data: { ...delegation } }]);
  };
  const role = (subject: string, text: string): Drift => ({ what: 'role', subject, signed: 'approver', found: text });

  test('hold while they are active in their role', async () => {
    expect(await found()).toBeNull();
  });

  test('must be as many as the plan asks for', async () => {
    expect(await found({ ...execution, approvals: execution.approvals.slice(0, 1) })).toEqual({
      what: 'role',
      subject: 'approvals',
      signed: 'all signatures',
      found: 'signatures are missing',
    });
  });

  test.each<[string, string, Parameters<World['setMember']>[1], string]>([
    ['the first has left', 'amir', { active: false }, 'is no longer an active member'],
    ['the second has left', 'bea', { active: false }, 'is no longer an active member'],
    ['one has lost the role', 'bea', { roles: ['treasurer'] }, 'no longer holds the role'],
  ])('%s', async (_, uid, fields, text) => {
    await world.setMember(uid, fields);
    expect(await found()).toEqual(role(uid, text));
  });

  test('one who is gone is no member', async () => {
    await world.db.commit([{ op: 'delete', path: refs.member(ORG, 'amir').path }]);
    expect(await found()).toEqual(role('amir', 'is no longer an active member'));
  });

  test('a delegate needs no role of his own, only the one who lends it does', async () => {
    await lend();
    expect(await found(byDelegate())).toBeNull();
    await world.setMember('bea', { roles: ['treasurer'] });
    expect(await found(byDelegate())).toEqual(role('bea', 'no longer holds the role'));
  });

  test.each<[string, string, string, string]>([
    ['the delegate has left', 'edith', 'edith', 'is no longer an active member'],
    ['the one who lends has left', 'bea', 'bea', 'no longer holds the role'],
  ])('%s', async (_, uid, subject, text) => {
    await lend();
    await world.setMember(uid, { active: false });
    expect(await found(byDelegate())).toEqual(role(subject, text));
  });

  test('one who lends and is gone holds no role', async () => {
    await lend();
    await world.db.commit([{ op: 'delete', path: refs.member(ORG, 'bea').path }]);
    expect(await found(byDelegate())).toEqual(role('bea', 'no longer holds the role'));
  });

  test.each<[string, Partial<Delegation> | null]>([
    ['there is none', null],
    ['it was taken back', { endedAt: '2026-01-01T00:00:00.000Z', endedBy: 'bea' }],
    ['it lends another role', { roles: ['executive'] }],
    ['it is of another', { fromUid: 'amir' }],
    ['it is for another', { toUid: 'ada' }],
    ['it can not be read', { roles: 'approver' as unknown as Delegation['roles'] }],
  ])('without a delegation a delegate signed nothing: %s', async (_, fields) => {
    if (fields !== null) await lend(fields);
    expect(await found(byDelegate())).toEqual(role('edith', 'no longer stands in for bea'));
  });

  test('one that begins after the signature, or had ended before it, does not cover it', async () => {
    const at = execution.approvals[1]?.at ?? '';
    await lend({ startsAt: new Date(Date.parse(at) + 1).toISOString() });
    expect(await found(byDelegate())).not.toBeNull();
    await world.db.commit([{ op: 'delete', path: `${paths.delegations(ORG)}/d-1` }]);
    await lend({ endsAt: at });
    expect(await found(byDelegate())).not.toBeNull();
  });
});

describe('the policy', () => {
  const found = async (plan: Plan = planOf(execution)): Promise<Drift | null> =>
    world.db.transaction(async (tx) => policyDrift(tx, ORG, plan, 'payments'));

  test.each([
    ['the same', 'approver', 2, false],
    ['less', 'approver', 1, false],
    ['more', 'approver', 3, true],
    ['somebody else', 'executive', 1, true],
  ] as const)('asks for %s now', async (_, role, people, isStricter) => {
    await world.setPolicy([{ role, people }]);
    const drift = await found();
    if (!isStricter) expect(drift).toBeNull();
    else
      expect(drift).toEqual({
        what: 'policy',
        subject: 'payments',
        signed: 'version 1',
        found: 'version 2 asks for more signatures',
      });
  });

  test('does not matter to a plan that does nothing', async () => {
    await world.setPolicy([{ role: 'executive', people: 5 }]);
    expect(await found({ ...planOf(execution), effectCount: 0 })).toBeNull();
  });
});

describe('the code', () => {
  const withFind = (find: Deps['catalogue']['find']): Deps => ({
    ...world.deps,
    catalogue: { ...world.deps.catalogue, find },
  });

  test('that planned is used, if it is there', async () => {
    expect(await deployed(world.deps, ORG, execution.plugin)).toMatchObject({ codeHash: execution.plugin.codeHash });
  });

  test('that is not there is drift; another failure is that failure', async () => {
    const { name, version, codeHash } = execution.plugin;
    const gone = withFind(async () => Promise.reject(new AppError('failed_precondition', 'not there')));
    expect(await deployed(gone, ORG, execution.plugin)).toEqual({
      what: 'code',
      subject: `${name} ${version}`,
      signed: `code ${codeHash.slice(0, 12)}`,
      found: 'other code',
    });
    for (const error of [new AppError('unavailable', 'later'), new Error('x')])
      await expect(
        deployed(
          withFind(async () => Promise.reject(error)),
          ORG,
          execution.plugin,
        ),
      ).rejects.toBe(error);
  });
});
