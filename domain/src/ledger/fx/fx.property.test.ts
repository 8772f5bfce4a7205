import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalDraft } from '../../schemas/effect.ts';
import type { RateQuote } from '../../schemas/fx.ts';
import { FX_REALIZED, FX_ROUNDING, FX_UNREALIZED, positionAccount, revaluationAccount } from './accounts.ts';
import { convert } from './convert.ts';
import { exchange, type FxJournal, type FxWorld } from './exchange.ts';
import { decimalFraction } from './fraction.ts';
import { revalue } from './revalue.ts';
import { bookForeign, settleForeign } from './settle.ts';
import { Books } from './testing-books.ts';

const BASE = 'USD';
const FOREIGN = ['EUR', 'JPY', 'KWD'] as const;
type Foreign = (typeof FOREIGN)[number];

/** Rates of one day, thousandths of a dollar for one unit; the decimals of these currencies are 2, 0 and 3. */
const quotesOf = (day: number, thousandths: readonly [number, number, number]): RateQuote[] =>
  FOREIGN.map((base, at) => ({
    base,
    quote: BASE,
    rate: `${Math.floor((thousandths[at] ?? 0) / 1000)}.${String((thousandths[at] ?? 0) % 1000).padStart(3, '0')}`,
    source: 'test',
    observedAt: dayOf(day),
    day: dayOf(day),
  }));
const dayOf = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);

const amount = fc.oneof(fc.bigInt({ min: 1n, max: 20n }), fc.bigInt({ min: 1n, max: 10n ** 9n }));
const foreign = fc.constantFrom(...FOREIGN);
const step = fc.oneof(
  fc.record({
    do: fc.constant('trade'),
    currency: foreign,
    amount,
    dollars: amount,
    buy: fc.boolean(),
    fee: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('deal'),
    currency: foreign,
    amount: amount.map((one) => one * 100n),
    up: fc.boolean(),
    buy: fc.boolean(),
  }),
  fc.record({ do: fc.constant('cross'), currency: foreign, amount, other: foreign, otherAmount: amount }),
  fc.record({
    do: fc.constant('foreign'),
    currency: foreign,
    amount: amount.map((one) => one * 1000n),
    income: fc.boolean(),
  }),
  fc.record({ do: fc.constant('settle'), currency: foreign, amount, dollars: amount, receivable: fc.boolean() }),
  fc.record({ do: fc.constant('own'), currency: foreign, amount, receivable: fc.boolean() }),
  fc.record({ do: fc.constant('revalue') }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const series = fc.array(
  fc.tuple(
    step,
    fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9000 })),
  ),
  { maxLength: 25 },
);

/** Books, and beside them what an accountant would note on paper: money in and out of each currency, in dollars. */
class World {
  readonly books = new Books(BASE);
  table: RateQuote[] = [];
  day = 0;
  /** Proceeds less cost, as of a currency's own trades and nothing else. */
  readonly cash = new Map<string, bigint>();
  rounding = 0n;

  fx(): FxWorld {
    return { baseCurrency: BASE, day: dayOf(this.day), positions: this.books.positions(), table: this.table };
  }

  book(journal: FxJournal): void {
    this.books.post(journal.draft);
    this.rounding += journal.roundingMinor;
    // What the builder says of the positions after is what the balances say; untouched ones may be left out of either.
    const after = this.books.positions();
    for (const [currency, position] of journal.positions) expect(after.get(currency)).toEqual(position);
  }

  noteCash(currency: string, dollars: bigint): void {
    this.cash.set(currency, (this.cash.get(currency) ?? 0n) + dollars);
  }

  /** @returns the unrealized gain that the books show after it */
  revalue(): void {
    const before = this.books.positions();
    const { done, problems } = revalue(this.fx());
    expect(problems).toEqual([]);
    for (const one of done) this.books.post(one.journal);
    const [after, rows] = [this.books.positions(), this.table.slice(-3)];
    let unrealized = 0n;
    for (const [currency, { quantityMinor, costMinor, revaluedMinor }] of after) {
      expect({ quantityMinor, costMinor }).toEqual({
        quantityMinor: before.get(currency)?.quantityMinor,
        costMinor: before.get(currency)?.costMinor,
      });
      const rate = decimalFraction(rows.find(({ base }) => base === currency)?.rate ?? '');
      if (rate === null) throw new Error(`No rate of ${currency}`);
      // Carried at its value of the day, to the unit.
      expect(costMinor + revaluedMinor).toBe(convert(quantityMinor, currency, BASE, rate));
      unrealized += revaluedMinor;
    }
    expect(-this.books.debit(FX_UNREALIZED)).toBe(unrealized);
    // Once more changes nothing.
    for (const one of revalue(this.fx()).done) expect(one.journal).toBeNull();
  }

  trade(currency: Foreign, foreignMinor: bigint, dollars: bigint, buy: boolean, fee = false): void {
    const [coin, dollar] = [
      { accountId: `bank-${currency}`, currency, amountMinor: foreignMinor },
      { accountId: 'bank', currency: BASE, amountMinor: dollars },
    ];
    const fees = fee ? [{ accountId: `bank-${currency}`, currency, amountMinor: 1n, expenseAccountId: 'fees' }] : [];
    const journal = exchange(this.fx(), {
      memo: 'trade',
      sold: buy ? dollar : coin,
      bought: buy ? coin : dollar,
      fees,
    });
    this.book(journal);
    this.noteCash(currency, buy ? -dollars : dollars);
    const spent = journal.draft.entries.find(({ accountId }) => accountId === 'fees');
    this.noteCash(currency, BigInt(spent?.amountMinor ?? 0));
  }

  play(one: Step): void {
    switch (one.do) {
      case 'trade':
        return this.trade(one.currency, one.amount, one.dollars, one.buy, one.fee);
      case 'deal':
        return this.deal(one.currency, one.amount, one.buy, one.up);
      case 'cross':
        return this.cross(one.currency, one.amount, one.other, one.otherAmount);
      case 'foreign':
        return this.foreign(one.currency, one.amount, one.income);
      case 'settle': {
        const item = {
          accountId: one.receivable ? 'receivable' : 'payable',
          currency: one.currency,
          amountMinor: one.amount,
        };
        const payment = { accountId: 'bank', currency: BASE, amountMinor: one.dollars };
        this.book(
          settleForeign(this.fx(), { memo: 'settle', kind: one.receivable ? 'receivable' : 'payable', item, payment }),
        );
        return this.noteCash(one.currency, one.receivable ? one.dollars : -one.dollars);
      }
      case 'own': {
        const item = { accountId: 'open', currency: one.currency, amountMinor: one.amount };
        const before = this.books.positions();
        this.book(
          settleForeign(this.fx(), {
            memo: 'own',
            kind: one.receivable ? 'receivable' : 'payable',
            item,
            payment: { ...item, accountId: `bank-${one.currency}` },
          }),
        );
        return expect(this.books.positions()).toEqual(before);
      }
      case 'revalue':
        return this.revalue();
    }
  }

  /** At the day's rate as agreed; the bank rounds up or down to the cent. */
  deal(currency: Foreign, amountMinor: bigint, buy: boolean, up: boolean): void {
    const { rate } = this.table.slice(-3).find(({ base }) => base === currency) as RateQuote;
    const fraction = decimalFraction(rate) ?? { numerator: 0n, denominator: 1n };
    const dollars = convert(amountMinor, currency, BASE, fraction, up ? 'CEILING' : 'FLOOR');
    if (dollars === 0n) return;
    const coin = { accountId: `bank-${currency}`, currency, amountMinor };
    const dollar = { accountId: 'bank', currency: BASE, amountMinor: dollars };
    const journal = exchange(this.fx(), {
      memo: 'deal',
      sold: buy ? dollar : coin,
      bought: buy ? coin : dollar,
      deal: { base: currency, quote: BASE, rate },
    });
    this.book(journal);
    this.noteCash(currency, (buy ? -dollars : dollars) - journal.roundingMinor);
  }

  cross(sold: Foreign, amountMinor: bigint, bought: Foreign, boughtMinor: bigint): void {
    if (sold === bought) return;
    const { rate } = this.table.slice(-3).find(({ base }) => base === sold) as RateQuote;
    const value = convert(amountMinor, sold, BASE, decimalFraction(rate) ?? { numerator: 0n, denominator: 1n });
    const leg = (currency: Foreign, minor: bigint) => ({ accountId: `bank-${currency}`, currency, amountMinor: minor });
    this.book(exchange(this.fx(), { memo: 'cross', sold: leg(sold, amountMinor), bought: leg(bought, boughtMinor) }));
    this.noteCash(sold, value);
    this.noteCash(bought, -value);
  }

  foreign(currency: Foreign, amountMinor: bigint, income: boolean): void {
    const { rate } = this.table.slice(-3).find(({ base }) => base === currency) as RateQuote;
    const value = convert(amountMinor, currency, BASE, decimalFraction(rate) ?? { numerator: 0n, denominator: 1n });
    const input = {
      memo: 'foreign',
      kind: income ? 'income' : 'expense',
      item: { accountId: 'open', currency, amountMinor },
      counterAccountId: income ? 'sales' : 'costs',
    } as const;
    if (value === 0n) {
      expect(() => bookForeign(this.fx(), input)).toThrow('worth nothing');
      return;
    }
    this.book(bookForeign(this.fx(), input));
    this.noteCash(currency, income ? -value : value);
  }

  /** Brings every position to nothing, each for some dollars. */
  closeAll(): void {
    for (const [currency, { quantityMinor }] of this.books.positions()) {
      const held = quantityMinor < 0n ? -quantityMinor : quantityMinor;
      if (held > 0n) this.trade(currency as Foreign, held, 1n + held / 3n, quantityMinor < 0n);
    }
  }
}

const played = (steps: typeof series extends fc.Arbitrary<infer T> ? T : never): World => {
  const world = new World();
  world.table = quotesOf(0, [1100, 7, 3200]);
  for (const [one, rates] of steps) {
    world.day += 1;
    world.table = [...world.table.slice(-60), ...quotesOf(world.day, rates)];
    world.play(one);
    expectConsistent(world);
  }
  return world;
};

/** Whatever was booked: the position mirrors all that the books hold, and gains are what came in less what is left as cost. */
function expectConsistent({ books, cash }: World): void {
  for (const currency of FOREIGN) {
    const held =
      books.debit(`bank-${currency}`, currency) +
      ['open', 'receivable', 'payable'].reduce((sum, id) => sum + books.debit(id, currency), 0n);
    expect(books.debit(positionAccount(currency), currency)).toBe(-held);
  }
  const cost = [...books.positions().values()].reduce((sum, position) => sum + position.costMinor, 0n);
  const paid = [...cash.values()].reduce((sum, dollars) => sum + dollars, 0n);
  expect(-books.debit(FX_REALIZED)).toBe(paid + cost);
}

test('any series: balanced, derivable from balances, and at the end zero, with every gain where it belongs', () => {
  fc.assert(
    fc.property(series, (steps) => {
      const world = played(steps);
      world.closeAll();
      world.day += 1;
      world.table = [...world.table, ...quotesOf(world.day, [1, 1, 1])];
      world.revalue();
      const { books } = world;
      for (const currency of FOREIGN) {
        expect(books.debit(positionAccount(currency), currency)).toBe(0n);
        expect(books.debit(positionAccount(currency))).toBe(0n);
        expect(books.debit(revaluationAccount(currency))).toBe(0n);
      }
      // Unrealized gains, booked and taken back, come to nothing; realized ones to proceeds less cost.
      expect(books.debit(FX_UNREALIZED)).toBe(0n);
      const proceeds = [...world.cash.values()].reduce((sum, dollars) => sum + dollars, 0n);
      expect(-books.debit(FX_REALIZED)).toBe(proceeds);
      expect(-books.debit(FX_ROUNDING)).toBe(world.rounding);
      // Dollars in the bank are the profit, all of it named.
      const profit = [FX_REALIZED, FX_ROUNDING, 'sales', 'costs', 'fees'].reduce(
        (sum, id) => sum - books.debit(id),
        0n,
      );
      expect(books.debit('bank')).toBe(profit);
    }),
    { numRuns: 200 },
  );
});

test('realized gain of one currency is its proceeds less its cost, once it is closed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, amount, fc.boolean()), { minLength: 1, maxLength: 20 }), (trades) => {
      const world = new World();
      let realized = 0n;
      const trade = (foreignMinor: bigint, dollars: bigint, buy: boolean): void => {
        const [coin, dollar] = [
          { accountId: 'bank-EUR', currency: 'EUR', amountMinor: foreignMinor },
          { accountId: 'bank', currency: BASE, amountMinor: dollars },
        ];
        const journal = exchange(world.fx(), { memo: 'trade', sold: buy ? dollar : coin, bought: buy ? coin : dollar });
        world.books.post(journal.draft);
        realized += journal.realizedMinor.get('EUR') ?? 0n;
      };
      for (const [foreignMinor, dollars, buy] of trades) trade(foreignMinor, dollars, buy);
      const held = world.books.positions().get('EUR')?.quantityMinor ?? 0n;
      if (held !== 0n) trade(held < 0n ? -held : held, 77n, held < 0n);
      expect(world.books.positions().get('EUR')).toEqual({ quantityMinor: 0n, costMinor: 0n, revaluedMinor: 0n });
      expect(realized).toBe(world.books.debit('bank'));
    }),
  );
});

test('after a revaluation: each position is nothing in the base currency, and realized with unrealized is the whole gain', () => {
  fc.assert(
    fc.property(series, (steps) => {
      const world = played(steps);
      world.day += 1;
      world.table = [...world.table, ...quotesOf(world.day, [1234, 9, 3210])];
      world.revalue();
      const { books } = world;
      const value = (currency: string, minor: bigint): bigint => {
        const { rate } = world.table.slice(-3).find(({ base }) => base === currency) as RateQuote;
        return convert(minor, currency, BASE, decimalFraction(rate) ?? { numerator: 0n, denominator: 1n });
      };
      let holdings = 0n;
      for (const [currency, { quantityMinor }] of books.positions()) {
        const inForeign = value(currency, books.debit(positionAccount(currency), currency));
        expect(inForeign + books.debit(positionAccount(currency)) + books.debit(revaluationAccount(currency))).toBe(0n);
        holdings += value(currency, quantityMinor);
      }
      // Dollars in and out of the currencies, and what is held of them now: no gain is counted twice, and none is lost.
      const paid = [...world.cash.values()].reduce((sum, dollars) => sum + dollars, 0n);
      expect(-books.debit(FX_REALIZED) - books.debit(FX_UNREALIZED)).toBe(paid + holdings);
    }),
    { numRuns: 150 },
  );
});

/** Every entry on the other side: what takes a journal back. */
const mirrored = (journal: JournalDraft): JournalDraft => ({
  ...journal,
  entries: journal.entries.map((entry) => ({ ...entry, side: entry.side === 'debit' ? 'credit' : 'debit' })),
});

test('a revaluation that is taken back leaves the books as they were before it, and can be done again', () => {
  fc.assert(
    fc.property(series, (steps) => {
      const world = played(steps);
      const before = world.books.positions();
      const unrealized = world.books.debit(FX_UNREALIZED);
      const { done } = revalue(world.fx());
      const journals = done.flatMap(({ journal }) => (journal === null ? [] : [journal]));
      world.books.post(...journals);
      const after = world.books.positions();
      world.books.post(...journals.map(mirrored));
      for (const [currency, position] of before) expect(world.books.positions().get(currency)).toEqual(position);
      expect(world.books.debit(FX_UNREALIZED)).toBe(unrealized);
      world.books.post(...revalue(world.fx()).done.map(({ journal }) => journal));
      expect(world.books.positions()).toEqual(after);
    }),
    { numRuns: 100 },
  );
});

test('a part of what is held, long or short, realizes its part of the gain to within a unit, and the rest the rest', () => {
  const held = fc.bigInt({ min: 2n, max: 10n ** 12n });
  fc.assert(
    fc.property(
      foreign,
      held,
      held,
      held,
      fc.nat(1000),
      fc.boolean(),
      (currency, quantity, cost, price, share, long) => {
        const world = new World();
        const part = (quantity * BigInt(share)) / 1000n;
        const [some, rest] = [part, quantity - part];
        const proceedsOf = (units: bigint): bigint => (price * units) / quantity;
        fc.pre(some > 0n && rest > 0n && proceedsOf(some) > 0n && proceedsOf(rest) > 0n);
        world.trade(currency, quantity, cost, long);
        world.trade(currency, some, proceedsOf(some), !long);
        const sign = long ? 1n : -1n;
        const realized = -world.books.debit(FX_REALIZED) * sign;
        // |realized − (proceeds − cost × part / quantity)| ≤ ½
        const off = (proceedsOf(some) - realized) * quantity - cost * some;
        expect(2n * (off < 0n ? -off : off) <= quantity).toBe(true);
        world.trade(currency, rest, proceedsOf(rest), !long);
        expect(-world.books.debit(FX_REALIZED) * sign).toBe(proceedsOf(some) + proceedsOf(rest) - cost);
        expect(world.books.positions().get(currency)).toEqual({ quantityMinor: 0n, costMinor: 0n, revaluedMinor: 0n });
      },
    ),
  );
});

test('yen and dinars as base currency: no decimals and three, the same rules', () => {
  const thousandths = fc.integer({ min: 1, max: 9_999_999 });
  fc.assert(
    fc.property(
      fc.constantFrom('JPY', 'BHD'),
      fc.array(fc.tuple(amount, amount, fc.boolean(), thousandths), { minLength: 1, maxLength: 12 }),
      (base, trades) => {
        const books = new Books(base);
        let cash = 0n;
        for (const [index, [foreignMinor, minor, buy, rate]] of trades.entries()) {
          const day = dayOf(index);
          const text = `${Math.floor(rate / 1000)}.${String(rate % 1000).padStart(3, '0')}`;
          const table = [{ base: 'USD', quote: base, rate: text, source: 'test', observedAt: day, day }];
          const world = (): FxWorld => ({ baseCurrency: base, day, positions: books.positions(), table });
          const coin = { accountId: 'bank-USD', currency: 'USD', amountMinor: foreignMinor };
          const own = { accountId: 'bank', currency: base, amountMinor: minor };
          books.post(exchange(world(), { memo: 't', sold: buy ? own : coin, bought: buy ? coin : own }).draft);
          cash += buy ? -minor : minor;
          const { done, problems } = revalue(world());
          expect(problems).toEqual([]);
          books.post(...done.map(({ journal }) => journal));
          const { quantityMinor, costMinor, revaluedMinor } = books.positions().get('USD') ?? fail();
          const value = convert(quantityMinor, 'USD', base, decimalFraction(text) ?? fail());
          if (quantityMinor !== 0n) expect(costMinor + revaluedMinor).toBe(value);
          expect(-books.debit(FX_REALIZED) - books.debit(FX_UNREALIZED)).toBe(cash + value);
        }
      },
    ),
    { numRuns: 150 },
  );
});

const fail = (): never => {
  throw new Error('there is one');
};
