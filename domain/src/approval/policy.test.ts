import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApprovalLevel, Policy } from '../schemas/policy.ts';
import { chooseRule, currentLevel, isStricter, maySign, missingSignatures } from './policy.ts';

const level = (role: ApprovalLevel['role'], people = 1): ApprovalLevel => ({ role, people });
const policy = (rules: Policy['rules'], fields: Partial<Policy> = {}): Policy => ({
  id: 'p',
  name: 'P',
  active: true,
  expiryHours: 24,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 7,
  rules,
  ...fields,
});
const traits = { movesMoney: true, category: 'payments' };

describe('chooseRule', () => {
  const executive = { name: 'money', when: { movesMoney: true }, levels: [level('executive')] };
  const ledger = { name: 'ledger', when: { categories: ['ledger'] }, levels: [level('treasurer')] };
  const all = { name: 'all', when: {}, levels: [level('approver', 2)] };

  test.each<[string, Policy | null, readonly ApprovalLevel[], string]>([
    ['the first rule that matches', policy([executive, all]), [level('executive')], 'money'],
    ['a rule for another category is passed over', policy([ledger, all]), [level('approver', 2)], 'all'],
    [
      'a rule for what moves no money is passed over',
      policy([{ ...executive, when: { movesMoney: false } }, all]),
      [level('approver', 2)],
      'all',
    ],
    [
      'all conditions must hold',
      policy([{ ...executive, when: { movesMoney: true, categories: ['ledger'] } }, all]),
      [level('approver', 2)],
      'all',
    ],
    ['no policy: closed', null, [level('approver')], 'No active policy: approval is required'],
    [
      'an inactive policy: closed',
      policy([all], { active: false }),
      [level('approver')],
      'No active policy: approval is required',
    ],
    ['no rule that matches: closed', policy([ledger]), [level('approver')], 'No rule matches: approval is required'],
    ['no rules at all: closed', policy([]), [level('approver')], 'No rule matches: approval is required'],
  ])('%s', (_, given, levels, rule) => {
    expect(chooseRule(given, traits)).toMatchObject({ rule, levels });
  });

  test('somebody must always sign', () => {
    const rules = fc.array(
      fc.record({
        name: fc.string(),
        when: fc.record({ movesMoney: fc.boolean(), categories: fc.array(fc.string()) }, { requiredKeys: [] }),
        levels: fc.array(
          fc.record({
            role: fc.constantFrom('approver' as const, 'executive' as const),
            people: fc.integer({ min: 1, max: 5 }),
          }),
          { minLength: 1 },
        ),
      }),
    );
    fc.assert(
      fc.property(fc.option(rules), fc.boolean(), fc.boolean(), (given, active, movesMoney) => {
        const chosen = chooseRule(given === null ? null : policy(given, { active }), {
          movesMoney,
          category: 'payments',
        });
        expect(missingSignatures(chosen.levels, [])).toBeGreaterThan(0);
        expect(chosen.expiryHours).toBeGreaterThan(0);
      }),
    );
  });

  test('the version that was chosen is named', () => {
    expect(chooseRule(policy([all]), traits).policy).toEqual({ id: 'p', version: 7 });
    expect(chooseRule(null, traits).policy).toEqual({ id: 'none', version: 0 });
  });
});

test.each<[readonly ApprovalLevel[], readonly ApprovalLevel[], boolean]>([
  [[level('approver')], [level('approver')], false],
  [[level('approver', 2)], [level('approver')], false],
  [[level('approver'), level('executive')], [level('approver')], false],
  [[level('approver')], [level('approver', 2)], true],
  [[level('approver')], [level('executive')], true],
  [[level('approver')], [level('approver'), level('executive')], true],
  [[], [level('approver')], true],
])('isStricter(%j, %j) is %s', (then, now, expected) => {
  expect(isStricter(then, now)).toBe(expected);
});

describe('maySign', () => {
  const levels = [level('approver', 2), level('executive')];
  const waiting = { state: 'awaiting_approval', requestedBy: 'olivia' };
  const member = (uid: string, roles: ApprovalLevel['role'][], active = true) => ({ uid, roles, active });
  const signed = (...uids: string[]) => uids.map((uid, index) => ({ uid, level: index < 2 ? 0 : 1 }));

  test.each([
    ['the first', member('amir', ['approver']), waiting, [], { may: true, level: 0, role: 'approver' }],
    [
      'the second of the same level',
      member('bea', ['approver']),
      waiting,
      signed('amir'),
      { may: true, level: 0, role: 'approver' },
    ],
    [
      'the next level',
      member('edith', ['executive']),
      waiting,
      signed('amir', 'bea'),
      { may: true, level: 1, role: 'executive' },
    ],
    [
      'the next level too early',
      member('edith', ['executive']),
      waiting,
      signed('amir'),
      { may: false, code: 'permission_denied' },
    ],
    [
      'a level that is full',
      member('cara', ['approver']),
      waiting,
      signed('amir', 'bea'),
      { may: false, code: 'permission_denied' },
    ],
    [
      'when all is signed',
      member('cara', ['approver', 'executive']),
      waiting,
      signed('amir', 'bea', 'edith'),
      { may: false, code: 'failed_precondition' },
    ],
    ['the requester', member('olivia', ['approver', 'executive']), waiting, [], { may: false, code: 'self_approval' }],
    [
      'the same person again',
      member('amir', ['approver', 'executive']),
      waiting,
      signed('amir'),
      { may: false, code: 'already_signed' },
    ],
    [
      'the same person at the next level',
      member('amir', ['approver', 'executive']),
      waiting,
      signed('amir', 'bea'),
      { may: false, code: 'already_signed' },
    ],
    ['somebody who left', member('amir', ['approver'], false), waiting, [], { may: false, code: 'permission_denied' }],
    ['somebody without a role', member('vera', []), waiting, [], { may: false, code: 'permission_denied' }],
    ...(
      [
        'planning',
        'approved',
        'applying',
        'completed',
        'rejected',
        'cancelled',
        'expired',
        'drifted',
        'failed',
        'needs_repair',
      ] as const
    ).map(
      (state) =>
        [
          `a run that is ${state}`,
          member('amir', ['approver']),
          { ...waiting, state },
          [],
          { may: false, code: 'failed_precondition' },
        ] as const,
    ),
  ] as const)('%s', (_, who, execution, signatures, expected) => {
    expect(maySign({ ...who, roles: [...who.roles] }, execution, levels, [...signatures])).toMatchObject(expected);
  });

  test('however many try in whatever order, a run is signed by as many different people as its levels ask for, none of them the requester', () => {
    const people = fc.array(
      fc.record({
        uid: fc.constantFrom('olivia', 'a', 'b', 'c', 'd', 'e'),
        roles: fc.subarray(['approver', 'executive'] as const),
        active: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(people, fc.integer({ min: 1, max: 3 }), (tries, needed) => {
        const asked = [level('approver', needed), level('executive')];
        const signatures: { uid: string; level: number }[] = [];
        for (const one of tries) {
          const decision = maySign({ ...one, roles: [...one.roles] }, waiting, asked, signatures);
          if (decision.may) signatures.push({ uid: one.uid, level: decision.level });
        }
        expect(new Set(signatures.map((signature) => signature.uid)).size).toBe(signatures.length);
        expect(signatures.some((signature) => signature.uid === 'olivia')).toBe(false);
        expect(missingSignatures(asked, signatures)).toBe(needed + 1 - signatures.length);
        expect(currentLevel(asked, signatures) === null).toBe(signatures.length === needed + 1);
      }),
    );
  });
});
