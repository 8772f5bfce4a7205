import { describe, expect, test } from 'vitest';
import { ROLLING_HOURS, type PlanTraits } from '../schemas/plan-traits.ts';
import type { Conditions } from '../schemas/policy.ts';
import { conditionInWords, evaluate } from './conditions.ts';
import { exampleTraits } from './example-traits.ts';

const holds = (when: Conditions, fields: Partial<PlanTraits> = {}) => evaluate(when, exampleTraits(fields)).holds;

describe('kinds of effects', () => {
  const kinds = ['notify', 'http.call'];
  test.each<[string, string[], boolean, boolean]>([
    ['all of them', ['notify', 'http.call'], true, true],
    ['some of them', ['notify', 'file.publish'], true, false],
    ['none of them', ['file.publish'], false, false],
    ['no effects', [], false, false],
  ])('%s', (_, effectKinds, any, only) => {
    expect(holds({ effectKinds: { match: 'any', kinds } }, { effectKinds })).toBe(any);
    expect(holds({ effectKinds: { match: 'only', kinds } }, { effectKinds })).toBe(only);
  });
});

test.each([
  ['low', true, false],
  ['medium', true, true],
  ['high', false, true],
  ['critical', false, true],
] as const)('a risk that is %s', (risk, atMost, atLeast) => {
  expect(holds({ riskAtMost: 'medium' }, { risk })).toBe(atMost);
  expect(holds({ riskAtLeast: 'medium' }, { risk })).toBe(atLeast);
});

test('each window has a total of its own', () => {
  const totals = ROLLING_HOURS.map((hours) => ({ hours, amountMinor: String(hours) }));
  for (const { hours, amountMinor } of totals) {
    const exactly = { hours, minMinor: amountMinor, maxMinor: amountMinor };
    expect(holds({ requesterTotal: exactly }, { requesterTotals: totals })).toBe(true);
    expect(holds({ payeeTotal: exactly }, { payeeTotals: totals })).toBe(true);
  }
  expect(holds({ payeeTotal: { hours: 24 } }, { payeeTotals: [] })).toBe('unknown');
});

test('what is not given is no condition', () => {
  expect(holds({ movesMoney: undefined, amount: undefined } as unknown as Conditions, { base: null })).toBe(true);
});

test.each<[Conditions, string]>([
  [{ operationIds: ['x'] }, 'the operation is not known'],
  [{ pluginRisk: ['low'] }, "the plugin's risk is not known"],
  [{ riskAtLeast: 'low' }, 'the risk is not known'],
  [{ riskAtMost: 'low' }, 'the risk is not known'],
  [{ amount: {} }, 'no rate to USD that is recent enough is known for XAF, XOF'],
  [{ amountIn: [{ currency: 'USD' }] }, 'the amounts are not known'],
  [{ effectCount: {} }, 'the number of effects is not known'],
  [{ payeeCount: {} }, 'the number of payees is not known'],
  [{ newPayeeCount: {} }, 'the number of new payees is not known'],
  [{ requesterTotal: { hours: 24 } }, 'what the requester asked for in 24 hours is not known'],
  [{ payeeTotal: { hours: 72 } }, 'what one payee gets in 72 hours is not known'],
  [{ offHours: true }, 'the business hours are not known'],
])('why %j can not be decided', (when, why) => {
  const blind = exampleTraits({
    operationId: null,
    pluginRisk: null,
    risk: null,
    base: { currency: 'USD', amountMinor: null, unknownCurrencies: ['XAF', 'XOF'], rates: [], ratesAsOf: null },
    totals: null,
    effectCount: null,
    payeeCount: null,
    newPayeeCount: null,
    requesterTotals: null,
    payeeTotals: null,
    offHours: null,
  });
  expect(evaluate(when, blind)).toEqual({ holds: 'unknown', why });
});

test('without any amount it says so', () => {
  expect(evaluate({ amount: {} }, exampleTraits({ base: null }))).toMatchObject({ why: 'the amount is not known' });
});

test.each<[Conditions, string]>([
  [{ movesMoney: true }, 'it moves money'],
  [{ movesMoney: false }, 'it moves no money'],
  [{ categories: ['payments', 'ledger'] }, 'its category is payments or ledger'],
  [{ effectKinds: { match: 'any', kinds: ['notify', 'x'] } }, 'it has messages or x'],
  [{ effectKinds: { match: 'only', kinds: ['notify', 'x'] } }, 'all its effects are messages or x'],
  [{ operationIds: ['a', 'b'] }, 'the operation is a or b'],
  [{ pluginRisk: ['low', 'high'] }, "the plugin's own risk is low or high"],
  [{ riskAtLeast: 'high' }, 'its risk is high or higher'],
  [{ riskAtMost: 'low' }, 'its risk is low or lower'],
  [{ amount: { minMinor: '100' } }, 'all of it is at least USD 1.00'],
  [{ amount: { minMinor: '100', maxMinor: '200' } }, 'all of it is at least USD 1.00 and at most USD 2.00'],
  [{ amount: {} }, 'all of it is anything'],
  [
    {
      amountIn: [
        { currency: 'EUR', maxMinor: '500' },
        { currency: 'JPY', minMinor: '7' },
      ],
    },
    'its EUR are at most EUR 5.00 and its JPY are at least JPY 7',
  ],
  [{ effectCount: { min: 2 } }, 'it has at least 2 effects'],
  [{ effectCount: {} }, 'it has any number of effects'],
  [{ payeeCount: { max: 3 } }, 'it pays at most 3 payees'],
  [{ payeeCount: { min: 1, max: 3 } }, 'it pays 1 to 3 payees'],
  [{ newPayeeCount: { min: 1, max: 1 } }, '1 of its payees are new'],
  [
    { requesterTotal: { hours: 24, minMinor: '100' } },
    'with all that the same person asked for within 24 hours it is at least USD 1.00',
  ],
  [
    { payeeTotal: { hours: 168, maxMinor: '100' } },
    'with all that goes to the same payee within 168 hours it is at most USD 1.00',
  ],
  [{ offHours: true }, 'it is asked for off hours'],
  [{ offHours: false }, 'it is asked for during business hours'],
])('%j in words', (when, words) => {
  expect(conditionInWords(when, 'USD')).toEqual([words]);
});

test('conditions that are not given have no words', () => {
  const when = { movesMoney: true, amount: undefined } as unknown as Conditions;
  expect(conditionInWords(when, 'USD')).toEqual(['it moves money']);
});
