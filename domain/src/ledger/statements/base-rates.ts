import { divideRounded } from '../fx/fraction.ts';
import { exactly } from '../fx/convert.ts';
import { rateOrNull, type CrossRate, type RateIndex, type RateOptions } from '../fx/rate-table.ts';
import type { StatementRate } from '../../schemas/statement.ts';
import { GUARD } from './stand.ts';

export type RateUse = 'closing' | 'day';

/** The rates of a statement in the base currency; it notes which quotes it has used, and for what. */
export class BaseRates {
  readonly currency: string;
  readonly #index: RateIndex;
  readonly #options: RateOptions;
  readonly #found = new Map<string, CrossRate | null>();
  readonly #used = new Map<string, StatementRate>();

  constructor(index: RateIndex, currency: string, options: RateOptions = {}) {
    this.#index = index;
    this.currency = currency;
    this.#options = { pivot: currency, ...options };
  }

  /** Minor units of the base currency times `GUARD`; null when no rate of the day counts. */
  value(amountMinor: bigint, currency: string, day: string, use: RateUse): bigint | null {
    if (currency === this.currency) return amountMinor * GUARD;
    const rate = this.#rate(currency, day);
    if (rate === null) return null;
    this.#note(rate, use);
    const { numerator, denominator } = exactly(amountMinor, currency, this.currency, rate.rate);
    return divideRounded(numerator * GUARD, denominator, 'HALF_EVEN');
  }

  /** By currencies, then by day. */
  used(): StatementRate[] {
    const order = ({ base, quote, asOf }: StatementRate): string => `${base} ${quote} ${asOf}`;
    return [...this.#used.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  #rate(currency: string, day: string): CrossRate | null {
    const key = `${currency} ${day}`;
    let rate = this.#found.get(key);
    if (rate === undefined) {
      rate = rateOrNull(this.#index, currency, this.currency, day, this.#options);
      this.#found.set(key, rate);
    }
    return rate;
  }

  #note({ legs }: CrossRate, use: RateUse): void {
    for (const { quote } of legs) {
      const { base, quote: counter, rate, source, day: asOf, observedAt } = quote;
      const key = `${base} ${counter} ${asOf}`;
      const before = this.#used.get(key)?.used ?? use;
      if (before === use && this.#used.has(key)) continue;
      const used = before === use ? use : 'both';
      this.#used.set(key, { base, quote: counter, rate, source, asOf, observedAt, used });
    }
  }
}

/** Rates that a conversion lacks: the days, by currency. */
export class MissingRates {
  readonly #days = new Map<string, Set<string>>();

  add(currency: string, day: string): void {
    const days = this.#days.get(currency);
    if (days === undefined) this.#days.set(currency, new Set([day]));
    else days.add(day);
  }

  addAll(other: MissingRates): void {
    for (const [currency, days] of other.#days) for (const day of days) this.add(currency, day);
  }

  get none(): boolean {
    return this.#days.size === 0;
  }

  /** `EUR on 2026-03-31 and 4 more days, KWD on 2026-03-31` */
  inWords(): string {
    return [...this.#days]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, set]) => {
        const [first, ...more] = [...set].sort();
        return `${currency} on ${first}${more.length === 0 ? '' : ` and ${more.length} more ${more.length === 1 ? 'day' : 'days'}`}`;
      })
      .join(', ');
  }
}
