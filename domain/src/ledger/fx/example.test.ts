import { expect, test } from 'vitest';
import type { RateQuote } from '../../schemas/fx.ts';
import { exchange, type FxWorld } from './exchange.ts';
import { revalue } from './revalue.ts';
import { bookForeign, settleForeign } from './settle.ts';
import { Books } from './testing-books.ts';

// The example of docs/decisions/042, figure for figure: change both together.
const quote = (day: string, rate: string): RateQuote => ({
  base: 'EUR',
  quote: 'USD',
  rate,
  source: 'ECB',
  observedAt: day,
  day,
});
const TABLE = [
  quote('2026-01-30', '1.1000'),
  quote('2026-02-12', '1.1120'),
  quote('2026-02-27', '1.0900'),
  quote('2026-03-31', '1.0700'),
];
const books = new Books('USD');
const world = (day: string): FxWorld => ({ baseCurrency: 'USD', day, positions: books.positions(), table: TABLE });
const usd = (amountMinor: bigint, accountId = 'bank-usd') => ({ accountId, currency: 'USD', amountMinor });
const eur = (amountMinor: bigint, accountId = 'bank-eur') => ({ accountId, currency: 'EUR', amountMinor });
const close = (day: string) => {
  const { done, problems } = revalue(world(day));
  expect(problems).toEqual([]);
  for (const { journal } of done) books.post(journal);
  return done[0];
};
/** Quantity, cost, revalued; realized, unrealized and rounding as gains. */
const figures = () => {
  const { quantityMinor, costMinor, revaluedMinor } = books.positions().get('EUR') ?? {};
  return [
    quantityMinor,
    costMinor,
    revaluedMinor,
    ...['fx-realized', 'fx-unrealized', 'fx-rounding'].map((account) => -books.debit(account)),
  ];
};

test('a position from its first euro to its last', () => {
  const deal = (rate: string) => ({ base: 'EUR', quote: 'USD', rate });
  const buy = (day: string, dollars: bigint, euros: bigint) =>
    books.post(exchange(world(day), { memo: 'Buy', sold: usd(dollars), bought: eur(euros) }).draft);

  buy('2026-01-05', 10_800_00n, 10_000_00n);
  buy('2026-01-12', 5_500_00n, 5_000_00n);
  expect(figures()).toEqual([15_000_00n, 16_300_00n, 0n, 0n, 0n, 0n]);

  expect(close('2026-01-31')).toMatchObject({ valueMinor: 16_500_00n, unrealizedMinor: 200_00n, formerMinor: 0n });
  expect(figures()).toEqual([15_000_00n, 16_300_00n, 200_00n, 0n, 200_00n, 0n]);

  const fee = { ...usd(15_00n), expenseAccountId: 'bank-fees' };
  const sale = { memo: 'Sell', sold: eur(6_000_00n), bought: usd(6_660_00n), fees: [fee] };
  books.post(exchange(world('2026-02-10'), sale).draft);
  expect(figures()).toEqual([9_000_00n, 9_780_00n, 200_00n, 140_00n, 200_00n, 0n]);

  const invoice = eur(1_000_00n, 'receivables');
  const income = { memo: 'Invoice 7', kind: 'income', item: invoice, counterAccountId: 'sales' } as const;
  books.post(bookForeign(world('2026-02-12'), income).draft);
  expect(figures()).toEqual([10_000_00n, 10_892_00n, 200_00n, 140_00n, 200_00n, 0n]);

  const paid = { memo: 'Invoice 7 paid', kind: 'receivable', item: invoice, payment: usd(1_110_00n) } as const;
  books.post(settleForeign(world('2026-02-15'), paid).draft);
  expect(figures()).toEqual([9_000_00n, 9_802_80n, 200_00n, 160_80n, 200_00n, 0n]);

  expect(close('2026-02-28')).toMatchObject({ valueMinor: 9_810_00n, formerMinor: 200_00n, unrealizedMinor: 7_20n });
  expect(figures()).toEqual([9_000_00n, 9_802_80n, 7_20n, 160_80n, 7_20n, 0n]);

  // 333.33 × 1.0955 is 365.163015; the bank has rounded up.
  const some = { memo: 'Sell', sold: eur(333_33n), bought: usd(365_17n), deal: deal('1.0955') };
  books.post(exchange(world('2026-03-03'), some).draft);
  expect(figures()).toEqual([8_666_67n, 9_439_74n, 7_20n, 162_90n, 7_20n, 1n]);

  const rest = { memo: 'Sell', sold: eur(8_666_67n), bought: usd(9_494_34n), deal: deal('1.0955') };
  books.post(exchange(world('2026-03-03'), rest).draft);
  expect(figures()).toEqual([0n, 0n, 7_20n, 217_50n, 7_20n, 1n]);

  expect(close('2026-03-31')).toMatchObject({ rate: null, formerMinor: 7_20n, unrealizedMinor: 0n });
  expect(figures()).toEqual([0n, 0n, 0n, 217_50n, 0n, 1n]);

  // What the bank has more is sales, gains and rounding less the fee; no euro is left anywhere.
  expect(books.debit('bank-usd')).toBe(1_314_51n);
  expect(-books.debit('sales') + 217_50n + 1n - books.debit('bank-fees')).toBe(1_314_51n);
  for (const account of ['bank-eur', 'receivables']) expect(books.debit(account, 'EUR')).toBe(0n);
});

test('the first journal, side by side', () => {
  const empty: FxWorld = { baseCurrency: 'USD', day: '2026-01-05', positions: new Map(), table: TABLE };
  const { draft } = exchange(empty, { memo: 'Buy', sold: usd(10_800_00n), bought: eur(10_000_00n) });
  expect(
    draft.entries.map(
      ({ accountId, side, amountMinor, currency }) => `${side} ${accountId} ${amountMinor} ${currency}`,
    ),
  ).toEqual([
    'credit bank-usd 1080000 USD',
    'debit bank-eur 1000000 EUR',
    'credit fx-position.EUR 1000000 EUR',
    'debit fx-position.EUR 1080000 USD',
  ]);
  expect(draft.metadata).toEqual({
    'fx.kind': 'exchange',
    'fx.base': 'USD',
    'fx.mode': 'HALF_EVEN',
    'fx.rounding': '0',
    'fx.realized.EUR': '0',
  });
});
