import { AppError } from '../../errors.ts';
import { Entries } from './entries.ts';
import { convert } from './convert.ts';
import type { DealQuote, Leg } from './deal.ts';
import { exchange, type Fee, type FxJournal, type FxWorld } from './exchange.ts';
import { legInWords, rateOn } from './rate-table.ts';

export interface SettlementInput {
  readonly memo: string;
  /** `receivable`: somebody pays us what he owes; `payable`: we pay what we owe. */
  readonly kind: 'receivable' | 'payable';
  /** What was open, in the currency of the invoice. */
  readonly item: Leg;
  /** What was paid, in the currency of the payment. */
  readonly payment: Leg;
  readonly deal?: DealQuote;
  readonly fees?: readonly Fee[];
}

/**
 * An open item is settled. In another currency, its currency's position is closed (or opened) for the payment, and the
 * gain against average cost is realized. In its own currency, nothing is: the position is what it was, as money in that
 * currency has taken the item's place.
 * @throws AppError as `exchange`; `failed_precondition` when an item is settled in its own currency by another amount
 */
export function settleForeign(world: FxWorld, input: SettlementInput): FxJournal {
  const { memo, kind, item, payment, deal, fees } = input;
  const [sold, bought] = kind === 'receivable' ? [item, payment] : [payment, item];
  if (item.currency !== payment.currency)
    return exchange(world, { memo, sold, bought, kind: 'settlement', ...(deal && { deal }), ...(fees && { fees }) });
  if (item.amountMinor !== payment.amountMinor || (fees?.length ?? 0) > 0)
    throw new AppError(
      'failed_precondition',
      'What is settled in its own currency is settled by its amount; book a difference or a fee by its name',
    );
  const entries = new Entries();
  entries.credit(sold.accountId, sold.currency, sold.amountMinor);
  entries.debit(bought.accountId, bought.currency, bought.amountMinor);
  return {
    draft: entries.toDraft(memo, world.day, { 'fx.kind': 'settlement', 'fx.base': world.baseCurrency }),
    positions: new Map(world.positions),
    realizedMinor: new Map(),
    roundingMinor: 0n,
  };
}

export interface ForeignInput {
  readonly memo: string;
  /** `income`: the item is what we get; `expense`: what we give. */
  readonly kind: 'income' | 'expense';
  /** The receivable, payable or bank account, in the foreign currency. */
  readonly item: Leg;
  /** The account of income or expense, in the base currency. */
  readonly counterAccountId: string;
}

/**
 * Income or an expense in a foreign currency, at its value of the day: what is got or owed becomes part of the
 * position, and the profit and loss account is in the base currency from the beginning.
 * @throws AppError `failed_precondition` without a usable rate, or when the value rounds to nothing
 */
export function bookForeign(world: FxWorld, { memo, kind, item, counterAccountId }: ForeignInput): FxJournal {
  const { baseCurrency, day, table, mode } = world;
  const cross = rateOn(table, item.currency, baseCurrency, day, { pivot: baseCurrency, ...world.rates });
  const amountMinor = convert(item.amountMinor, item.currency, baseCurrency, cross.rate, mode);
  if (amountMinor === 0n)
    throw new AppError(
      'failed_precondition',
      `${item.amountMinor} ${item.currency} is worth nothing in ${baseCurrency}`,
    );
  const counter: Leg = { accountId: counterAccountId, currency: baseCurrency, amountMinor };
  const [sold, bought] = kind === 'income' ? [counter, item] : [item, counter];
  const journal = exchange(world, { memo, sold, bought, kind: 'foreign' });
  return withRates(journal, cross.legs.map(legInWords));
}

function withRates(journal: FxJournal, words: readonly string[]): FxJournal {
  const rates = Object.fromEntries(words.map((text, at) => [`fx.rate.${at + 1}`, text]));
  return { ...journal, draft: { ...journal.draft, metadata: { ...journal.draft.metadata, ...rates } } };
}
