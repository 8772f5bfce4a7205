import { formatMoney, toMinor } from '@countersign/domain/money/money';
import type { Effect, EffectOf } from '@countersign/domain/schemas/effect';
import type { Performed } from '../effects/payment-provider.ts';
import type { AccountReader, Reading } from './account-reader.ts';

interface Running {
  /** What the provider said, less what was sent since. */
  leftMinor: bigint;
  inFlight: number;
  /** The reading that it starts from must be later than the last answer to a payout, or it may not show that payout. */
  answeredAt: number;
}

/**
 * The signed reserve of each payout: what must stay available after it. A payout that would go below fails, and the
 * rest goes on; the same money is not promised to two payouts that are sent side by side.
 */
export class BalanceGuard {
  readonly #reader: AccountReader;
  readonly #running = new Map<string, Running>();

  constructor(reader: AccountReader) {
    this.#reader = reader;
  }

  /** Null when the balance suffices; then the payout counts as sent until `answered` says what became of it. */
  async refusalOf(effect: Effect): Promise<Performed | null> {
    if (effect.kind !== 'stripe.payout') return null;
    const amount = toMinor(effect.data.amountMinor);
    const needed = amount + toMinor(effect.data.reserveMinor);
    let running = await this.#current(effect, false);
    // Money may have come in since it was read.
    if (running.leftMinor < needed) running = await this.#current(effect, true);
    if (running.leftMinor < needed) return shortOf(effect, running.leftMinor);
    running.leftMinor -= amount;
    running.inFlight += 1;
    return null;
  }

  answered(effect: Effect, performed: Performed | null): void {
    const running = effect.kind === 'stripe.payout' ? this.#running.get(keyOf(effect)) : undefined;
    if (running === undefined || effect.kind !== 'stripe.payout' || running.inFlight === 0) return;
    running.inFlight -= 1;
    running.answeredAt = this.#reader.readings;
    if (performed?.status === 'failed' || performed?.status === 'not_done')
      running.leftMinor += toMinor(effect.data.amountMinor);
  }

  async #current(effect: EffectOf<'stripe.payout'>, fresh: boolean): Promise<Running> {
    const key = keyOf(effect);
    const { snapshot, reading } = await this.#reader.read(effect.data.account, fresh);
    const known = this.#running.get(key);
    // While a payout is under way, a reading may show it or not.
    if (known !== undefined && (known.inFlight > 0 || reading <= known.answeredAt)) return known;
    const running: Running = {
      leftMinor: availableOf(snapshot, effect.data.currency),
      inFlight: 0,
      answeredAt: reading,
    };
    this.#running.set(key, running);
    return running;
  }
}

function keyOf(effect: EffectOf<'stripe.payout'>): string {
  return `${effect.data.account} ${effect.data.currency}`;
}

function availableOf(snapshot: Reading['snapshot'], currency: string): bigint {
  if (snapshot === undefined || 'missing' in snapshot) return 0n;
  return toMinor(snapshot.available.find((amount) => amount.currency === currency)?.amountMinor ?? '0');
}

function shortOf(effect: EffectOf<'stripe.payout'>, leftMinor: bigint): Performed {
  const { account, currency, reserveMinor } = effect.data;
  const reserve = toMinor(reserveMinor);
  const kept = reserve > 0n ? `, of which ${formatMoney(reserve, currency)} must stay` : '';
  return {
    status: 'failed',
    code: 'balance_short',
    message: `${account} has ${formatMoney(leftMinor, currency)} available${kept}: not enough for this payout`,
    retryable: false,
  };
}
