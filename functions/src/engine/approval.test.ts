import { objectPaths, paths } from '@countersign/domain/paths';
import { derivedId } from '@countersign/domain/hash';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { PolicyRule } from '@countersign/domain/schemas/policy';
import { rollupSchema } from '@countersign/domain/schemas/rollup';
import { beforeEach, describe, expect, test } from 'vitest';
import { registerUpload } from '../files/register-upload.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { rollupId } from './rollups.ts';
import { setRate, setRules } from './testing/policies.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, ORG, World } from './testing/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const approver = { role: 'approver', people: 1 } as const;
const executive = { role: 'executive', people: 1 } as const;
const REST: PolicyRule = { name: 'rest', when: {}, levels: [approver] };
/** USD 100.00 to one account. */
const small = (reference: string, account = ALPHA): string => csvOf([[reference, account, '100.00', 'USD']]);

let world: World;
beforeEach(async () => {
  world = await World.open();
});

const hence = (ms: number): string => new Date(world.clock.now().getTime() + ms).toISOString();
const rule = (execution: Execution): string | undefined => execution.plan?.policy.rule;
const expectRefused = async (code: string, run: () => Promise<unknown>, message = ''): Promise<void> => {
  await expect(run()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
};
async function rollup(kind: 'requester' | 'payee', subject: string): Promise<string[]> {
  const found = await read(world.db, refs.rollup(ORG, rollupId(kind, subject)));
  return (found?.entries ?? []).map(({ amountMinor }) => amountMinor ?? 'unknown');
}

describe('rolling totals', () => {
  const limited: PolicyRule = {
    name: 'much in a day',
    when: { requesterTotal: { hours: 24, minMinor: '30000' } },
    levels: [executive],
  };

  test('ten runs just under a limit are one above it, though none of them is signed yet', async () => {
    await setRules(world, [limited, REST]);
    const rules: (string | undefined)[] = [];
    for (const reference of ['A-1', 'A-2', 'A-3', 'A-4']) rules.push(rule(await world.plan(small(reference))));
    expect(rules).toEqual(['rest', 'rest', 'much in a day', 'much in a day']);
  });

  test('two that are planned at once: at least one of them sees the other', async () => {
    await setRules(world, [{ ...limited, when: { requesterTotal: { hours: 24, minMinor: '20000' } } }, REST]);
    const ids = [await world.request(small('A-1')), await world.request(small('A-2'))];
    const { runWork } = await import('./worker.ts');
    world.wakes.length = 0;
    await Promise.all(ids.map((id) => runWork(world.deps, ORG, id)));
    const rules = await Promise.all(ids.map(async (id) => rule(await world.execution(id))));
    expect(rules).toContain('much in a day');
  });

  test('to one payee, by whoever asks', async () => {
    await setRules(world, [
      { name: 'much to one', when: { payeeTotal: { hours: 24, minMinor: '20000' } }, levels: [executive] },
      REST,
    ]);
    expect(rule(await world.plan(small('A-1')))).toBe('rest');
    expect(rule(await world.plan(small('B-1', BRAVO)))).toBe('rest');
    const other = await world.request(small('A-2'), {}, 'otto');
    await world.work();
    expect(rule(await world.execution(other))).toBe('much to one');
  });

  test('what was refused, cancelled or expired counts no more; what was done counts until the window is past', async () => {
    await setRules(world, [limited, REST]);
    const [first, second] = [await world.plan(small('A-1')), await world.plan(small('A-2'))];
    await world.command('amir', 'rejectExecution', {
      executionId: first.id,
      digest: first.plan?.digest ?? '',
      reason: 'not now',
    });
    await world.work();
    expect(await rollup('requester', 'olivia')).toEqual(['10000']);
    await world.command('olivia', 'cancelExecution', { executionId: second.id, reason: 'not now' });
    await world.work();
    expect(await rollup('requester', 'olivia')).toEqual([]);
    expect(await rollup('payee', ALPHA)).toEqual([]);
    await world.payOut(small('A-3'));
    await world.payOut(small('A-4'));
    expect(await rollup('requester', 'olivia')).toEqual(['10000', '10000']);
    await world.later(20 * HOUR_MS);
    expect(rule(await world.plan(small('A-5')))).toBe('much in a day');
    await world.later(25 * HOUR_MS);
    expect(rule(await world.plan(small('A-6')))).toBe('rest');
    await world.later(72 * HOUR_MS);
    expect(await rollup('payee', ALPHA)).toEqual(['10000', '10000']);
  });

  test('of a run that was done in part, that part counts', async () => {
    world.provider.break('B-1', 'refuse');
    const ended = await world.payOut(
      csvOf([
        ['A-1', ALPHA, '100.00', 'USD'],
        ['B-1', BRAVO, '200.00', 'USD'],
      ]),
    );
    expect(ended.state).toBe('needs_repair');
    expect(await rollup('requester', 'olivia')).toEqual(['10000']);
    expect(await rollup('payee', ALPHA)).toEqual(['10000']);
    expect(await rollup('payee', BRAVO)).toEqual([]);
  });

  test('a plan is counted once, however often it is planned', async () => {
    const id = await world.request(small('A-1'));
    const { runWork } = await import('./worker.ts');
    world.wakes.length = 0;
    // The first worker dies when it asks for signatures.
    const dying = {
      ...world.deps,
      db: {
        ...world.db,
        transaction: async (fn: Parameters<typeof world.db.transaction>[0]) =>
          world.db.transaction(async (tx) =>
            fn({
              ...tx,
              write: (...writes) => {
                if (writes.some(({ path, op }) => path === paths.execution(ORG, id) && op === 'set'))
                  throw new Error('gone');
                tx.write(...writes);
              },
            }),
          ),
      },
    };
    await expect(runWork(dying as never, ORG, id)).rejects.toThrow('gone');
    expect(await rollup('requester', 'olivia')).toEqual(['10000']);
    await world.later(10 * 60_000);
    expect((await world.execution(id)).state).toBe('awaiting_approval');
    expect(await rollup('requester', 'olivia')).toEqual(['10000']);
    expect(await rollup('payee', ALPHA)).toEqual(['10000']);
  });
});

describe('amounts in the base currency', () => {
  const RULES: PolicyRule[] = [
    { name: 'small', when: { movesMoney: true, amount: { maxMinor: '20000' } }, levels: [approver] },
    { name: 'large', when: {}, levels: [executive] },
  ];
  const euros = (reference: string): string => csvOf([[reference, ALPHA, '100.00', 'EUR']]);

  test('with a rate, rounded up; the rate that was used is kept with the plan', async () => {
    await setRules(world, RULES);
    await setRate(world, 'EUR', 'USD', '1.08341', world.clock.at());
    const planned = await world.plan(euros('A-1'));
    expect(rule(planned)).toBe('small');
    expect(planned.plan?.traits?.base).toMatchObject({
      currency: 'USD',
      amountMinor: '10835',
      unknownCurrencies: [],
      rates: [{ base: 'EUR', quote: 'USD', rate: '1.08341', source: 'test' }],
    });
  });

  test('a rate that two have agreed on serves everybody but who proposed it', async () => {
    await setRules(world, RULES);
    await world.agree(
      { kind: 'rate.set', base: 'EUR', quote: 'USD', rate: '1.2', source: 'ECB', asOf: world.clock.at() },
      'bea',
    );
    expect((await world.plan(euros('A-1'))).plan?.traits?.base?.amountMinor).toBe('12000');
    await world.setMember('bea', { roles: ['treasurer', 'operator'] });
    const own = await world.request(euros('A-2'), {}, 'bea');
    await world.work();
    expect((await world.execution(own)).plan?.traits?.base?.amountMinor).toBeNull();
    await expectSound(world);
  });

  test.each([
    ['no rate', async () => undefined],
    ['a rate that is too old', async () => setRate(world, 'EUR', 'USD', '1.08', hence(-8 * DAY_MS))],
    ['a rate of zero', async () => setRate(world, 'EUR', 'USD', '0', world.clock.at())],
    ['a rate of another currency', async () => setRate(world, 'JPY', 'USD', '0.0066', world.clock.at())],
  ])('with %s nobody can tell: everybody whom the policy names must sign', async (_, prepare) => {
    await setRules(world, RULES);
    await prepare();
    const planned = await world.plan(euros('A-1'));
    expect(rule(planned)).toContain('“small” can not be decided');
    expect(planned.plan?.policy.levels).toEqual([approver, executive]);
    expect(planned.plan?.traits?.base).toMatchObject({ amountMinor: null, unknownCurrencies: ['EUR'] });
    expect(planned.plan?.risk?.factors.map(({ code }) => code)).toContain('amount_unknown');
  });
});

describe('approval by rule', () => {
  const auto: PolicyRule = {
    name: 'small change',
    when: { movesMoney: true, amount: { maxMinor: '10000' }, requesterTotal: { hours: 24, maxMinor: '15000' } },
    levels: [],
    auto: true,
  };

  test('a run within its limits is applied without a signature, and the log says by which rule and version', async () => {
    await setRules(world, [auto, REST]);
    const planned = await world.plan(small('A-1'));
    expect(planned.approvals).toEqual([]);
    await expectCompleted(world, planned);
    expect(planned.plan?.policy).toEqual({ id: 'payments', version: 2, rule: 'small change', levels: [], auto: true });
    const event = world.audit().find(({ body }) => body.type === 'execution.planned');
    expect(event?.body.data).toMatchObject({
      rule: 'small change',
      policyVersion: '2',
      autoApproved: 'by rule “small change” of policy payments, version 2',
    });
    // The second is over the rolling limit.
    expect(await world.plan(small('A-2'))).toMatchObject({
      state: 'awaiting_approval',
      plan: { policy: { rule: 'rest' } },
    });
  });

  test('one that sets no limit lets nothing through', async () => {
    await setRules(world, [{ ...auto, when: { movesMoney: true } }, REST]);
    const planned = await world.plan(small('A-1'));
    expect(planned.state).toBe('awaiting_approval');
    expect(planned.plan?.policy).toMatchObject({ auto: false, levels: [approver] });
  });

  test('a policy that asks for a signature by the time of apply stops it', async () => {
    await setRules(world, [auto, REST]);
    const id = await world.request(small('A-1'));
    const { runWork } = await import('./worker.ts');
    world.wakes.length = 0;
    let planned = false;
    const interrupted = {
      ...world.deps,
      now: () => world.deps.now(),
      db: {
        ...world.db,
        transaction: async (fn: Parameters<typeof world.db.transaction>[0]) => {
          const result = await world.db.transaction(fn);
          if (!planned && (await world.execution(id)).state === 'approved') {
            planned = true;
            await setRules(world, [REST]);
          }
          return result;
        },
      },
    };
    await runWork(interrupted as never, ORG, id);
    await world.work();
    expect(await world.execution(id)).toMatchObject({
      state: 'drifted',
      error: { message: expect.stringMatching(/policy has become stricter/) },
    });
    expect(world.provider.requests).toEqual([]);
  });
});

describe('a policy that can not decide', () => {
  const strict: PolicyRule = { name: 'strict', when: { categories: ['ledger'] }, levels: [executive] };
  const policyOf = async (): Promise<unknown> => (await world.plan(small('A-1'))).plan?.policy;

  test('of one that can not be read, everybody whom it names must sign', async () => {
    await setRules(world, [strict, REST]);
    await world.db.commit([{ op: 'update', path: paths.policy(ORG, 'payments'), data: { expiryHours: 'long' } }]);
    expect(await policyOf()).toMatchObject({
      id: 'none',
      rule: 'The active policy can not be read: approval is required',
      levels: [executive, approver],
    });
  });

  test('of two that are active, everybody whom one of them names', async () => {
    const stored = await world.db.get(paths.policy(ORG, 'payments'));
    await world.db.commit([
      { op: 'create', path: paths.policy(ORG, 'other'), data: { ...stored?.data, id: 'other', rules: [strict] } },
    ]);
    expect(await policyOf()).toMatchObject({
      rule: 'Several policies are active: approval is required',
      levels: [executive, approver],
    });
  });

  test('of none, an approver', async () => {
    await world.db.commit([{ op: 'delete', path: paths.policy(ORG, 'payments') }]);
    expect(await policyOf()).toMatchObject({ rule: 'No active policy: approval is required', levels: [approver] });
  });

  test('one that became unreadable after the signature stops what it may not have allowed', async () => {
    await setRules(world, [strict, REST]);
    const planned = await world.plan(small('A-1'));
    await world.approve(planned);
    await world.db.commit([{ op: 'update', path: paths.policy(ORG, 'payments'), data: { expiryHours: 'long' } }]);
    await world.work();
    expect(await world.execution(planned.id)).toMatchObject({
      state: 'drifted',
      error: { message: expect.stringMatching(/policy has become stricter/) },
    });
  });
});

describe('who may sign', () => {
  const delegate = async (uid: string, fields: Record<string, unknown> = {}): Promise<string> =>
    (
      await world.command(uid, 'setDelegation', {
        toUid: 'edith',
        roles: ['approver'],
        endsAt: hence(7 * DAY_MS),
        reason: 'on leave',
        ...fields,
      } as never)
    ).delegationId;

  test('a delegate signs in the role of the one who is away, and the approval says for whom', async () => {
    const planned = await world.plan(small('A-1'));
    await expectRefused('permission_denied', () => world.approve(planned, 'edith'));
    await delegate('amir');
    await world.command('edith', 'approveExecution', {
      executionId: planned.id,
      digest: planned.plan?.digest ?? '',
      comment: 'checked with the seller',
    });
    await world.work();
    await expectCompleted(world, await world.execution(planned.id));
    expect(await read(world.db, refs.approval(ORG, planned.id, 'edith'))).toMatchObject({
      forUid: 'amir',
      role: 'approver',
      comment: 'checked with the seller',
      commitment: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await world.execution(planned.id)).approvals).toMatchObject([{ uid: 'edith', forUid: 'amir' }]);
    const event = world.audit().find(({ body }) => body.type === 'execution.approved');
    expect(event?.body.data).toMatchObject({ forUid: 'amir' });
  });

  test('a delegate and the one he stands for count as one, whoever signs first', async () => {
    await world.setPolicy([{ role: 'approver', people: 2 }]);
    await delegate('amir');
    const [first, second] = [await world.plan(small('A-1')), await world.plan(small('A-2'))];
    await world.approve(first, 'edith');
    await expectRefused('already_signed', () => world.approve(first, 'amir'), 'Your delegate');
    await world.approve(second, 'amir');
    await expectRefused('already_signed', () => world.approve(second, 'edith'), 'count as one');
    await world.approve(second, 'bea');
    expect((await world.execution(second.id)).state).toBe('approved');
  });

  test('delegating to the requester, or from the requester, gives nothing', async () => {
    const planned = await world.plan(small('A-1'));
    await delegate('amir', { toUid: 'olivia' });
    await expectRefused('self_approval', () => world.approve(planned, 'olivia'));
    await expectRefused('self_approval', () => world.approve(planned, 'amir'), 'who asked for this run');
    await world.approve(planned, 'bea');
  });

  test('what was lent is not passed on', async () => {
    await delegate('amir');
    await expectRefused('permission_denied', () => delegate('edith', { toUid: 'ada' }));
    await delegate('edith', { toUid: 'ada', roles: ['executive'] });
    const planned = await world.plan(small('A-1'));
    await expectRefused('permission_denied', () => world.approve(planned, 'ada'));
  });

  test('a delegation that was taken back before apply voids what was signed under it; one that ran out does not', async () => {
    await world.setPolicy([approver, { role: 'treasurer', people: 1 }]);
    const id = await delegate('amir');
    const [first, second] = [await world.plan(small('A-1')), await world.plan(small('A-2'))];
    for (const planned of [first, second]) await world.approve(planned, 'edith');
    await world.later(60 * HOUR_MS);
    await world.approve(first, 'bea');
    await world.command('amir', 'endDelegation', { delegationId: id });
    await world.work();
    expect(await world.execution(first.id)).toMatchObject({
      state: 'drifted',
      error: { message: expect.stringMatching(/no longer stands in for amir/) },
    });
    await expectSound(world);

    const short = await delegate('amir', { endsAt: hence(2 * HOUR_MS) });
    const third = await world.plan(small('A-3'));
    await world.approve(third, 'edith');
    await world.later(5 * HOUR_MS);
    const fourth = await world.plan(small('A-4'));
    await expectRefused('permission_denied', () => world.approve(fourth, 'edith'));
    await expectRefused('failed_precondition', () => world.command('amir', 'endDelegation', { delegationId: short }));
    await world.approve(third, 'bea');
    await world.work();
    expect((await world.execution(third.id)).state).toBe('completed');
  });

  test.each([
    ['the delegator', 'amir'],
    ['the delegate', 'edith'],
  ])('%s leaves before apply: the signature no longer holds', async (_, uid) => {
    await delegate('amir');
    const planned = await world.plan(small('A-1'));
    await world.approve(planned, 'edith');
    await world.setMember(uid, { active: false });
    await world.work();
    expect(await world.execution(planned.id)).toMatchObject({
      state: 'drifted',
      error: { message: expect.stringMatching(/signature no longer holds/) },
    });
  });

  test('who may set up a delegation, and for how long', async () => {
    await expectRefused('permission_denied', () => delegate('bea', { fromUid: 'amir' }));
    await expectRefused('self_approval', () => delegate('ada', { fromUid: 'amir', toUid: 'ada' }));
    await expectRefused('permission_denied', () => delegate('edith', { toUid: 'ada' }), 'must hold the role approver');
    await expectRefused('invalid_argument', () => delegate('amir', { toUid: 'amir' }));
    await expectRefused('invalid_argument', () => delegate('amir', { endsAt: hence(91 * DAY_MS) }), '90 days');
    await expectRefused('invalid_argument', () => delegate('amir', { endsAt: hence(-1) }));
    await expectRefused('not_found', () => delegate('amir', { toUid: 'ina' }));
    const id = await delegate('ada', { fromUid: 'amir' });
    await expectRefused('permission_denied', () => world.command('bea', 'endDelegation', { delegationId: id }));
    await world.command('edith', 'endDelegation', { delegationId: id });
    await expectRefused('failed_precondition', () => world.command('amir', 'endDelegation', { delegationId: id }));
    expect(world.audit().map(({ body }) => body.type)).toEqual(
      expect.arrayContaining(['delegation.set', 'delegation.ended']),
    );
    expect(JSON.stringify(world.audit())).not.toContain('on leave');
    await expectSound(world);
  });

  test('however many delegations were taken back, the one that is in force is seen', async () => {
    const planned = await world.plan(small('A-1'));
    for (let round = 0; round < 45; round += 1)
      await world.command('amir', 'endDelegation', { delegationId: await delegate('amir', { endsAt: hence(DAY_MS) }) });
    for (let more = 0; more < 19; more += 1) await delegate('amir', { endsAt: hence(DAY_MS) });
    await delegate('amir', { toUid: 'olivia' });
    await expectRefused('resource_exhausted', () => delegate('amir'));
    await expectRefused('self_approval', () => world.approve(planned, 'amir'), 'who asked for this run');
  });

  test('who uploaded the file may not sign the run that somebody else asked for', async () => {
    const path = objectPaths.upload(ORG, 'amir', 'upload-of-amir', 'payouts.csv');
    const bytes = new TextEncoder().encode(small('A-1'));
    const generation = world.objects.put(path, bytes);
    await registerUpload(world.deps, { path, generation, sizeBytes: bytes.length, declaredType: 'text/csv' });
    const { executionId } = await world.command('olivia', 'requestExecution', {
      operationId: 'stripe-payout',
      parameters: { file: derivedId('file', path, generation) },
    });
    await world.work();
    const planned = await world.execution(executionId);
    await expectRefused('self_approval', () => world.approve(planned, 'amir'), 'You uploaded payouts.csv');
    await world.approve(planned, 'bea');
  });

  test('who is paid may not sign, also when so many runs pay the account that its list was cut', async () => {
    await world.agree({ kind: 'member.payees', uid: 'amir', payeeAccounts: [BRAVO] });
    const [alpha, bravo] = [await world.plan(small('A-1')), await world.plan(small('B-1', BRAVO))];
    await expectRefused('self_approval', () => world.approve(bravo, 'amir'), `pays ${BRAVO}, which is linked to you`);
    await world.approve(alpha, 'amir');
    const path = paths.rollup(ORG, rollupId('payee', BRAVO));
    const stored = rollupSchema.parse((await world.db.get(path))?.data);
    await world.db.commit([
      {
        op: 'update',
        path,
        data: {
          folded: true,
          executionIds: [],
          entries: JSON.stringify(stored.entries.map((entry) => ({ ...entry, executionId: null }))),
        },
      },
    ]);
    await expectRefused('self_approval', () => world.approve(bravo, 'amir'), `pays ${BRAVO}`);
    await world.approve(bravo, 'bea');
  });
});

describe('a reminder', () => {
  const reminders = (): string[] =>
    world
      .documents('notifications')
      .map(({ uid }) => String(uid))
      .sort();

  test('goes once to those who may sign and have not', async () => {
    await setRules(world, [{ name: 'two', when: {}, levels: [{ role: 'approver', people: 2 }] }], {
      expiryHours: 48,
      reminderHours: 24,
    });
    await world.command('otto', 'setDelegation', {
      toUid: 'edith',
      roles: ['approver'],
      endsAt: hence(7 * DAY_MS),
      reason: 'on leave',
    });
    const planned = await world.plan(small('A-1'));
    await world.approve(planned, 'amir');
    await world.later(23 * HOUR_MS);
    expect(reminders()).toEqual([]);
    await world.later(2 * HOUR_MS);
    expect(reminders()).toEqual(['bea', 'edith', 'otto']);
    await world.later(2 * HOUR_MS);
    expect(world.documents('notifications')).toHaveLength(3);
    expect(world.audit().filter(({ body }) => body.type === 'execution.reminded')).toHaveLength(1);
    // What is signed stays signed, and the plan still expires.
    await world.later(22 * HOUR_MS);
    expect((await world.execution(planned.id)).state).toBe('expired');
    await expectSound(world);
  });

  test('is not sent for what was signed, and can be signed after it', async () => {
    await setRules(world, [REST], { expiryHours: 48, reminderHours: 24 });
    const [first, second] = [await world.plan(small('A-1')), await world.plan(small('A-2'))];
    await world.approve(first);
    await world.work();
    await world.later(25 * HOUR_MS);
    expect(world.documents('notifications').map(({ executionId }) => executionId)).toEqual(
      reminders().map(() => second.id),
    );
    await world.approve(second);
    await world.work();
    await expectCompleted(world, await world.execution(second.id));
  });
});

describe('risk', () => {
  const codes = (execution: Execution): string[] => (execution.plan?.risk?.factors ?? []).map(({ code }) => code);

  test('falls as an operation, a person and a payee become known, and rises with the unusual', async () => {
    const first = await world.payOut(small('A-1'));
    expect(codes(first)).toEqual(expect.arrayContaining(['mostly_new_payees', 'first_run', 'first_of_requester']));
    const second = await world.payOut(small('A-2'));
    expect(codes(second)).not.toEqual(expect.arrayContaining(['first_run']));
    expect(codes(second).filter((code) => code !== 'off_hours')).toEqual([]);
    const third = await world.plan(csvOf([['A-3', ALPHA, '400.00', 'USD']]));
    expect(codes(third)).toContain('amount_above_three_times_max');
    const again = await world.plan(small('A-2'));
    expect(again.state).toBe('failed');
    expect(first.plan?.risk?.score).toBeGreaterThan(second.plan?.risk?.score ?? 0);
    const event = world.audit().find(({ body }) => body.type === 'execution.planned');
    expect(event?.body.data).toMatchObject({
      risk: first.plan?.risk?.band,
      riskScore: String(first.plan?.risk?.score),
    });
  });

  test('a file that another run has had shows, and not one that was refused', async () => {
    const one = await world.plan(small('A-1'));
    await world.command('amir', 'rejectExecution', {
      executionId: one.id,
      digest: one.plan?.digest ?? '',
      reason: 'nope',
    });
    await world.work();
    const two = await world.payOut(small('A-1'));
    expect(codes(two)).not.toContain('reused_file');
    const both = csvOf([
      ['A-1', ALPHA, '100.00', 'USD'],
      ['A-9', ALPHA, '1.00', 'USD'],
    ]);
    const three = await world.payOut(both);
    expect(codes(three)).not.toContain('reused_file');
    const path = paths.rollup(ORG, rollupId('file', three.inputs[0]?.sha256 ?? ''));
    expect((await world.db.get(path))?.data['executionIds']).toEqual([three.id]);
  });

  test('a policy can ask for it', async () => {
    await setRules(world, [{ name: 'risky', when: { riskAtLeast: 'medium' }, levels: [executive] }, REST]);
    expect(rule(await world.plan(small('A-1')))).toBe('risky');
  });
});
