import { fromMinor, toMinor } from '../money/money.ts';
import type { Total } from '../schemas/common.ts';
import type { Tally } from '../schemas/execution.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import { assert } from '../errors.ts';

/** Counts and sums per currency, in the order of the currency codes. Never across currencies. */
export class Totals {
  readonly #sums = new Map<string, { amount: bigint; count: number }>();

  add(currency: string, amountMinor: bigint, count = 1): this {
    const sum = this.#sums.get(currency) ?? { amount: 0n, count: 0 };
    this.#sums.set(currency, { amount: sum.amount + amountMinor, count: sum.count + count });
    return this;
  }

  addAll(totals: readonly Total[]): this {
    for (const total of totals) this.add(total.currency, toMinor(total.amountMinor), total.count);
    return this;
  }

  toList(): Total[] {
    return [...this.#sums]
      .map(([currency, sum]) => ({ currency, amountMinor: fromMinor(sum.amount), count: sum.count }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }
}

/** What an effect moves out of the organization; null when it moves no money. */
export function moneyOf(effect: Effect): { readonly currency: string; readonly amountMinor: bigint } | null {
  return { currency: effect.data.currency, amountMinor: toMinor(effect.data.amountMinor) };
}

export function totalsOf(effects: Iterable<Effect>): Total[] {
  const totals = new Totals();
  for (const effect of effects) {
    const money = moneyOf(effect);
    if (money !== null) totals.add(money.currency, money.amountMinor);
  }
  return totals.toList();
}

/** Effects and outcomes of all pages folded into the four counts; what has no settled outcome is untouched. */
export class TallyCounter {
  readonly #totals = { succeeded: new Totals(), failed: new Totals(), unknown: new Totals() };
  readonly #planned: readonly Total[];

  constructor(planned: readonly Total[]) {
    this.#planned = planned;
  }

  add(effects: readonly Effect[], outcomes: readonly Outcome[]): void {
    const byKey = new Map(effects.map((effect) => [effect.key, effect]));
    for (const outcome of outcomes) {
      const effect = byKey.get(outcome.key);
      assert(effect !== undefined, `outcome of ${outcome.key} has its effect`);
      const money = moneyOf(effect);
      if (money !== null && outcome.status !== 'not_done')
        this.#totals[outcome.status].add(money.currency, money.amountMinor);
    }
  }

  toTally(): Tally {
    const succeeded = this.#totals.succeeded.toList();
    const failed = this.#totals.failed.toList();
    const unknown = this.#totals.unknown.toList();
    const untouched = new Totals().addAll(this.#planned);
    for (const total of [...succeeded, ...failed, ...unknown])
      untouched.add(total.currency, -toMinor(total.amountMinor), -total.count);
    const rest = untouched.toList();
    for (const total of rest)
      assert(total.count >= 0 && toMinor(total.amountMinor) >= 0n, 'no more is done than was planned');
    return { succeeded, failed, unknown, untouched: rest.filter((total) => total.count > 0) };
  }
}

export function countOf(totals: readonly Total[]): number {
  return totals.reduce((sum, total) => sum + total.count, 0);
}
