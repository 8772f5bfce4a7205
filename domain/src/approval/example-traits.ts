import type { PlanTraits } from '../schemas/plan-traits.ts';
import { ROLLING_HOURS } from '../schemas/plan-traits.ts';

/** A plan of two payouts, USD 1,000.00 in all, for tests; everything about it is known. */
export function exampleTraits(fields: Partial<PlanTraits> = {}): PlanTraits {
  return {
    movesMoney: true,
    category: 'payments',
    operationId: 'stripe-payout',
    pluginRisk: 'high',
    risk: 'low',
    effectKinds: ['stripe.payout'],
    effectCount: 2,
    payeeCount: 2,
    newPayeeCount: 0,
    totals: [{ currency: 'USD', amountMinor: '100000', count: 2 }],
    base: { currency: 'USD', amountMinor: '100000', unknownCurrencies: [], rates: [], ratesAsOf: null },
    requesterTotals: ROLLING_HOURS.map((hours) => ({ hours, amountMinor: '100000' })),
    payeeTotals: ROLLING_HOURS.map((hours) => ({ hours, amountMinor: '60000' })),
    offHours: false,
    requestedAt: '2026-03-02T10:00:00.000Z',
    ...fields,
  };
}
