import { assert } from '../../errors.ts';
import type { FxBalance, RoundingMode } from '../../schemas/fx.ts';
import { currenciesOf, positionAccount, revaluationAccount } from './accounts.ts';
import { divideRounded, magnitude, signOf } from './fraction.ts';

/** What the books hold of a foreign currency. Above zero: more is owned than owed. */
export interface Position {
  /** In minor units of the foreign currency. */
  readonly quantityMinor: bigint;
  /** What it cost (below zero: what it has brought in), in minor units of the base currency. */
  readonly costMinor: bigint;
  /** What revaluations have added to the cost and not taken back yet, in minor units of the base currency. */
  readonly revaluedMinor: bigint;
}

export const NO_POSITION: Position = { quantityMinor: 0n, costMinor: 0n, revaluedMinor: 0n };

/** Positions by currency, out of balances and nothing else. Balances of other accounts may be among them. */
export function positionsOf(balances: Iterable<FxBalance>, baseCurrency: string): Map<string, Position> {
  const debits = new Map<string, bigint>();
  const accounts = new Set<string>();
  for (const { accountId, currency, postedDebitMinor, postedCreditMinor } of balances) {
    accounts.add(accountId);
    const key = `${accountId} ${currency}`;
    debits.set(key, (debits.get(key) ?? 0n) + BigInt(postedDebitMinor) - BigInt(postedCreditMinor));
  }
  const debitOf = (account: string, currency: string): bigint => debits.get(`${account} ${currency}`) ?? 0n;
  // Of the base currency there is no position: what an account of that name holds has no cost beside itself.
  const foreign = currenciesOf(accounts).filter((currency) => currency !== baseCurrency);
  return new Map(
    foreign.map((currency) => [
      currency,
      {
        quantityMinor: -debitOf(positionAccount(currency), currency),
        costMinor: debitOf(positionAccount(currency), baseCurrency),
        revaluedMinor: debitOf(revaluationAccount(currency), baseCurrency),
      },
    ]),
  );
}

export interface Moved {
  readonly position: Position;
  /** Added to the cost, in the base currency. */
  readonly costChangeMinor: bigint;
  /** Proceeds less average cost of what was closed; zero while a position only grows. */
  readonly realizedMinor: bigint;
}

/**
 * More or less of a currency, for its value in the base currency. What goes the position's own way is added at its
 * value. What goes against it closes it at average cost, all of the cost when all of it is closed; what is left over
 * after that begins a position the other way. The cost of what is closed is rounded (`mode`); what this leaves to the
 * rest stays in its cost, and comes out with the last unit.
 * @param changeMinor of the foreign currency, not zero
 * @param valueMinor of the base currency, of the same sign, or zero where it rounds to that
 */
export function movePosition(
  position: Position,
  changeMinor: bigint,
  valueMinor: bigint,
  mode: RoundingMode = 'HALF_EVEN',
): Moved {
  assert(changeMinor !== 0n, 'a position moves by something');
  assert(valueMinor === 0n || signOf(valueMinor) === signOf(changeMinor), 'a value has the sign of its amount');
  const { quantityMinor, costMinor } = position;
  const against = signOf(quantityMinor) === -signOf(changeMinor);
  const [held, moved] = [magnitude(quantityMinor), magnitude(changeMinor)];
  const closing = !against ? 0n : moved < held ? moved : held;
  const costClosed = closing === 0n ? 0n : divideRounded(costMinor * closing, held, mode);
  const valueClosing = divideRounded(valueMinor * closing, moved, mode);
  const costChangeMinor = valueMinor - valueClosing - costClosed;
  return {
    position: {
      ...position,
      quantityMinor: quantityMinor + changeMinor,
      costMinor: costMinor + costChangeMinor,
    },
    costChangeMinor,
    realizedMinor: -valueClosing - costClosed,
  };
}
