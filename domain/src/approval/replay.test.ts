import { expect, test } from 'vitest';
import type { Policy, PolicyRule } from '../schemas/policy.ts';
import type { PlanTraits } from '../schemas/plan-traits.ts';
import { exampleTraits } from './example-traits.ts';
import { replayPolicy, type PastPlan } from './replay.ts';

const policy = (...rules: PolicyRule[]): Policy => ({
  id: 'p',
  name: 'P',
  active: true,
  expiryHours: 24,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 1,
  rules,
});
const past = (executionId: string, traits: PlanTraits | null): PastPlan => ({
  executionId,
  title: 'Payouts',
  at: '2026-03-02T10:00:00.000Z',
  traits,
});
const of = (amountMinor: string): PlanTraits =>
  exampleTraits({ base: { currency: 'USD', amountMinor, unknownCurrencies: [], rates: [], ratesAsOf: null } });
const upTo = (maxMinor: string): PolicyRule => ({
  name: `up to ${maxMinor}`,
  when: { movesMoney: true, amount: { maxMinor } },
  levels: [],
  auto: true,
});
const rest: PolicyRule = { name: 'rest', when: {}, levels: [{ role: 'approver', people: 1 }] };

test('each way in which a run would have been treated differently, in words', () => {
  const runs = [past('a', of('50')), past('b', of('150')), past('c', of('250'))];
  const higher = replayPolicy(policy(upTo('100'), rest), policy(upTo('200'), rest), runs);
  expect(higher.differences).toMatchObject([
    {
      executionId: 'b',
      kind: 'no_longer_caught',
      before: { rule: 'rest' },
      after: { rule: 'up to 200' },
      sentence: 'Payouts of 2026-03-02: signed by 1 approver under “rest”; under “up to 200” it would need nobody.',
    },
  ]);
  expect(higher.summary).toEqual(['Of the last 3 runs, 1 would no longer need a signature.']);
  const lower = replayPolicy(policy(upTo('200'), rest), policy(upTo('100'), rest), runs);
  expect(lower.differences).toMatchObject([{ executionId: 'b', kind: 'newly_caught' }]);
  const two = replayPolicy(policy(rest), policy({ ...rest, levels: [{ role: 'approver', people: 2 }] }), runs);
  expect(two.differences.map(({ kind }) => kind)).toEqual(['stricter', 'stricter', 'stricter']);
  expect(two.summary).toEqual(['Of the last 3 runs, 3 would need more signatures.']);
  const back = replayPolicy(policy({ ...rest, levels: [{ role: 'approver', people: 2 }] }), policy(rest), runs);
  expect(back.differences.map(({ kind }) => kind)).toEqual(['laxer', 'laxer', 'laxer']);
  const other = replayPolicy(policy(rest), policy({ ...rest, levels: [{ role: 'executive', people: 1 }] }), runs);
  expect(other.differences.map(({ kind }) => kind)).toEqual(['other', 'other', 'other']);
});

test('what was renamed is no difference, and what does nothing needs nobody', () => {
  const runs = [past('a', of('50')), past('b', exampleTraits({ effectCount: 0 }))];
  expect(replayPolicy(policy(rest), policy({ ...rest, name: 'all' }), runs)).toEqual({
    replayed: 1,
    skipped: 0,
    differences: [],
    summary: ['Of the one run, none would have been treated differently.'],
  });
});

test('runs from before traits were kept are counted, not guessed', () => {
  const result = replayPolicy(policy(rest), null, [past('a', null), past('b', of('1'))]);
  expect(result).toMatchObject({ replayed: 1, skipped: 1 });
  expect(result.summary.at(-1)).toBe('1 older run could not be compared.');
});

test('a policy that is switched off is replayed as none', () => {
  const off = { ...policy(upTo('100'), rest), active: false };
  expect(replayPolicy(policy(upTo('100'), rest), off, [past('a', of('50'))]).differences).toMatchObject([
    { kind: 'newly_caught', after: { rule: 'No active policy: approval is required' } },
  ]);
});
