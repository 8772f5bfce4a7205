import { claimId } from '@countersign/domain/plan/effect-checks';
import { exampleEffect } from '@countersign/domain/plan/example-effect';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Problem } from '@countersign/domain/schemas/execution';
import { describe, expect, test } from 'vitest';
import type { PlanOutput } from './plugin-output.ts';
import { withoutDone, type EarlierRuns } from './resume.ts';

const payout = (reference: string, amountMinor = '1000'): Effect => exampleEffect({ reference, amountMinor });
const call = (key: string, body: unknown, ...needs: string[]): Effect =>
  ({
    key,
    line: 7,
    needs,
    claim: null,
    journal: null,
    kind: 'http.call',
    data: { method: 'POST', url: 'https://erp.example.com', headers: {}, body, idempotencyHeader: null },
  }) as Effect;
const idOf = (key: string) => ({ $providerIdOf: key });
const outputOf = (effects: Effect[], fields: Partial<PlanOutput> = {}): PlanOutput => ({
  effects,
  problems: [],
  rowCount: effects.length,
  refusedTotals: [],
  message: '',
  metrics: {},
  warnings: [],
  tables: [],
  rechecks: [],
  ...fields,
});
function earlier(...settled: [Effect, Outcome['status'], string | null][]): EarlierRuns {
  const byKey = new Map(
    settled.map(([effect, status, providerId]) => [effect.key, { effect, outcome: { status, providerId } }]),
  );
  const byClaim = new Map(
    [...byKey.values()].flatMap((one) =>
      one.effect.claim === null ? [] : [[claimId(one.effect.claim.kind, one.effect.claim.reference), one] as const],
    ),
  );
  return { executionIds: new Set(['x-0']), byKey, byClaim };
}
const refusal = (reference: string | null, severity: Problem['severity'] = 'refused'): Problem => ({
  line: 1,
  column: null,
  reference,
  code: 'reference_spent',
  message: 'spent',
  remedy: '',
  severity,
});
const [a, b, c] = [payout('A'), payout('B'), payout('C')];
const keys = ({ effects }: PlanOutput): string[] => effects.map(({ key }) => key);

test('of a run that nothing was done in, the plan is as the plugin proposes it, also without effects', () => {
  const output = outputOf([]);
  expect(withoutDone(output, earlier())).toBe(output);
});

describe('what is left', () => {
  test('is what was not done, and how much was done is said', () => {
    const output = withoutDone(outputOf([a, b, c], { warnings: ['w'] }), earlier([a, 'succeeded', 'po_a']));
    expect(keys(output)).toEqual(['b', 'c']);
    expect(output.warnings).toEqual(['1 effect of the earlier run is done and left out', 'w']);
    const two = withoutDone(outputOf([a, b, c]), earlier([a, 'succeeded', 'po_a'], [b, 'succeeded', 'po_b']));
    expect(two.warnings).toEqual(['2 effects of the earlier run are done and left out']);
  });

  test('leaves out what has another key and the same reference', () => {
    const renamed = { ...payout('a '), key: 'other' };
    expect(keys(withoutDone(outputOf([renamed, b]), earlier([a, 'succeeded', 'po_a'])))).toEqual(['b']);
  });

  test('is without what is unknown, which is named', () => {
    const output = withoutDone(outputOf([a, b], { warnings: ['w'] }), earlier([a, 'unknown', null]));
    expect(keys(output)).toEqual(['b']);
    expect(output.warnings).toEqual(['w']);
    expect(output.problems).toEqual([
      {
        line: 2,
        column: null,
        reference: 'A',
        code: 'unknown_not_resumed',
        message: 'Nobody knows yet whether A was done in the earlier run, so it is left out',
        remedy: 'It is asked about; two people can settle it. When it turns out not to be done, resume again',
        severity: 'refused',
      },
    ]);
  });

  test('has no more warnings than a plan may', () => {
    const warnings = Array.from({ length: 50 }, (_, at) => `w${at}`);
    const output = withoutDone(outputOf([a, b], { warnings }), earlier([a, 'succeeded', 'po_a']));
    expect(output.warnings).toHaveLength(50);
    expect(output.warnings.at(-1)).toBe('w48');
  });
});

describe('nothing is left', () => {
  const resuming = (output: PlanOutput, runs: EarlierRuns) => (): PlanOutput => withoutDone(output, runs);
  test('because all is done', () => {
    expect(resuming(outputOf([a]), earlier([a, 'succeeded', 'po_a']))).toThrow(
      expect.objectContaining({
        code: 'input_error',
        message: 'Nothing is left to resume: everything in it is done.',
        details: { problems: [] },
      }),
    );
  });

  test('because the rest is unknown or refused; what is only a notice is no reason', () => {
    const message = 'Nothing can be resumed as things are. Each row that is left has its problem.';
    expect(resuming(outputOf([a]), earlier([a, 'unknown', null]))).toThrow(message);
    expect(resuming(outputOf([], { problems: [refusal('Z')] }), earlier([a, 'succeeded', 'x']))).toThrow(message);
    expect(resuming(outputOf([], { problems: [refusal('Z', 'notice')] }), earlier([a, 'succeeded', 'x']))).toThrow(
      'is done',
    );
  });
});

describe('what needs others', () => {
  test('is given the id of one that is done, and needs it no more', () => {
    const needing = call('n', { of: idOf('a'), and: idOf('b') }, 'a', 'b');
    const output = withoutDone(outputOf([a, b, needing]), earlier([a, 'succeeded', 'po_a']));
    expect(output.effects).toEqual([b, call('n', { of: 'po_a', and: idOf('b') }, 'b')]);
  });

  test('is given the id also when the plugin calls it by another key now', () => {
    const renamed = { ...payout('A'), key: 'a2' };
    const output = withoutDone(outputOf([renamed, call('n', idOf('a2'), 'a2')]), earlier([a, 'succeeded', 'po_a']));
    expect(output.effects).toEqual([call('n', 'po_a')]);
  });

  test.each<[string, Effect[], string]>([
    ['one that is unknown', [a, b, call('n', {}, 'b', 'a')], 'n needs a'],
    ['one that waits for it', [a, call('m', {}, 'a'), b, call('n', {}, 'b', 'm')], 'n needs m'],
  ])('and among them %s, is left out with the reason', (_, effects, reason) => {
    const output = withoutDone(outputOf(effects), earlier([a, 'unknown', null]));
    expect(keys(output)).toEqual(['b']);
    expect(output.problems.at(-1)).toEqual({
      line: 7,
      column: null,
      reference: 'n',
      code: 'unknown_not_resumed',
      message: `${reason}, of which it is not known that it was done, so it is left out`,
      remedy: 'Settle what it needs first, then resume again',
      severity: 'refused',
    });
  });

  test('waits for an id that was never given, and only for that', () => {
    const output = withoutDone(
      outputOf([a, b, call('n', idOf('a'), 'a'), call('m', {}, 'a')]),
      earlier([a, 'succeeded', null]),
    );
    expect(output.effects).toEqual([b, call('m', {})]);
    expect(output.problems.map(({ message }) => message.slice(0, 9))).toEqual(['n needs a']);
  });
});

describe('rows that the plugin refused because their reference is spent', () => {
  const refusedTotals = [
    { currency: 'EUR', amountMinor: '5', count: 1 },
    { currency: 'USD', amountMinor: '1500', count: 2 },
  ];
  const left = (problems: Problem[], totals = refusedTotals) =>
    withoutDone(outputOf([b], { problems, refusedTotals: totals }), earlier([a, 'succeeded', 'po_a']));

  test('are no problems when this very run spent it, and their money is not counted as refused', () => {
    const output = left([refusal('a '), refusal('A'), refusal('Z'), refusal(null), refusal('A', 'notice')]);
    expect(output.problems.map(({ reference }) => reference)).toEqual(['Z', null, 'A']);
    expect(output.refusedTotals).toEqual([
      { currency: 'EUR', amountMinor: '5', count: 1 },
      { currency: 'USD', amountMinor: '500', count: 1 },
    ]);
  });

  test('and all of the money of a currency: none is listed', () => {
    expect(left([refusal('A')], [{ currency: 'USD', amountMinor: '1000', count: 1 }]).refusedTotals).toEqual([]);
  });

  test.each([
    ['less money', '999', 1],
    ['no row', '1000', 0],
  ])('what the plugin has not counted is not taken off: %s', (_, amountMinor, count) => {
    const totals = [{ currency: 'USD', amountMinor, count }];
    expect(left([refusal('A')], totals).refusedTotals).toEqual(totals);
  });

  test('what moved no money, or in a currency in which nothing was refused, takes nothing off', () => {
    const done = earlier([call('k', {}), 'succeeded', 'x'], [payout('A'), 'succeeded', 'po_a']);
    const totals = [{ currency: 'EUR', amountMinor: '5', count: 1 }];
    const problems = [refusal('k'), refusal('A')];
    const output = withoutDone(outputOf([b], { problems, refusedTotals: totals }), done);
    expect([output.problems, output.refusedTotals]).toEqual([[], totals]);
  });

  test('money that is refused in no row is still listed', () => {
    const totals = [
      { currency: 'EUR', amountMinor: '0', count: 2 },
      { currency: 'USD', amountMinor: '7', count: 0 },
    ];
    expect(left([refusal('Z')], totals).refusedTotals).toEqual(totals);
  });

  test('another reference is another problem', () => {
    const output = left([refusal('Z')]);
    expect([output.problems, output.refusedTotals]).toEqual([[refusal('Z')], refusedTotals]);
  });
});
