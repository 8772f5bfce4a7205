import { toMinor } from '../money/money.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import type { Total } from '../schemas/common.ts';
import type { Execution, Plan, Tally } from '../schemas/execution.ts';
import { assert } from '../errors.ts';
import { moneyOf } from './effect-facts.ts';
import { countsOf, Totals } from './totals.ts';

/** What the provider says of a payment now. */
export interface PaymentState {
  readonly providerId: string;
  readonly state: 'in_transit' | 'settled' | 'returned';
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * What an outcome becomes when the provider says this of its payment; null when it stays as it is. It depends on what is
 * said now and on nothing that was said before, so any order of events, and any number of them, comes to the same.
 * Money that came back has failed: a provider never sends the same payment out again.
 */
export function laterOutcome(effect: Effect, outcome: Outcome, payment: PaymentState, at: string): Outcome | null {
  const { status, settlement } = outcome;
  if (status !== 'succeeded' && status !== 'unknown') return null;
  const { providerId, state } = payment;
  if (state === 'returned') {
    const code = payment.code ?? 'returned';
    const message = payment.message ?? 'The money came back';
    return { ...outcome, status: 'failed', providerId, code, message, settlement: { state, at }, at };
  }
  // A transfer arrives at once: there is nothing to wait for.
  const next = effect.kind === 'stripe.payout' ? { state, at } : null;
  if (status === 'unknown')
    return { ...outcome, status: 'succeeded', providerId, code: null, message: null, settlement: next, at };
  if (next === null || settlement?.state === next.state || settlement?.state === 'settled') return null;
  return { ...outcome, settlement: next };
}

type Transit = NonNullable<Execution['transit']>;

const PLACE = { in_transit: 'inTransit', settled: 'settled', returned: 'returned' } as const;

/** Money that the provider accepted, by where it is now; null while nothing was accepted that can still move. */
export class TransitCounter {
  readonly #totals = { inTransit: new Totals(), settled: new Totals(), returned: new Totals() };

  constructor(before: Execution['transit'] = null) {
    if (before === null) return;
    for (const place of ['inTransit', 'settled', 'returned'] as const) this.#totals[place].addAll(before[place]);
  }

  /** @param times 1 to count it, -1 to take it away again */
  add(effect: Effect, outcome: Outcome, times: 1 | -1 = 1): this {
    const money = moneyOf(effect);
    if (money === null || outcome.settlement === null) return this;
    const sum = this.#totals[PLACE[outcome.settlement.state]];
    sum.add(money.currency, BigInt(times) * money.amountMinor, times);
    return this;
  }

  toTransit(): Transit | null {
    const { inTransit, settled, returned } = this.#totals;
    const transit = { inTransit: rest(inTransit), settled: rest(settled), returned: rest(returned) };
    return Object.values(transit).every((totals) => totals.length === 0) ? null : transit;
  }
}

export interface OutcomeChange {
  readonly effect: Effect;
  readonly before: Outcome;
  readonly after: Outcome;
}

/**
 * The tally after some outcomes have become others, from the tally before: an execution may have a thousand pages, and
 * only one of them was read. What was not done is `untouched` and has no part in it.
 */
export function retally(tally: Tally, plan: Pick<Plan, 'effectCount'>, changes: readonly OutcomeChange[]): Tally {
  const lists = { succeeded: new Totals(), failed: new Totals(), unknown: new Totals(), untouched: new Totals() };
  for (const list of ['succeeded', 'failed', 'unknown', 'untouched'] as const) lists[list].addAll(tally[list]);
  const counts = { ...countsOf(tally) };
  for (const { effect, before, after } of changes) {
    const money = moneyOf(effect);
    for (const [{ status }, times] of [
      [before, -1],
      [after, 1],
    ] as const) {
      const list = status === 'not_done' ? 'untouched' : status;
      counts[list] += times;
      if (money !== null) lists[list].add(money.currency, BigInt(times) * money.amountMinor, times);
    }
  }
  const sum = counts.succeeded + counts.failed + counts.unknown + counts.untouched;
  assert(sum === plan.effectCount, 'the tally still adds up to the plan');
  return {
    counts,
    succeeded: rest(lists.succeeded),
    failed: rest(lists.failed),
    unknown: rest(lists.unknown),
    untouched: rest(lists.untouched),
  };
}

/** Currencies of which nothing is left are left out, as in a tally that was counted anew. */
function rest(totals: Totals): Total[] {
  return totals.toList().filter(({ count, amountMinor }) => {
    assert(count >= 0 && toMinor(amountMinor) >= 0n, 'no more is taken away than was counted');
    return count > 0;
  });
}
