import { expect, test } from 'vitest';
import { balanced } from '../balanced.ts';
import { exchange, type FxWorld } from './exchange.ts';
import { bookForeign, settleForeign } from './settle.ts';

const day = '2026-01-05';
const quote = (base: string, counter: string, rate: string) => ({
  base,
  quote: counter,
  rate,
  source: 'ECB',
  observedAt: day,
  day,
});
const TABLE = [quote('EUR', 'USD', '1.1'), quote('USD', 'JPY', '150'), quote('EUR', 'GBP', '0.85')];
const world = (baseCurrency = 'USD'): FxWorld => ({ baseCurrency, day, positions: new Map(), table: TABLE });
const leg = (currency: string, amountMinor: bigint) => ({ accountId: `bank-${currency}`, currency, amountMinor });
const lines = ({ draft }: ReturnType<typeof exchange>): string[] =>
  draft.entries.map(({ accountId, side, amountMinor, currency }) => `${side} ${accountId} ${amountMinor} ${currency}`);
const trade = (sold: [string, bigint], bought: [string, bigint], rate?: string, base = 'USD') =>
  exchange(world(base), {
    memo: 'trade',
    sold: leg(...sold),
    bought: leg(...bought),
    ...(rate && { deal: { base: rate.slice(0, 3), quote: rate.slice(4, 7), rate: rate.slice(8) } }),
  });

test('two foreign currencies: what is given away is valued at the day’s rate, and says which', () => {
  const journal = trade(['GBP', 850_00n], ['JPY', 165_000n]);
  expect(lines(journal)).toEqual([
    'credit bank-GBP 85000 GBP',
    'debit bank-JPY 165000 JPY',
    'debit fx-position.GBP 85000 GBP',
    'credit fx-position.GBP 110000 USD',
    'credit fx-position.JPY 165000 JPY',
    'debit fx-position.JPY 110000 USD',
  ]);
  expect(journal.draft.metadata).toMatchObject({
    'fx.rate.1': '1 EUR = 0.85 GBP, ECB, 2026-01-05',
    'fx.rate.2': '1 EUR = 1.1 USD, ECB, 2026-01-05',
  });
});

/** Sold, bought and agreed rate; the rounding in cents of the base currency, or null where it is refused. */
test.each<[[string, bigint], [string, bigint], string, bigint | null, string?]>([
  [['EUR', 333_33n], ['USD', 366_66n], 'EUR USD 1.1', 0n],
  [['EUR', 333_33n], ['USD', 366_67n], 'EUR USD 1.1', 1n],
  [['EUR', 333_33n], ['USD', 366_68n], 'EUR USD 1.1', null],
  [['EUR', 333_33n], ['USD', 366_65n], 'EUR USD 1.1', null],
  // The other way round, and with the rate the other way round. 100 / 1.1 is 90.909.
  [['USD', 100_00n], ['EUR', 90_90n], 'EUR USD 1.1', -1n],
  [['USD', 100_00n], ['EUR', 90_91n], 'EUR USD 1.1', 0n],
  [['USD', 100_00n], ['EUR', 90_89n], 'EUR USD 1.1', null],
  [['EUR', 110_00n], ['USD', 100_00n], 'USD EUR 1.1', 0n],
  // One cent is 1.5 yen: the dollars were rounded, and the yen are not.
  [['USD', 67n], ['JPY', 100n], 'USD JPY 150', 0n],
  [['USD', 66n], ['JPY', 100n], 'USD JPY 150', 1n],
  [['USD', 65n], ['JPY', 100n], 'USD JPY 150', null],
  // One yen for a whole cent, when it is worth a third of one: the yen costs nothing, never less.
  [['USD', 1n], ['JPY', 1n], 'USD JPY 301', -1n],
  [['USD', 2n], ['JPY', 1n], 'USD JPY 301', null],
])('%s for %s at %s: rounding of %s', (sold, bought, rate, rounding) => {
  if (rounding === null) {
    const refusal = expect.objectContaining({ details: { reason: 'amounts_off_rate' } });
    expect(() => trade(sold, bought, rate)).toThrow(refusal);
    return;
  }
  const journal = trade(sold, bought, rate);
  expect(journal.roundingMinor).toBe(rounding);
  expect(balanced(journal.draft.entries)).toBe(true);
  const line = lines(journal).filter((text) => text.includes('fx-rounding'));
  const side = rounding > 0n ? 'credit' : 'debit';
  expect(line).toEqual(rounding === 0n ? [] : [`${side} fx-rounding ${rounding > 0n ? rounding : -rounding} USD`]);
  expect(journal.draft.metadata?.['fx.deal']).toBe(`1 ${rate.slice(0, 3)} = ${rate.slice(8)} ${rate.slice(4, 7)}`);
});

test('a fee in a foreign currency leaves its position, at the price of the trade', () => {
  const fee = { ...leg('EUR', 5_00n), expenseAccountId: 'fees' };
  const journal = exchange(world(), { memo: 't', sold: leg('USD', 110_00n), bought: leg('EUR', 100_00n), fees: [fee] });
  expect(lines(journal).slice(4)).toEqual([
    'credit bank-EUR 500 EUR',
    'debit fees 550 USD',
    'debit fx-position.EUR 500 EUR',
    'credit fx-position.EUR 550 USD',
  ]);
  expect(journal.positions.get('EUR')).toMatchObject({ quantityMinor: 95_00n, costMinor: 104_50n });
  expect(() =>
    exchange(world(), { memo: 't', sold: leg('USD', 1n), bought: leg('EUR', 1n), fees: new Array(6).fill(fee) }),
  ).toThrow('5 fees');
});

test('what makes no exchange is refused', () => {
  expect(() => trade(['EUR', 1n], ['EUR', 1n])).toThrow('two currencies');
  expect(() => trade(['EUR', 0n], ['USD', 1n])).toThrow('is none');
  expect(() => trade(['EUR', 1n], ['USD', -1n])).toThrow('is none');
  expect(() => trade(['EUR', 1n], ['XYZ', 1n])).toThrow('ISO 4217');
  expect(() => trade(['EUR', 1n], ['USD', 1n], 'EUR GBP 1')).toThrow('says nothing');
  expect(() => trade(['EUR', 1n], ['USD', 1n], 'EUR USD 0')).toThrow('no rate');
  expect(() => trade(['NOK', 1n], ['EUR', 1n])).toThrow('no rate between');
});

test('what is settled in its own currency moves no position, and must be its amount', () => {
  const item = { ...leg('EUR', 100n), accountId: 'receivables' };
  const settled = settleForeign(world(), { memo: 's', kind: 'receivable', item, payment: leg('EUR', 100n) });
  expect(lines(settled)).toEqual(['credit receivables 100 EUR', 'debit bank-EUR 100 EUR']);
  const owed = settleForeign(world(), { memo: 's', kind: 'payable', item, payment: leg('EUR', 100n) });
  expect(lines(owed)).toEqual(['credit bank-EUR 100 EUR', 'debit receivables 100 EUR']);
  expect(() => settleForeign(world(), { memo: 's', kind: 'payable', item, payment: leg('EUR', 99n) })).toThrow(
    'by its amount',
  );
});

test('an expense in a foreign currency closes what was held of it', () => {
  const positions = new Map([['EUR', { quantityMinor: 200_00n, costMinor: 200_00n, revaluedMinor: 0n }]]);
  const journal = bookForeign(
    { ...world(), positions },
    { memo: 'Rent', kind: 'expense', item: leg('EUR', 100_00n), counterAccountId: 'rent' },
  );
  expect(lines(journal)).toEqual([
    'credit bank-EUR 10000 EUR',
    'debit rent 11000 USD',
    'debit fx-position.EUR 10000 EUR',
    'credit fx-position.EUR 10000 USD',
    'credit fx-realized 1000 USD',
  ]);
});
