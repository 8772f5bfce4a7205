import { AppError } from '../../errors.ts';
import { requireExponent } from '../../money/money.ts';
import type { JournalDraft } from '../../schemas/effect.ts';
import type { RateQuote, RoundingMode } from '../../schemas/fx.ts';
import { FX_REALIZED, FX_ROUNDING, positionAccount } from './accounts.ts';
import { convert } from './convert.ts';
import { dealDifference, dealRate, type DealQuote, type Leg } from './deal.ts';
import { Entries } from './entries.ts';
import { divideRounded } from './fraction.ts';
import { movePosition, NO_POSITION, type Position } from './position.ts';
import { legInWords, rateOn, type RateLeg, type RateOptions } from './rate-table.ts';

export interface Fee extends Leg {
  /** What the fee is booked on, in the base currency; `accountId` is what pays it. */
  readonly expenseAccountId: string;
}

/** So that what a journal says of its rates and gains finds room in its metadata. */
const MAX_FEES = 5;

/** What all builders of journals need to know. */
export interface FxWorld {
  readonly baseCurrency: string;
  readonly day: string;
  /** As the balances say, before this journal. */
  readonly positions: ReadonlyMap<string, Position>;
  readonly table: readonly RateQuote[];
  readonly rates?: RateOptions;
  readonly mode?: RoundingMode;
}

export interface ExchangeInput {
  readonly memo: string;
  /** What goes away: its account is credited. */
  readonly sold: Leg;
  /** What comes in: its account is debited. */
  readonly bought: Leg;
  /** The rate that was agreed on, if it was: what the amounts differ from it is a rounding difference, or refused. */
  readonly deal?: DealQuote;
  readonly fees?: readonly Fee[];
  /** For the journal's metadata. */
  readonly kind?: 'exchange' | 'settlement' | 'foreign';
}

export interface FxJournal {
  readonly draft: JournalDraft;
  /** After this journal. */
  readonly positions: Map<string, Position>;
  /** A gain above zero, in the base currency, by the currency that it was made in. */
  readonly realizedMinor: ReadonlyMap<string, bigint>;
  /** In our favour above zero, in the base currency. */
  readonly roundingMinor: bigint;
}

/**
 * One currency for another, through the position accounts, as one journal that is balanced in each currency. Where one
 * side is the base currency, it is the value; else what is given away is valued at the day's rate. A fee in a foreign
 * currency leaves its position, and is an expense of its value.
 * @throws AppError `invalid_argument` for amounts that make no exchange; `failed_precondition` without a usable rate,
 *   or when the amounts are not those of the rate that was agreed on
 */
export function exchange(world: FxWorld, input: ExchangeInput): FxJournal {
  const { sold, bought, deal, fees = [] } = input;
  for (const leg of [sold, bought, ...fees]) checkLeg(leg);
  if (fees.length > MAX_FEES) throw new AppError('limit_exceeded', `An exchange has at most ${MAX_FEES} fees`);
  if (sold.currency === bought.currency)
    throw new AppError('invalid_argument', `An exchange takes two currencies, not ${sold.currency} twice`);
  const work = new ExchangeWork(world, sold, bought);
  const given = work.value(sold.currency, sold.amountMinor);
  const difference = deal === undefined ? 0n : dealDifference(sold, bought, deal, work.mode);
  const rounding = roundingValue(difference, given, bought, work.mode);
  work.entries.credit(sold.accountId, sold.currency, sold.amountMinor);
  work.entries.debit(bought.accountId, bought.currency, bought.amountMinor);
  // Money at the agreed rate: what came in above it was no proceeds, but rounding.
  const proceeds = bought.currency === world.baseCurrency ? given - rounding : given;
  if (sold.currency !== world.baseCurrency) work.move(sold.currency, -sold.amountMinor, -proceeds);
  if (bought.currency !== world.baseCurrency) work.move(bought.currency, bought.amountMinor, given + rounding);
  work.entries.credit(FX_ROUNDING, world.baseCurrency, rounding);
  for (const fee of fees) work.fee(fee);
  return work.finish(input, rounding, deal);
}

/** In the base currency, as all that was bought is worth what was given; never so much that a cost changed its sign. */
function roundingValue(difference: bigint, given: bigint, bought: Leg, mode: RoundingMode): bigint {
  const value = divideRounded(difference * given, bought.amountMinor, mode);
  return value < -given ? -given : value;
}

function checkLeg({ currency, amountMinor }: Leg): void {
  requireExponent(currency);
  if (amountMinor <= 0n) throw new AppError('invalid_argument', `An amount of ${amountMinor} ${currency} is none`);
}

class ExchangeWork {
  readonly entries = new Entries();
  readonly mode: RoundingMode;
  readonly #world: FxWorld;
  readonly #legs: readonly [Leg, Leg];
  readonly #positions: Map<string, Position>;
  readonly #realized = new Map<string, bigint>();
  readonly #used = new Map<string, RateLeg>();

  constructor(world: FxWorld, sold: Leg, bought: Leg) {
    this.#world = world;
    this.#legs = [sold, bought];
    this.#positions = new Map(world.positions);
    this.mode = world.mode ?? 'HALF_EVEN';
  }

  /** In the base currency: by this very exchange where it is against the base currency, else by the day's rate. */
  value(currency: string, amountMinor: bigint): bigint {
    const { baseCurrency, day, table, rates } = this.#world;
    if (currency === baseCurrency) return amountMinor;
    const own = this.#legs.find((leg) => leg.currency === currency);
    const counter = this.#legs.find((leg) => leg.currency === baseCurrency);
    if (own !== undefined && counter !== undefined)
      return divideRounded(amountMinor * counter.amountMinor, own.amountMinor, this.mode);
    const cross = rateOn(table, currency, baseCurrency, day, { pivot: baseCurrency, ...rates });
    for (const leg of cross.legs) this.#used.set(legInWords(leg), leg);
    return convert(amountMinor, currency, baseCurrency, cross.rate, this.mode);
  }

  move(currency: string, changeMinor: bigint, valueMinor: bigint): void {
    const { baseCurrency } = this.#world;
    const before = this.#positions.get(currency) ?? NO_POSITION;
    const { position, costChangeMinor, realizedMinor } = movePosition(before, changeMinor, valueMinor, this.mode);
    this.#positions.set(currency, position);
    this.entries.credit(positionAccount(currency), currency, changeMinor);
    this.entries.debit(positionAccount(currency), baseCurrency, costChangeMinor);
    this.entries.credit(FX_REALIZED, baseCurrency, realizedMinor);
    this.#realized.set(currency, (this.#realized.get(currency) ?? 0n) + realizedMinor);
  }

  fee(fee: Fee): void {
    const value = this.value(fee.currency, fee.amountMinor);
    this.entries.credit(fee.accountId, fee.currency, fee.amountMinor);
    this.entries.debit(fee.expenseAccountId, this.#world.baseCurrency, value);
    if (fee.currency !== this.#world.baseCurrency) this.move(fee.currency, -fee.amountMinor, -value);
  }

  finish(input: ExchangeInput, roundingMinor: bigint, deal: DealQuote | undefined): FxJournal {
    const { baseCurrency, day } = this.#world;
    const metadata: Record<string, string> = {
      'fx.kind': input.kind ?? 'exchange',
      'fx.base': baseCurrency,
      'fx.mode': this.mode,
      'fx.rounding': roundingMinor.toString(),
    };
    if (deal !== undefined) metadata['fx.deal'] = dealRate(deal).inWords;
    for (const [currency, realized] of this.#realized) metadata[`fx.realized.${currency}`] = realized.toString();
    [...this.#used.keys()].slice(0, 6).forEach((words, at) => (metadata[`fx.rate.${at + 1}`] = words));
    return {
      draft: this.entries.toDraft(input.memo, day, metadata),
      positions: this.#positions,
      realizedMinor: this.#realized,
      roundingMinor,
    };
  }
}
