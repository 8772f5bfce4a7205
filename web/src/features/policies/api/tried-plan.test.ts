import { chooseRule } from '@countersign/domain/approval/policy';
import { planTraitsSchema } from '@countersign/domain/schemas/plan-traits';
import { type Operation, operationSchema } from '@countersign/domain/schemas/plugin';
import { expect, it } from 'vitest';
import { traitsOfTried } from './tried-plan.ts';

const PAYOUT: Operation = operationSchema.parse({
  id: 'stripe-payout',
  title: 'Stripe payouts',
  description: 'Pays a file',
  category: 'payments',
  riskLevel: 'high',
  can: { moveMoney: true, writeLedger: true, readOnly: false },
  plugin: { name: 'stripe-payout', version: '1.0.0', codeHash: 'a'.repeat(64) },
  parameters: [],
  active: true,
  version: 1,
});
const TRIED = { amount: '1000.50', newPayees: '', risk: 'low', offHours: false, before: '' } as const;

it('has the form of stored traits, and the amounts in minor units', () => {
  const result = traitsOfTried({ ...TRIED, before: '500' }, PAYOUT, 'USD');
  if (!result.ok) throw new Error(result.message);
  expect(planTraitsSchema.parse(result.traits)).toEqual(result.traits);
  expect(result.traits.base?.amountMinor).toBe('100050');
  expect(result.traits.requesterTotals?.map(({ amountMinor }) => amountMinor)).toEqual([
    ...Array.from({ length: 3 }, () => '100050'),
    ...Array.from({ length: 4 }, () => '150050'),
  ]);
});

it('finds the rule that the engine would find', () => {
  const policy = {
    id: 'p',
    name: 'P',
    active: true,
    rules: [
      {
        name: 'Day total',
        when: { requesterTotal: { hours: 24 as const, minMinor: '150000' } },
        levels: [{ role: 'executive' as const, people: 1 }],
      },
      { name: 'Rest', when: {}, levels: [{ role: 'approver' as const, people: 1 }] },
    ],
    expiryHours: 72,
    createdAt: '2026-01-01T00:00:00.000Z',
    version: 1,
  };
  const ruleFor = (before: string): string => {
    const result = traitsOfTried({ ...TRIED, before }, PAYOUT, 'USD');
    return result.ok ? chooseRule(policy, result.traits).rule : result.message;
  };
  expect(ruleFor('500')).toBe('Day total');
  expect(ruleFor('400')).toBe('Rest');
});

it('says which field is wrong', () => {
  expect(traitsOfTried({ ...TRIED, amount: '1,000' }, PAYOUT, 'USD')).toMatchObject({ ok: false, field: 'amount' });
  expect(traitsOfTried({ ...TRIED, newPayees: 'two' }, PAYOUT, 'USD')).toMatchObject({ ok: false, field: 'newPayees' });
});
