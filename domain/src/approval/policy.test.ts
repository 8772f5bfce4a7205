import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlanTraits } from '../schemas/plan-traits.ts';
import { policySchema, type ApprovalLevel, type Conditions, type Policy, type PolicyRule } from '../schemas/policy.ts';
import { exampleTraits } from './example-traits.ts';
import { isStricter, missingSignatures } from './levels.ts';
import { autoProblem, chooseRule, policyProblems, strictestLevels } from './policy.ts';

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

test('policies from before there were more conditions are read as they are', () => {
  const old = policy([
    { name: 'money', when: { movesMoney: true, categories: ['payments'] }, levels: [level('approver')] },
  ]);
  expect(policySchema.parse(old)).toEqual(old);
});

test.each([
  ['nobody signs and nothing says so', { levels: [] }],
  ['both somebody and nobody signs', { auto: true }],
  ['an unknown condition', { when: { weather: 'fine' } }],
  ['a window that is none', { when: { requesterTotal: { hours: 25 } } }],
  ['an amount that is a number', { when: { amount: { maxMinor: 5 } } }],
])('refused: %s', (_, fields) => {
  const rule = { name: 'r', when: {}, levels: [level('approver')], ...fields };
  expect(policySchema.safeParse(policy([rule as PolicyRule])).success).toBe(false);
});

describe('chooseRule', () => {
  const executive = { name: 'money', when: { movesMoney: true }, levels: [level('executive')] };
  const ledger = { name: 'ledger', when: { categories: ['ledger'] }, levels: [level('treasurer')] };
  const all = { name: 'all', when: {}, levels: [level('approver', 2)] };
  const traits = exampleTraits();

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
    [
      'no rule that matches: everybody whom the policy names',
      policy([ledger, { ...all, when: { movesMoney: false } }]),
      [level('treasurer'), level('approver', 2)],
      'No rule matches: approval is required',
    ],
    ['no rules at all: closed', policy([]), [level('approver')], 'No rule matches: approval is required'],
  ])('%s', (_, given, levels, rule) => {
    expect(chooseRule(given, traits)).toMatchObject({ rule, levels, auto: false });
  });

  test('the version that was chosen is named', () => {
    expect(chooseRule(policy([all]), traits).policy).toEqual({ id: 'p', version: 7 });
    expect(chooseRule(null, traits).policy).toEqual({ id: 'none', version: 0 });
  });
});

describe('conditions', () => {
  const rule = (when: Conditions): Policy => policy([{ name: 'this', when, levels: [level('executive')] }, REST]);
  const REST = { name: 'rest', when: {}, levels: [level('approver')] };
  const unknown = exampleTraits({
    operationId: null,
    pluginRisk: null,
    risk: null,
    effectCount: null,
    payeeCount: null,
    newPayeeCount: null,
    totals: null,
    base: { currency: 'USD', amountMinor: null, unknownCurrencies: ['XAF'], rates: [], ratesAsOf: null },
    requesterTotals: null,
    payeeTotals: null,
    offHours: null,
  });

  // Each as: a condition that holds for the example, one that does not, and whether it can be unknown.
  test.each<[string, Conditions, Conditions, boolean]>([
    ['moves money', { movesMoney: true }, { movesMoney: false }, false],
    ['category', { categories: ['ledger', 'payments'] }, { categories: ['ledger'] }, false],
    [
      'a kind of effect',
      { effectKinds: { match: 'any', kinds: ['notify', 'stripe.payout'] } },
      { effectKinds: { match: 'any', kinds: ['notify'] } },
      false,
    ],
    [
      'no other kind of effect',
      { effectKinds: { match: 'only', kinds: ['notify', 'stripe.payout'] } },
      { effectKinds: { match: 'only', kinds: ['notify'] } },
      false,
    ],
    ['operation', { operationIds: ['stripe-payout'] }, { operationIds: ['nav'] }, true],
    ["the plugin's risk", { pluginRisk: ['high', 'critical'] }, { pluginRisk: ['low'] }, true],
    ['risk at least', { riskAtLeast: 'low' }, { riskAtLeast: 'medium' }, true],
    ['risk at most', { riskAtMost: 'low' }, { riskAtMost: 'low', riskAtLeast: 'high' }, true],
    ['amount from', { amount: { minMinor: '100000' } }, { amount: { minMinor: '100001' } }, true],
    ['amount to', { amount: { maxMinor: '100000' } }, { amount: { maxMinor: '99999' } }, true],
    [
      'amount in a currency',
      {
        amountIn: [
          { currency: 'USD', minMinor: '1' },
          { currency: 'EUR', maxMinor: '0' },
        ],
      },
      {
        amountIn: [
          { currency: 'USD', minMinor: '1' },
          { currency: 'EUR', minMinor: '1' },
        ],
      },
      true,
    ],
    ['effects', { effectCount: { min: 2, max: 2 } }, { effectCount: { min: 3 } }, true],
    ['payees', { payeeCount: { min: 2 } }, { payeeCount: { max: 1 } }, true],
    ['new payees', { newPayeeCount: { max: 0 } }, { newPayeeCount: { min: 1 } }, true],
    [
      "the requester's total",
      { requesterTotal: { hours: 24, minMinor: '100000' } },
      { requesterTotal: { hours: 24, minMinor: '100001' } },
      true,
    ],
    [
      "a payee's total",
      { payeeTotal: { hours: 168, maxMinor: '60000' } },
      { payeeTotal: { hours: 168, maxMinor: '59999' } },
      true,
    ],
    ['off hours', { offHours: false }, { offHours: true }, true],
  ])('%s', (_, holds, fails, canBeUnknown) => {
    expect(chooseRule(rule(holds), exampleTraits()).rule).toBe('this');
    expect(chooseRule(rule(fails), exampleTraits()).rule).toBe('rest');
    if (!canBeUnknown) return;
    const chosen = chooseRule(rule(holds), unknown);
    expect(chosen.rule).toMatch(/^“this” can not be decided, for .*: approval is required$/);
    expect(chosen.levels).toEqual([level('executive'), level('approver')]);
  });

  test('a condition that does not hold decides, whatever is unknown beside it', () => {
    expect(chooseRule(rule({ amount: { maxMinor: '1' }, movesMoney: false }), unknown).rule).toBe('rest');
  });

  test('the currency without a rate is named', () => {
    expect(chooseRule(rule({ amount: { maxMinor: '1' } }), unknown).rule).toContain('is known for XAF');
  });
});

describe('approval by rule', () => {
  const small: PolicyRule = {
    name: 'small',
    when: { movesMoney: true, amount: { maxMinor: '100000' } },
    levels: [],
    auto: true,
  };
  const rest: PolicyRule = { name: 'rest', when: {}, levels: [level('approver'), level('executive')] };

  test('up to its limit', () => {
    expect(chooseRule(policy([small, rest]), exampleTraits())).toMatchObject({ rule: 'small', levels: [], auto: true });
    const more = exampleTraits({
      base: { currency: 'USD', amountMinor: '100001', unknownCurrencies: [], rates: [], ratesAsOf: null },
    });
    expect(chooseRule(policy([small, rest]), more)).toMatchObject({ rule: 'rest', auto: false });
  });

  test.each<[string, Conditions]>([
    ['says nothing of money', { amount: { maxMinor: '100000' } }],
    ['sets no limit', { movesMoney: true }],
    ['sets a lower limit only', { movesMoney: true, amount: { minMinor: '1' } }],
    ['limits one currency only', { movesMoney: true, amountIn: [{ currency: 'USD', maxMinor: '100000' }] }],
    ['sets no condition', {}],
  ])('never money when the rule %s', (_, when) => {
    const rule = { ...small, when };
    expect(autoProblem(rule)).not.toBeNull();
    expect(chooseRule(policy([rule, rest]), exampleTraits())).toMatchObject({
      levels: [level('approver'), level('executive')],
      auto: false,
      rule: expect.stringContaining('may not approve by itself'),
    });
    expect(policyProblems(policy([rule, rest])).join()).toContain('approves no plan that moves money by itself');
  });

  test('what moves no money is approved by any rule that says so', () => {
    const rule = { ...small, when: { movesMoney: false } };
    const traits = exampleTraits({ movesMoney: false, totals: [], effectKinds: ['file.publish'] });
    expect(chooseRule(policy([rule, rest]), traits)).toMatchObject({ auto: true, levels: [] });
  });

  test('a policy that approves everything by itself still has somebody sign what it can not decide', () => {
    const traits = exampleTraits({ base: null });
    expect(chooseRule(policy([small]), traits)).toMatchObject({ auto: false, levels: [level('approver')] });
  });
});

const someLevels = fc.array(
  fc.record({
    role: fc.constantFrom('approver' as const, 'executive' as const, 'treasurer' as const),
    people: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const minor = fc.bigInt({ min: 0n, max: 300_000n }).map(String);
const someConditions: fc.Arbitrary<Conditions> = fc.record(
  {
    movesMoney: fc.boolean(),
    categories: fc.subarray(['payments', 'ledger']),
    riskAtLeast: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    amount: fc.record({ minMinor: minor, maxMinor: minor }, { requiredKeys: [] }),
    newPayeeCount: fc.record({ min: fc.nat(3) }),
    offHours: fc.boolean(),
    requesterTotal: fc.record({ hours: fc.constantFrom(1 as const, 24 as const), minMinor: minor }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Conditions>;
const someRule: fc.Arbitrary<PolicyRule> = fc
  .record({ name: fc.string(), when: someConditions, levels: someLevels, auto: fc.boolean() })
  .map((rule) => (rule.auto ? { ...rule, levels: [] } : rule));
const someTraits: fc.Arbitrary<PlanTraits> = fc
  .record({
    movesMoney: fc.boolean(),
    category: fc.constantFrom('payments', 'ledger', 'data'),
    risk: fc.option(fc.constantFrom('low' as const, 'medium' as const, 'high' as const, 'critical' as const)),
    newPayeeCount: fc.option(fc.nat(4)),
    offHours: fc.option(fc.boolean()),
    amount: fc.option(minor),
  })
  .map(({ amount, ...fields }) =>
    exampleTraits({
      ...fields,
      base: { currency: 'USD', amountMinor: amount, unknownCurrencies: [], rates: [], ratesAsOf: null },
    }),
  );

test('somebody must sign, unless a rule says otherwise that names money and limits its amount', () => {
  fc.assert(
    fc.property(fc.option(fc.array(someRule)), fc.boolean(), someTraits, (rules, active, traits) => {
      const given = rules === null ? null : policy(rules, { active });
      const chosen = chooseRule(given, traits);
      expect(chosen.expiryHours).toBeGreaterThan(0);
      expect(missingSignatures(chosen.levels, []) === 0).toBe(chosen.auto);
      if (!chosen.auto) return;
      const rule = rules?.find(
        ({ auto, name, when }) =>
          auto && name === chosen.rule && (!traits.movesMoney || autoProblem({ auto, when }) === null),
      );
      expect(rule).toBeDefined();
      if (traits.movesMoney) expect(traits.base?.amountMinor).not.toBeNull();
    }),
    { numRuns: 1_000 },
  );
});

test('whatever becomes unknown, no fewer people sign than one of the rules asks for', () => {
  fc.assert(
    fc.property(fc.array(someRule, { minLength: 1 }), someTraits, (rules, traits) => {
      const blind = { ...traits, risk: null, newPayeeCount: null, offHours: null, base: null, requesterTotals: null };
      const [seen, unseen] = [chooseRule(policy(rules), traits), chooseRule(policy(rules), blind)];
      const decided = rules.some(({ name }) => name === unseen.rule);
      // Either a rule needed nothing that is unknown, or everybody whom the policy names must sign.
      if (!decided) expect(isStricter(unseen.levels, seen.levels)).toBe(false);
      if (!decided) expect(unseen.levels).toEqual(strictestLevels(policy(rules)));
    }),
    { numRuns: 1_000 },
  );
});

test('a policy with more signatures in each rule never lets fewer people through', () => {
  const stricter = fc.array(fc.tuple(someRule, someLevels), { minLength: 1 });
  fc.assert(
    fc.property(stricter, someTraits, (pairs, traits) => {
      const before = policy(pairs.map(([rule]) => rule));
      const after = policy(
        pairs.map(([rule, more]) => (rule.auto === true ? rule : { ...rule, levels: [...rule.levels, ...more] })),
      );
      const [then, now] = [chooseRule(before, traits), chooseRule(after, traits)];
      expect(isStricter(now.levels, then.levels)).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});

test('a reminder is taken over from the policy, and where it has none there is none', () => {
  const all: PolicyRule = { name: 'all', when: {}, levels: [level('approver')] };
  expect(chooseRule(policy([all], { reminderHours: 4 }), exampleTraits())).toMatchObject({ reminderHours: 4 });
  expect(chooseRule(policy([all]), exampleTraits()).reminderHours).toBeNull();
});

test('a rule that names nobody and does not say so, though no schema lets it in, approves nothing', () => {
  const rules: PolicyRule[] = [
    { name: 'empty', when: {}, levels: [] },
    { name: 'rest', when: {}, levels: [level('executive')] },
  ];
  expect(chooseRule(policy(rules), exampleTraits())).toMatchObject({
    rule: '“empty” names nobody: approval is required',
    levels: [level('executive')],
    auto: false,
  });
});

test('why a rule may not approve money by itself', () => {
  const amount = { maxMinor: '1' };
  expect(autoProblem({ auto: true, when: { amount } })).toBe('it does not say that it is for plans that move money');
  expect(autoProblem({ auto: true, when: { movesMoney: true } })).toBe('it sets no limit on the amount');
  expect(autoProblem({ auto: true, when: { movesMoney: true, amount } })).toBeNull();
  expect(autoProblem({ when: {} })).toBeNull();
});

test('what is not doubtful about a policy is not said', () => {
  const all: PolicyRule = { name: 'all', when: {}, levels: [level('approver')] };
  const reading: PolicyRule = { name: 'reading', when: { movesMoney: false }, levels: [], auto: true };
  const sameAsAll = { ...all, name: 'same', when: { movesMoney: undefined } } as unknown as PolicyRule;
  expect(policyProblems(policy([reading, all]))).toEqual([]);
  expect(policyProblems(policy([all], { reminderHours: 23 }))).toEqual([]);
  expect(policyProblems(policy([all], { reminderHours: null, expiryHours: 0 }))).toEqual([]);
  // What is written and not set is no condition.
  expect(policyProblems(policy([sameAsAll, all]))).toEqual([
    '“all” never applies: “same” before it matches everything.',
  ]);
});

test('what is doubtful about a policy is said', () => {
  const all: PolicyRule = { name: 'all', when: {}, levels: [level('approver')] };
  expect(policyProblems(policy([all]))).toEqual([]);
  expect(policyProblems(policy([all, { ...all, name: 'late' }]))[0]).toContain('“late” never applies');
  expect(policyProblems(policy([{ ...all, when: { movesMoney: true } }]))[0]).toContain('match no rule');
  expect(policyProblems(policy([all], { reminderHours: 24 }))[0]).toContain('Nobody is reminded');
  expect(policyProblems(policy([{ ...all, when: { movesMoney: true } }, all])).join()).toContain('same name');
});
