import type { Policy } from '@countersign/domain/schemas/policy';
import { expect, it } from 'vitest';
import { draftOfPolicy, emptyPolicy, emptyRule, policyOf } from './policy-draft.ts';

const POLICY: Policy = {
  id: 'payments',
  name: 'Payments',
  active: true,
  rules: [
    {
      name: 'Small',
      when: { movesMoney: true, amount: { maxMinor: '50000' }, riskAtMost: 'low' },
      levels: [],
      auto: true,
    },
    {
      name: 'Large or odd',
      when: {
        categories: ['payments'],
        operationIds: ['stripe-payout'],
        riskAtLeast: 'high',
        amount: { minMinor: '1000000', maxMinor: '0' },
        newPayeeCount: { min: 2 },
        requesterTotal: { hours: 24, minMinor: '500000' },
        payeeTotal: { hours: 168, minMinor: '1', maxMinor: '2' },
        offHours: true,
        effectKinds: { match: 'any', kinds: ['stripe.payout'] },
      },
      levels: [
        { role: 'approver', people: 2 },
        { role: 'executive', people: 1 },
      ],
    },
  ],
  expiryHours: 72,
  reminderHours: 24,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 3,
};
const { id: _, createdAt: __, version: ___, ...PROPOSED } = POLICY;

it('gives back what it was made from', () => {
  const sound = { ...POLICY, rules: POLICY.rules.map((rule) => withoutEmptyRange(rule)) };
  const result = policyOf(draftOfPolicy(sound, 'USD'), 'USD');
  expect(result).toEqual({ ok: true, policy: { ...PROPOSED, rules: sound.rules } });
});

it('refuses a range that nothing is in, and an amount that could mean two things', () => {
  const draft = draftOfPolicy(POLICY, 'USD');
  const [small, large] = draft.rules;
  if (!small || !large) throw new Error('the draft lost its rules');
  const result = policyOf(
    { ...draft, rules: [{ ...small, when: { ...small.when, amount: { from: '', to: '1,000' } } }, large] },
    'USD',
  );
  expect(result.ok ? [] : [...result.issues.keys()]).toEqual(['rules.0.amount.to', 'rules.1.amount.to']);
});

it('wants a name, hours and somebody who signs', () => {
  const draft = { ...emptyPolicy(), name: ' ', expiryHours: '0', reminderHours: 'soon' };
  const result = policyOf({ ...draft, rules: [{ ...emptyRule('a'), name: 'A', levels: [] }] }, 'USD');
  expect(result.ok ? [] : [...result.issues.keys()].toSorted()).toEqual([
    'expiryHours',
    'name',
    'reminderHours',
    'rules.0.levels',
  ]);
});

it('keeps a currency without decimals whole', () => {
  const rule = { ...emptyRule('a'), name: 'A', when: { amount: { from: '5000', to: '' } } };
  const result = policyOf({ ...emptyPolicy(), rules: [rule] }, 'JPY');
  expect(result.ok && result.policy.rules[0]?.when).toEqual({ amount: { minMinor: '5000' } });
});

function withoutEmptyRange(rule: Policy['rules'][number]): Policy['rules'][number] {
  return rule.when.amount?.maxMinor === '0'
    ? { ...rule, when: { ...rule.when, amount: { minMinor: '1000000' } } }
    : rule;
}
