import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../schemas/effect.ts';
import { exampleEffect } from './example-effect.ts';
import { countOf, TallyCounter, Totals, totalsOf } from './totals.ts';

const outcomeOf = (key: string, status: Outcome['status']): Outcome => ({
  effectId: `e-${key}`,
  key,
  line: null,
  status,
  providerId: null,
  code: null,
  message: null,
  journalId: null,
  settlement: null,
  at: '2026-01-01T00:00:00.000Z',
});
const planned = fc.array(
  fc.record({
    currency: fc.constantFrom('USD', 'EUR', 'JPY'),
    amountMinor: fc.bigInt({ min: 1n, max: 10n ** 30n }),
    status: fc.option(fc.constantFrom<Outcome['status']>('succeeded', 'failed', 'unknown', 'not_done')),
  }),
  { maxLength: 30 },
);

test('totals are per currency, in the order of the codes, and exact', () => {
  expect(
    new Totals()
      .add('USD', 5n)
      .add('EUR', 7n)
      .add('USD', 10n ** 25n)
      .toList(),
  ).toEqual([
    { currency: 'EUR', amountMinor: '7', count: 1 },
    { currency: 'USD', amountMinor: '10000000000000000000000005', count: 2 },
  ]);
  expect(totalsOf([])).toEqual([]);
  expect(countOf([])).toBe(0);
});

test('succeeded, failed, unknown and untouched add up to the plan, in number and money, whatever became of each effect', () => {
  fc.assert(
    fc.property(planned, (rows) => {
      const effects = rows.map(({ currency, amountMinor }, index) =>
        exampleEffect({ reference: `R-${index}`, currency, amountMinor: amountMinor.toString() }),
      );
      const counter = new TallyCounter(totalsOf(effects), effects.length);
      const half = Math.floor(rows.length / 2);
      for (const [from, to] of [
        [0, half],
        [half, rows.length],
      ] as const) {
        counter.add(
          effects.slice(from, to),
          rows
            .slice(from, to)
            .flatMap(({ status }, index) =>
              status === null ? [] : [outcomeOf(effects[from + index]?.key ?? '', status)],
            ),
        );
      }
      const tally = counter.toTally();
      const sum = new Totals()
        .addAll(tally.succeeded)
        .addAll(tally.failed)
        .addAll(tally.unknown)
        .addAll(tally.untouched)
        .toList();
      expect(sum).toEqual(totalsOf(effects));
      const withStatus = (...statuses: (Outcome['status'] | null)[]) =>
        totalsOf(effects.filter((_, index) => statuses.includes(rows[index]?.status ?? null)));
      const number = (...statuses: (Outcome['status'] | null)[]) =>
        rows.filter(({ status }) => statuses.includes(status ?? null)).length;
      expect(tally).toEqual({
        counts: {
          succeeded: number('succeeded'),
          failed: number('failed'),
          unknown: number('unknown'),
          untouched: number('not_done', null),
        },
        succeeded: withStatus('succeeded'),
        failed: withStatus('failed'),
        unknown: withStatus('unknown'),
        untouched: withStatus('not_done', null),
      });
    }),
  );
});

test('more done than was planned is a fault of ours, not a tally', () => {
  const effect = exampleEffect({ reference: 'R-1' });
  const counter = new TallyCounter(totalsOf([effect]), 1);
  counter.add([effect], [outcomeOf(effect.key, 'succeeded')]);
  counter.add([effect], [outcomeOf(effect.key, 'succeeded')]);
  expect(() => counter.toTally()).toThrow(/Invariant broken/);
  expect(() => counter.add([], [outcomeOf('another', 'failed')])).toThrow(/Invariant broken/);
});
