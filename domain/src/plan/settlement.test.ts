import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Effect, Outcome } from '../schemas/effect.ts';
import { exampleEffect } from './example-effect.ts';
import { laterOutcome, retally, TransitCounter, type PaymentState } from './settlement.ts';
import { TallyCounter, totalsOf } from './totals.ts';

const AT = '2026-11-22T10:00:00.000Z';
const LATER = '2026-11-24T10:00:00.000Z';

function outcomeOf(effect: Effect, fields: Partial<Outcome> = {}): Outcome {
  return {
    effectId: `e-${effect.key}`,
    key: effect.key,
    line: effect.line,
    status: 'succeeded',
    providerId: 'po_1',
    code: null,
    message: null,
    journalId: `j-${effect.key}`,
    settlement: { state: 'in_transit', at: AT },
    at: AT,
    ...fields,
  };
}
const payout = exampleEffect();
const transfer: Effect = {
  ...payout,
  kind: 'stripe.transfer',
  data: { account: 'acct_1', amountMinor: '1000', currency: 'USD', description: '', reference: 'R-1' },
};
const now = (state: PaymentState['state']): PaymentState => ({
  providerId: 'po_1',
  state,
  code: state === 'returned' ? 'no_account' : null,
  message: state === 'returned' ? 'No such account' : null,
});
const later = (outcome: Outcome, state: PaymentState['state'], effect: Effect = payout): Outcome | null =>
  laterOutcome(effect, outcome, now(state), LATER);

describe('what becomes of an outcome', () => {
  test('a payout on its way arrives, and is told once', () => {
    const arrived = later(outcomeOf(payout), 'settled');
    expect(arrived).toMatchObject({ status: 'succeeded', settlement: { state: 'settled', at: LATER }, at: AT });
    expect(later(arrived as Outcome, 'settled')).toBeNull();
    expect(later(outcomeOf(payout), 'in_transit')).toBeNull();
  });

  test.each(['in_transit', 'settled'] as const)(
    'one that is %s comes back: failed, with the reason and its id',
    (state) => {
      const back = later(outcomeOf(payout, { settlement: { state, at: AT } }), 'returned');
      expect(back).toMatchObject({
        status: 'failed',
        providerId: 'po_1',
        code: 'no_account',
        message: 'No such account',
        journalId: `j-${payout.key}`,
        settlement: { state: 'returned', at: LATER },
      });
      // Nothing that is said later brings it out again.
      for (const state of ['in_transit', 'settled', 'returned'] as const)
        expect(later(back as Outcome, state)).toBeNull();
    },
  );

  test('what was unknown is known', () => {
    const unknown = outcomeOf(payout, { status: 'unknown', providerId: null, settlement: null, code: 'timeout' });
    expect(later(unknown, 'in_transit')).toMatchObject({
      status: 'succeeded',
      providerId: 'po_1',
      code: null,
      settlement: { state: 'in_transit' },
    });
    expect(later(unknown, 'returned')).toMatchObject({ status: 'failed', settlement: { state: 'returned' } });
    expect(later({ ...unknown, status: 'unknown' }, 'settled', transfer)).toMatchObject({
      status: 'succeeded',
      settlement: null,
    });
  });

  test('a transfer has arrived already, and can be taken back', () => {
    const made = outcomeOf(transfer, { settlement: null });
    expect(later(made, 'settled', transfer)).toBeNull();
    expect(later(made, 'returned', transfer)).toMatchObject({ status: 'failed', settlement: { state: 'returned' } });
  });

  test.each(['failed', 'not_done'] as const)('what was %s stays so, whatever is said', (status) => {
    for (const state of ['in_transit', 'settled', 'returned'] as const)
      expect(later(outcomeOf(payout, { status, settlement: null }), state)).toBeNull();
  });
});

/** Effects in three currencies, their outcomes, and what is said of them in which order. */
const story = fc
  .array(
    fc.record({
      amountMinor: fc.bigInt({ min: 1n, max: 10n ** 12n }).map(String),
      currency: fc.constantFrom('USD', 'EUR', 'JPY'),
      transfer: fc.boolean(),
      status: fc.constantFrom('succeeded' as const, 'failed' as const, 'unknown' as const, 'not_done' as const),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      news: fc.array(
        fc.record({
          of: fc.nat(rows.length - 1),
          state: fc.constantFrom('in_transit' as const, 'settled' as const, 'returned' as const),
        }),
        { maxLength: 30 },
      ),
    }),
  );

test('a tally and a transit that are added to are what counting anew gives, after any news in any order', () => {
  fc.assert(
    fc.property(story, ({ rows, news }) => {
      const effects = rows.map((row, at): Effect => {
        const { amountMinor, currency } = row;
        const one = exampleEffect({ reference: `R-${at}`, amountMinor, currency });
        if (!row.transfer) return one;
        const { account, description, reference } = one.data;
        return { ...one, kind: 'stripe.transfer', data: { account, amountMinor, currency, description, reference } };
      });
      const outcomes = effects.map((effect, at) => {
        const status = rows[at]?.status ?? 'unknown';
        const onItsWay = status === 'succeeded' && effect.kind === 'stripe.payout';
        return outcomeOf(effect, { status, settlement: onItsWay ? { state: 'in_transit', at: AT } : null });
      });
      const count = (): TallyCounter => {
        const counter = new TallyCounter(totalsOf(effects), effects.length);
        counter.add(effects, outcomes);
        return counter;
      };
      const transitOf = (): ReturnType<TransitCounter['toTransit']> => {
        const counter = new TransitCounter();
        effects.forEach((effect, at) => counter.add(effect, outcomes[at] as Outcome));
        return counter.toTransit();
      };
      let [tally, transit] = [count().toTally(), transitOf()];
      for (const { of, state } of news) {
        const [effect, before] = [effects[of] as Effect, outcomes[of] as Outcome];
        const after = laterOutcome(effect, before, now(state), LATER);
        if (after === null) continue;
        outcomes[of] = after;
        tally = retally(tally, { effectCount: effects.length }, [{ effect, before, after }]);
        transit = new TransitCounter(transit).add(effect, before, -1).add(effect, after).toTransit();
      }
      expect(tally).toEqual(count().toTally());
      expect(transit).toEqual(transitOf());
    }),
    { numRuns: 300 },
  );
});

test('more taken away than was counted is a fault of ours', () => {
  const [before, after] = [outcomeOf(payout, { status: 'unknown', settlement: null }), outcomeOf(payout)];
  const tally = new TallyCounter(totalsOf([payout]), 1).toTally();
  expect(() => retally(tally, { effectCount: 1 }, [{ effect: payout, before, after }])).toThrow(/Invariant broken/);
  expect(() => new TransitCounter().add(payout, after, -1).toTransit()).toThrow(/Invariant broken/);
});
