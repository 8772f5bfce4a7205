import { isAppError } from '../../errors.ts';
import { formatMoney } from '../../money/money.ts';
import type { JournalDraft } from '../../schemas/effect.ts';
import type { RateQuote, RoundingMode } from '../../schemas/fx.ts';
import { FX_ROUNDING, FX_UNREALIZED, positionAccount, revaluationAccount } from './accounts.ts';
import { convert } from './convert.ts';
import { Entries } from './entries.ts';
import { magnitude } from './fraction.ts';
import type { Position } from './position.ts';
import { legInWords, rateOn, type CrossRate, type RateOptions } from './rate-table.ts';

/** A remainder of cost without a position, such as a partial reversal leaves, is a rounding difference up to this. */
export const MAX_RESIDUE_MINOR = 10n;

export interface RevaluationWorld {
  readonly baseCurrency: string;
  /** The close day: positions are as of its end, the rate is of that day. */
  readonly day: string;
  readonly positions: ReadonlyMap<string, Position>;
  readonly table: readonly RateQuote[];
  readonly rates?: RateOptions;
  readonly mode?: RoundingMode;
}

/** What a currency's revaluation says; amounts in minor units of the base currency, gains above zero. */
export interface Revaluation {
  readonly currency: string;
  readonly position: Position;
  /** Null for an empty position, which needs none. */
  readonly rate: CrossRate | null;
  readonly valueMinor: bigint;
  /** All of it: value less cost. */
  readonly unrealizedMinor: bigint;
  /** Of the revaluation before, which is taken back. */
  readonly formerMinor: bigint;
  /** A cost without a position, moved to the rounding account. */
  readonly residueMinor: bigint;
  /**
   * Takes the revaluation before back and books this one, all or nothing; and moves the residue. Null when the books
   * say all of it already.
   */
  readonly journal: JournalDraft | null;
}

export interface RevaluationProblem {
  readonly currency: string;
  readonly code: 'rate_missing' | 'rate_stale' | 'position_residue';
  readonly message: string;
}

export interface Revaluations {
  readonly done: readonly Revaluation[];
  readonly problems: readonly RevaluationProblem[];
}

/**
 * Value each position at the rate of the close day. The gain that is not realized yet is booked whole, against the
 * currency's revaluation account, and what the revaluation before had booked is taken back, on the same day: so cost
 * stays what was paid, and doing it again changes nothing. A currency that can't be valued is a problem of its own.
 */
export function revalue(world: RevaluationWorld): Revaluations {
  const done: Revaluation[] = [];
  const problems: RevaluationProblem[] = [];
  for (const [currency, position] of [...world.positions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const one = revalueOne(world, currency, position);
    if ('code' in one) problems.push(one);
    else done.push(one);
  }
  return { done, problems };
}

function revalueOne(world: RevaluationWorld, currency: string, position: Position): Revaluation | RevaluationProblem {
  const { quantityMinor, costMinor, revaluedMinor } = position;
  if (quantityMinor === 0n && magnitude(costMinor) > MAX_RESIDUE_MINOR)
    return {
      currency,
      code: 'position_residue',
      message: `The position in ${currency} is empty, but has a cost of ${formatMoney(costMinor, world.baseCurrency)}: a journal has moved one without the other`,
    };
  const rate = quantityMinor === 0n ? null : rateOrProblem(world, currency);
  if (rate !== null && 'code' in rate) return rate;
  const valueMinor =
    rate === null ? 0n : convert(quantityMinor, currency, world.baseCurrency, rate.rate, world.mode ?? 'HALF_EVEN');
  const residueMinor = quantityMinor === 0n ? costMinor : 0n;
  const unrealizedMinor = quantityMinor === 0n ? 0n : valueMinor - costMinor;
  const figures = { currency, position, rate, valueMinor, unrealizedMinor, residueMinor, formerMinor: revaluedMinor };
  return { ...figures, journal: journalOf(world, figures) };
}

function rateOrProblem(world: RevaluationWorld, currency: string): CrossRate | RevaluationProblem {
  const { baseCurrency, day, table, rates } = world;
  try {
    return rateOn(table, currency, baseCurrency, day, { pivot: baseCurrency, ...rates });
  } catch (error) {
    const reason = isAppError(error) ? error.details['reason'] : null;
    if (!isAppError(error) || (reason !== 'rate_missing' && reason !== 'rate_stale')) throw error;
    return { currency, code: reason, message: error.message };
  }
}

function journalOf(world: RevaluationWorld, figures: Omit<Revaluation, 'journal'>): JournalDraft | null {
  const { currency, position, rate, valueMinor, unrealizedMinor, formerMinor, residueMinor } = figures;
  const { baseCurrency, day, mode = 'HALF_EVEN' } = world;
  const entries = new Entries();
  if (unrealizedMinor !== formerMinor) {
    for (const gainMinor of [-formerMinor, unrealizedMinor]) {
      entries.debit(revaluationAccount(currency), baseCurrency, gainMinor);
      entries.credit(FX_UNREALIZED, baseCurrency, gainMinor);
    }
  }
  entries.credit(positionAccount(currency), baseCurrency, residueMinor);
  entries.debit(FX_ROUNDING, baseCurrency, residueMinor);
  if (entries.isEmpty) return null;
  const rates = (rate?.legs ?? []).map((leg, at) => [`fx.rate.${at + 1}`, legInWords(leg)]);
  return entries.toDraft(`Revaluation of ${currency} on ${day}`, day, {
    'fx.kind': 'revaluation',
    'fx.base': baseCurrency,
    'fx.currency': currency,
    'fx.day': day,
    'fx.mode': mode,
    'fx.quantity': position.quantityMinor.toString(),
    'fx.cost': position.costMinor.toString(),
    'fx.value': valueMinor.toString(),
    'fx.former': formerMinor.toString(),
    'fx.rounding': (-residueMinor).toString(),
    ...Object.fromEntries(rates),
  });
}
