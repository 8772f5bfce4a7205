import { fromMinor, toMinor } from '../money/money.ts';
import type { Total } from '../schemas/common.ts';
import type { Tally } from '../schemas/execution.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import { moneyOf } from './effect-facts.ts';
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
  readonly #counts = { succeeded: 0, failed: 0, unknown: 0 };
  readonly #planned: readonly Total[];
  readonly #effectCount: number;

  /** @param planned money of the whole plan; @param effectCount its effects, those that move none included */
  constructor(planned: readonly Total[], effectCount: number) {
    this.#planned = planned;
    this.#effectCount = effectCount;
  }

  add(effects: readonly Effect[], outcomes: readonly Outcome[]): void {
    const byKey = new Map(effects.map((effect) => [effect.key, effect]));
    for (const outcome of outcomes) {
      const effect = byKey.get(outcome.key);
      assert(effect !== undefined, `outcome of ${outcome.key} has its effect`);
      if (outcome.status === 'not_done') continue;
      this.#counts[outcome.status] += 1;
      const money = moneyOf(effect);
      if (money !== null) this.#totals[outcome.status].add(money.currency, money.amountMinor);
    }
  }

  /** A counter of its own that goes on from here. */
  clone(): TallyCounter {
    const other = new TallyCounter(this.#planned, this.#effectCount);
    for (const status of ['succeeded', 'failed', 'unknown'] as const) {
      other.#totals[status].addAll(this.#totals[status].toList());
      other.#counts[status] = this.#counts[status];
    }
    return other;
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
    const { succeeded: done, failed: refused, unknown: open } = this.#counts;
    const left = this.#effectCount - done - refused - open;
    assert(left >= 0, 'no more effects have an outcome than were planned');
    return {
      counts: { succeeded: done, failed: refused, unknown: open, untouched: left },
      succeeded,
      failed,
      unknown,
      untouched: rest.filter((total) => total.count > 0),
    };
  }
}

export function countOf(totals: readonly Total[]): number {
  return totals.reduce((sum, total) => sum + total.count, 0);
}

/** Effects of every kind by what became of them; a tally from before they were counted has those that move money. */
export function countsOf(tally: Tally): NonNullable<Tally['counts']> {
  return (
    tally.counts ?? {
      succeeded: countOf(tally.succeeded),
      failed: countOf(tally.failed),
      unknown: countOf(tally.unknown),
      untouched: countOf(tally.untouched),
    }
  );
}
