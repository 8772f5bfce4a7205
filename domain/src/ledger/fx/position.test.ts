import { expect, test } from 'vitest';
import { movePosition, NO_POSITION, positionsOf } from './position.ts';

const at = (quantityMinor: bigint, costMinor: bigint) => ({ quantityMinor, costMinor, revaluedMinor: 5n });

/** Quantity and cost before, the move and its value; quantity and cost after, and the gain. */
test.each<[bigint, bigint, bigint, bigint, bigint, bigint, bigint]>([
  // Grows, long and short: no gain.
  [0n, 0n, 100n, 110n, 100n, 110n, 0n],
  [100n, 110n, 50n, 60n, 150n, 170n, 0n],
  [0n, 0n, -100n, -110n, -100n, -110n, 0n],
  [-100n, -110n, -50n, -60n, -150n, -170n, 0n],
  // Closes a part at average cost.
  [150n, 170n, -60n, -72n, 90n, 102n, 4n],
  [-150n, -170n, 60n, 72n, -90n, -102n, -4n],
  // A part whose cost is 36.67 or 33.33; the rest stays with the position.
  [3n, 110n, -1n, -40n, 2n, 73n, 3n],
  [3n, 100n, -1n, -40n, 2n, 67n, 7n],
  // All of it: all of the cost, whatever was rounded before.
  [2n, 67n, -2n, -80n, 0n, 0n, 13n],
  [-2n, -67n, 2n, 80n, 0n, 0n, -13n],
  // Through zero: closes at average cost, and begins anew at the price of this trade.
  [100n, 110n, -150n, -180n, -50n, -60n, 10n],
  [-100n, -110n, 150n, 180n, 50n, 60n, -10n],
  // Worth less than a minor unit.
  [5n, 0n, -5n, 0n, 0n, 0n, 0n],
])('%s at %s moves by %s for %s', (quantity, cost, change, value, quantityAfter, costAfter, gain) => {
  const moved = movePosition(at(quantity, cost), change, value);
  expect(moved.position).toEqual(at(quantityAfter, costAfter));
  expect(moved.realizedMinor).toBe(gain);
  expect(moved.costChangeMinor).toBe(costAfter - cost);
});

test('the cost of a part is rounded by the mode that is named', () => {
  // 2 of 4 that cost 5: the cost is 2.5.
  expect(movePosition(at(4n, 5n), -2n, -3n).realizedMinor).toBe(1n);
  expect(movePosition(at(4n, 5n), -2n, -3n, 'UP').realizedMinor).toBe(0n);
});

test('a move has an amount, and a value of its sign', () => {
  expect(() => movePosition(NO_POSITION, 0n, 0n)).toThrow('moves by something');
  expect(() => movePosition(NO_POSITION, 1n, -1n)).toThrow('sign');
});

test('positions are found in balances, among those of other accounts', () => {
  const balance = (accountId: string, currency: string, debit: string, credit: string) => ({
    accountId,
    currency,
    postedDebitMinor: debit,
    postedCreditMinor: credit,
  });
  const positions = positionsOf(
    [
      balance('bank', 'EUR', '700', '0'),
      balance('fx-position', 'EUR', '100', '800'),
      balance('fx-position.EUR', 'EUR', '100', '800'),
      balance('fx-position.EUR', 'USD', '880', '110'),
      balance('fx-revaluation.EUR', 'USD', '30', '10'),
      balance('fx-position.GBP', 'USD', '3', '0'),
      balance('fx-unrealized', 'USD', '10', '30'),
    ],
    'USD',
  );
  expect([...positions]).toEqual([
    ['EUR', { quantityMinor: 700n, costMinor: 770n, revaluedMinor: 20n }],
    ['GBP', { quantityMinor: 0n, costMinor: 3n, revaluedMinor: 0n }],
  ]);
});

test('the base currency is no position, whatever an account is called', () => {
  const balance = (accountId: string) => ({
    accountId,
    currency: 'USD',
    postedDebitMinor: '0',
    postedCreditMinor: '500',
  });
  expect([...positionsOf([balance('fx-position.USD'), balance('fx-position.EUR')], 'USD').keys()]).toEqual(['EUR']);
});
