import { ROLLING_HOURS } from '@countersign/domain/schemas/plan-traits';
import { riskLevelSchema } from '@countersign/domain/schemas/plugin';
import { type Conditions, conditionsSchema } from '@countersign/domain/schemas/policy';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CONDITION_NAMES, type WhenDraft, emptyCondition, whenDraftOf, whenOf } from './condition-draft.ts';

const issuesOf = (draft: WhenDraft, currency = 'USD'): Record<string, string> => {
  const issues: Record<string, string> = {};
  whenOf(draft, currency, (field, message) => (issues[field] = message));
  return issues;
};

const minor = fc.bigInt({ min: 0n, max: 10n ** 14n });
const amounts = fc
  .tuple(minor, minor, fc.constantFrom('from', 'to', 'both'))
  .map(([one, two, ends]): { minMinor?: string; maxMinor?: string } => {
    const [min, max] = one < two ? [one, two] : [two, one];
    return {
      ...(ends === 'to' ? {} : { minMinor: String(min) }),
      ...(ends === 'from' ? {} : { maxMinor: String(max) }),
    };
  });
const counts = fc
  .tuple(fc.nat(), fc.nat(), fc.constantFrom('from', 'to', 'both'))
  .map(([one, two, ends]): { min?: number; max?: number } => ({
    ...(ends === 'to' ? {} : { min: Math.min(one, two) % 1_000_000 }),
    ...(ends === 'from' ? {} : { max: 1_000_000 + (Math.max(one, two) % 1_000_000) }),
  }));
const rolling = fc
  .tuple(fc.constantFrom(...ROLLING_HOURS), amounts)
  .map(([hours, range]): NonNullable<Conditions['payeeTotal']> => ({ hours, ...range }));
const some = <T>(...of: T[]): fc.Arbitrary<T[]> => fc.subarray(of, { minLength: 1 });
const risks = riskLevelSchema.options;
const conditions: fc.Arbitrary<Conditions> = fc.record(
  {
    movesMoney: fc.boolean(),
    categories: some('payments', 'reporting'),
    effectKinds: fc.record({ match: fc.constantFrom('any' as const, 'only' as const), kinds: some('notify', 'x.y') }),
    operationIds: some('one', 'two'),
    pluginRisk: some(...risks),
    riskAtLeast: fc.constantFrom(...risks),
    riskAtMost: fc.constantFrom(...risks),
    amount: amounts,
    amountIn: fc.array(
      fc.tuple(fc.constantFrom('JPY', 'EUR', 'KWD'), amounts).map(([currency, range]) => ({ currency, ...range })),
      { minLength: 1, maxLength: 4 },
    ),
    effectCount: counts,
    payeeCount: counts,
    newPayeeCount: counts,
    requesterTotal: rolling,
    payeeTotal: rolling,
    offHours: fc.boolean(),
  },
  { requiredKeys: [] },
);

it('gives back every condition that a policy can have, to the minor unit', () => {
  fc.assert(
    fc.property(conditions, fc.constantFrom('USD', 'JPY', 'KWD'), (when, currency) => {
      expect(conditionsSchema.parse(when)).toEqual(when);
      const issues: string[] = [];
      expect(whenOf(whenDraftOf(when, currency), currency, (field) => issues.push(field))).toEqual(when);
      expect(issues).toEqual([]);
    }),
  );
});

it('has a form for every condition of the schema', () => {
  expect([...CONDITION_NAMES].toSorted()).toEqual(Object.keys(conditionsSchema.shape).toSorted());
});

it('says of a condition that was added and left empty that it is', () => {
  const added = (name: (typeof CONDITION_NAMES)[number]): string[] =>
    Object.keys(issuesOf({ [name]: emptyCondition(name, 'USD') }));
  expect(Object.fromEntries(CONDITION_NAMES.map((name) => [name, added(name)]))).toEqual({
    movesMoney: [],
    offHours: [],
    riskAtLeast: [],
    riskAtMost: [],
    amount: ['amount.empty'],
    amountIn: ['amountIn.0.empty'],
    payeeCount: ['payeeCount.empty'],
    newPayeeCount: ['newPayeeCount.empty'],
    effectCount: ['effectCount.empty'],
    requesterTotal: ['requesterTotal.empty'],
    payeeTotal: ['payeeTotal.empty'],
    pluginRisk: ['pluginRisk.empty'],
    categories: ['categories.empty'],
    operationIds: ['operationIds.empty'],
    effectKinds: ['effectKinds.empty'],
  });
});

it('refuses what nothing can be in and what could mean two things, at its field', () => {
  const currencies = [
    { currency: 'JPY', from: '1.5', to: '' },
    { currency: 'EUR', from: '', to: '2' },
  ];
  expect(
    Object.keys(
      issuesOf({
        amount: { from: '1,000', to: '' },
        payeeCount: { from: '3', to: '2' },
        newPayeeCount: { from: '-1', to: 'two' },
        requesterTotal: { hours: 24, from: '2', to: '1' },
        amountIn: { rows: currencies },
      }),
    ),
  ).toEqual([
    'amount.from',
    'amountIn.0.from',
    'payeeCount.to',
    'newPayeeCount.from',
    'newPayeeCount.to',
    'requesterTotal.to',
  ]);
});

it('takes both ends to be in, so that equal ends are one amount, and 0 is an amount', () => {
  expect(issuesOf({ amount: { from: '5', to: '5' }, payeeTotal: { hours: 1, from: '0', to: '0.00' } })).toEqual({});
});
