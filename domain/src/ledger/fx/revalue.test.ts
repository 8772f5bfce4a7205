import { expect, test } from 'vitest';
import { revalue, type Revaluation } from './revalue.ts';

const day = '2026-01-31';
const table = [
  { base: 'EUR', quote: 'USD', rate: '1.1', source: 'ECB', observedAt: '2026-01-30', day: '2026-01-30' },
  { base: 'GBP', quote: 'USD', rate: '1.3', source: 'ECB', observedAt: '2026-01-02', day: '2026-01-02' },
];
const at = (quantityMinor: bigint, costMinor: bigint, revaluedMinor = 0n) => ({
  quantityMinor,
  costMinor,
  revaluedMinor,
});
const run = (positions: Record<string, ReturnType<typeof at>>) =>
  revalue({ baseCurrency: 'USD', day, positions: new Map(Object.entries(positions)), table });
const lines = (one: Revaluation | undefined): string[] | null =>
  one?.journal?.entries.map(({ side, accountId, amountMinor }) => `${side} ${accountId} ${amountMinor}`) ?? null;

test('a loss, after a gain: the gain is taken back and the loss booked, in one journal', () => {
  const [one] = run({ EUR: at(100_00n, 115_00n, 3_00n) }).done;
  expect(lines(one)).toEqual([
    'credit fx-revaluation.EUR 300',
    'debit fx-unrealized 300',
    'credit fx-revaluation.EUR 500',
    'debit fx-unrealized 500',
  ]);
  expect(one?.journal).toMatchObject({
    memo: 'Revaluation of EUR on 2026-01-31',
    effectiveDay: day,
    metadata: {
      'fx.kind': 'revaluation',
      'fx.base': 'USD',
      'fx.currency': 'EUR',
      'fx.day': day,
      'fx.mode': 'HALF_EVEN',
      'fx.quantity': '10000',
      'fx.cost': '11500',
      'fx.value': '11000',
      'fx.former': '300',
      'fx.rounding': '0',
      'fx.rate.1': '1 EUR = 1.1 USD, ECB, 2026-01-30',
    },
  });
});

test('what is owed loses when the currency gains', () => {
  expect(lines(run({ EUR: at(-100_00n, -105_00n) }).done[0])).toEqual([
    'credit fx-revaluation.EUR 500',
    'debit fx-unrealized 500',
  ]);
});

test('what is booked already is not booked again; an empty position keeps nothing of its revaluation', () => {
  expect(lines(run({ EUR: at(100_00n, 105_00n, 5_00n) }).done[0])).toBeNull();
  expect(lines(run({ EUR: at(0n, 0n, 5_00n) }).done[0])).toEqual([
    'credit fx-revaluation.EUR 500',
    'debit fx-unrealized 500',
  ]);
});

test('without a usable rate nothing of that currency is done, the others are', () => {
  const { done, problems } = run({ NOK: at(1n, 1n), GBP: at(1n, 1n), EUR: at(1n, 1n), JPY: at(0n, 0n, 7n) });
  expect(done.map(({ currency }) => currency)).toEqual(['EUR', 'JPY']);
  expect(problems.map(({ currency, code }) => [currency, code])).toEqual([
    ['GBP', 'rate_stale'],
    ['NOK', 'rate_missing'],
  ]);
});

test('a cost without a position is rounding, up to a limit', () => {
  const { done, problems } = run({ EUR: at(0n, 10n), GBP: at(0n, -10n, 4n), NOK: at(0n, 11n), SEK: at(0n, -11n) });
  expect(done.map(lines)).toEqual([
    ['credit fx-position.EUR 10', 'debit fx-rounding 10'],
    ['credit fx-revaluation.GBP 4', 'debit fx-unrealized 4', 'debit fx-position.GBP 10', 'credit fx-rounding 10'],
  ]);
  expect(problems.map(({ currency, code }) => [currency, code])).toEqual([
    ['NOK', 'position_residue'],
    ['SEK', 'position_residue'],
  ]);
});
