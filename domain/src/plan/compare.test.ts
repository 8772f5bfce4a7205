import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { exampleEffect } from './example-effect.ts';
import type { Effect, Outcome } from '../schemas/effect.ts';
import type { Execution, Problem } from '../schemas/execution.ts';
import { compareExecutions, type ComparedRun } from './compare.ts';

const file = {
  parameter: 'file',
  fileId: 'f1',
  name: 'payouts.csv',
  revision: 1,
  storagePath: 'somewhere',
  generation: '1',
  sha256: 'a'.repeat(64),
  sizeBytes: 10,
};
const execution = {
  operationId: 'stripe-payout',
  plugin: { name: 'stripe-payout', version: '1.0.0', codeHash: 'c'.repeat(64) },
  parameters: { file: 'f1', mode: 'amounts' },
  inputs: [file],
  plan: {
    provider: { connector: 'stripe', account: 'acct_platform', mode: 'test' },
    policy: { id: 'payments', version: 1, rule: 'All money', levels: [] },
  },
} as unknown as Execution;
const effects: Effect[] = [exampleEffect({ reference: 'R-1' }), exampleEffect({ reference: 'R-2' })];
const outcomeOf = (effect: Effect, fields: Partial<Outcome> = {}): Outcome => ({
  effectId: `of-${effect.key}`,
  key: effect.key,
  line: 2,
  status: 'succeeded',
  providerId: 'po_1',
  code: null,
  message: null,
  journalId: null,
  settlement: null,
  at: '2026-11-22T10:00:00.000Z',
  ...fields,
});
const problem = (reference: string, message = 'Too little'): Problem => ({
  line: 3,
  column: null,
  reference,
  code: 'balance_too_low',
  message,
  remedy: 'Wait',
  severity: 'refused',
});
const read = (call: string, args: string, result: string) => ({ call, argsHash: args, resultHash: result });
const run: ComparedRun = {
  execution,
  effects,
  outcomes: effects.map((effect) => outcomeOf(effect)),
  problems: [problem('R-3')],
  reads: [read('files.read', 'a', '1'), read('stripe.balances', 'b', '2'), read('stripe.balances', 'c', '3')],
};
const compared = (after: Partial<ComparedRun>) => compareExecutions(run, { ...run, ...after });

describe('two runs that are alike', () => {
  it('are the same', () => {
    expect(compared({})).toMatchObject({ same: true, effects: { unchanged: 2 } });
  });

  it('also when rows have moved, drafts lie elsewhere, and messages say another balance', () => {
    const moved = effects.map((effect) => ({ ...effect, line: 9 })).reverse();
    expect(compared({ effects: moved, problems: [problem('R-3', 'USD 1 is missing')] }).same).toBe(true);
  });
});

test('input: another file, another parameter, a parameter more', () => {
  const after = {
    ...execution,
    parameters: { file: 'f2', mode: 'sweep', reserve: '5' },
    inputs: [{ ...file, fileId: 'f2', revision: 2, sha256: 'b'.repeat(64) }],
  };
  const { same, input } = compared({ execution: after });
  expect(same).toBe(false);
  expect(input).toEqual([
    {
      field: 'File',
      before: `payouts.csv, revision 1, SHA-256 ${'a'.repeat(64)}`,
      after: `payouts.csv, revision 2, SHA-256 ${'b'.repeat(64)}`,
    },
    { field: 'Parameter mode', before: 'amounts', after: 'sweep' },
    { field: 'Parameter reserve', before: null, after: '5' },
  ]);
});

test('code: version and hash; the same version with other code shows as well', () => {
  const after = { ...execution, plugin: { ...execution.plugin, codeHash: 'd'.repeat(64) } };
  expect(compared({ execution: after }).code).toEqual([
    { field: 'Code (SHA-256)', before: 'c'.repeat(64), after: 'd'.repeat(64) },
  ]);
});

test('reads: another answer, a question that only one of them asked', () => {
  const reads = [read('files.read', 'a', '1'), read('stripe.balances', 'b', 'other'), read('claims.lookup', 'd', '4')];
  expect(compared({ reads })).toMatchObject({
    same: false,
    reads: [
      { what: 'The file', same: 1, otherAnswer: 0, onlyBefore: 0, onlyAfter: 0 },
      { call: 'stripe.balances', same: 0, otherAnswer: 1, onlyBefore: 1, onlyAfter: 0 },
      { what: 'References that are spent already', onlyAfter: 1 },
    ],
  });
});

test('effects: added, removed, and changed field by field in words', () => {
  const bank = { kind: 'bank', id: 'ba_1', bankName: 'FIRST', last4: '6789', currency: 'USD' } as const;
  const after = [
    exampleEffect({ reference: 'R-2', amountMinor: '2500', destination: bank }),
    exampleEffect({ reference: 'R-9', currency: 'EUR' }),
  ];
  const comparison = compared({ effects: after }).effects;
  expect(comparison).toMatchObject({
    unchanged: 0,
    added: { total: 1, first: [{ reference: 'R-9', text: 'Pays out EUR 10.00 to acct_1, reference R-9' }] },
    removed: { total: 1, first: [{ reference: 'R-1' }] },
    totalsBefore: [{ currency: 'USD', amountMinor: '2000', count: 2 }],
    totalsAfter: [{ currency: 'EUR' }, { currency: 'USD', amountMinor: '2500' }],
  });
  expect(comparison.changed.first[0]?.fields.map(({ field, before, after: to }) => [field, before, to])).toEqual([
    ['Amount', 'USD 10.00', 'USD 25.00'],
    ['Bank account', 'not shown by Stripe', 'FIRST ending in 6789 (ba_1)'],
    [
      'Journal',
      'Payout R-2; debit seller-payable.acct_1 USD 10.00; credit stripe-balance.acct_1 USD 10.00',
      'Payout R-2; debit seller-payable.acct_1 USD 25.00; credit stripe-balance.acct_1 USD 25.00',
    ],
  ]);
});

test('problems that came, and that are gone', () => {
  expect(compared({ problems: [problem('R-4')] }).problems).toMatchObject({
    added: { total: 1, first: [{ reference: 'R-4' }] },
    gone: { total: 1, first: [{ reference: 'R-3' }] },
  });
});

test('outcomes of what both would do', () => {
  const [first, second] = effects as [Effect, Effect];
  const outcomes = [outcomeOf(first, { status: 'failed', message: 'The bank account is closed' })];
  expect(compared({ outcomes }).outcomes).toMatchObject({
    total: 2,
    first: [
      { reference: 'R-1', before: 'done', after: 'failed: The bank account is closed' },
      { reference: 'R-2', before: 'done', after: 'not begun' },
    ],
  });
  const settled = [outcomeOf(first, { settlement: { state: 'settled', at: '2026-11-23T10:00:00.000Z' } })];
  expect(compared({ outcomes: [...settled, outcomeOf(second)] }).outcomes.first).toMatchObject([
    { after: 'done, arrived' },
  ]);
});

test('lists are bounded, and say how many there are', () => {
  const many = Array.from({ length: 50 }, (_, at) => exampleEffect({ reference: `N-${at}` }));
  const { added } = compareExecutions(run, { ...run, effects: [...effects, ...many] }, 10).effects;
  expect([added.total, added.first.length]).toEqual([50, 10]);
});

test('a run that could not be planned is compared by its input and code', () => {
  const none: ComparedRun = {
    execution: { ...execution, plan: null },
    effects: [],
    outcomes: [],
    problems: [],
    reads: [],
  };
  expect(compareExecutions(run, none)).toMatchObject({ same: false, effects: { removed: { total: 2 } } });
});

test('there and back: what is added one way is removed the other', () => {
  const some = fc.uniqueArray(
    fc.record({ reference: fc.constantFrom('A', 'B', 'C', 'D'), amountMinor: fc.constantFrom('1', '2') }),
    {
      selector: ({ reference }) => reference,
    },
  );
  fc.assert(
    fc.property(some, some, (left, right) => {
      const runOf = (rows: typeof left): ComparedRun => ({ ...run, effects: rows.map((row) => exampleEffect(row)) });
      const there = compareExecutions(runOf(left), runOf(right)).effects;
      const back = compareExecutions(runOf(right), runOf(left)).effects;
      expect(there.added.first.map(({ key }) => key).sort()).toEqual(back.removed.first.map(({ key }) => key).sort());
      expect(there.changed.total).toBe(back.changed.total);
      expect(there.unchanged + there.changed.total + there.added.total).toBe(right.length);
      expect(there.unchanged + there.changed.total + there.removed.total).toBe(left.length);
    }),
  );
});
