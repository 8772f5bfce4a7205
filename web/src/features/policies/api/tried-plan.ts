import { parseAmount } from '@countersign/domain/money/parse-amount';
import { fromMinor } from '@countersign/domain/money/money';
import { type PlanTraits, ROLLING_HOURS } from '@countersign/domain/schemas/plan-traits';
import type { Operation, RiskLevel } from '@countersign/domain/schemas/plugin';

/** A plan that nobody has made, to see what a policy would say of it. */
export interface TriedPlan {
  readonly amount: string;
  readonly newPayees: string;
  readonly risk: RiskLevel;
  readonly offHours: boolean;
  /** What the same person asked for besides, within the last 24 hours. */
  readonly before: string;
}

export type TriedResult =
  | { readonly ok: true; readonly traits: PlanTraits }
  | { readonly ok: false; readonly field: 'amount' | 'newPayees' | 'before'; readonly message: string };

const DAY_HOURS = 24;

/** Its traits, as the engine would store them: all of the amount goes to one payee. */
export function traitsOfTried(tried: TriedPlan, operation: Operation, currency: string): TriedResult {
  const moves = operation.can.moveMoney;
  const amount = amountOf(moves ? tried.amount : '', currency);
  if (typeof amount === 'string') return { ok: false, field: 'amount', message: amount };
  const before = amountOf(tried.before, currency);
  if (typeof before === 'string') return { ok: false, field: 'before', message: before };
  const entered = tried.newPayees.trim();
  if (entered !== '' && !/^\d{1,6}$/.test(entered))
    return { ok: false, field: 'newPayees', message: 'Write a whole number' };
  const newPayees = entered === '' ? 0 : Number(entered);
  const amountMinor = fromMinor(amount);
  const traits: PlanTraits = {
    movesMoney: moves,
    category: operation.category,
    operationId: operation.id,
    pluginRisk: operation.riskLevel,
    risk: tried.risk,
    effectKinds: moves ? ['stripe.payout'] : [],
    effectCount: moves ? Math.max(1, newPayees) : 1,
    payeeCount: moves ? Math.max(1, newPayees) : 0,
    newPayeeCount: newPayees,
    totals: amount === 0n ? [] : [{ currency, amountMinor, count: 1 }],
    base: { currency, amountMinor, unknownCurrencies: [], rates: [], ratesAsOf: null },
    requesterTotals: ROLLING_HOURS.map((hours) => ({
      hours,
      amountMinor: fromMinor(hours < DAY_HOURS ? amount : amount + before),
    })),
    payeeTotals: ROLLING_HOURS.map((hours) => ({ hours, amountMinor })),
    offHours: tried.offHours,
    requestedAt: null,
  };
  return { ok: true, traits };
}

/** Minor units, or what is wrong. Nothing is 0. */
function amountOf(text: string, currency: string): bigint | string {
  if (text.trim() === '') return 0n;
  const parsed = parseAmount(text, currency);
  return parsed.ok ? parsed.amountMinor : `${parsed.message}. ${parsed.remedy}`;
}
