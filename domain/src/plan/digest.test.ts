import { describe, expect, test } from 'vitest';
import type { Effect } from '../schemas/effect.ts';
import { REQUESTED } from '../schemas/execution.ts';
import { pageHash, planDigest, readsHash, type SignedPlan } from './digest.ts';
import { exampleEffect } from './example-effect.ts';

const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const plan: SignedPlan = {
  orgId: 'acme',
  executionId: 'x-1',
  attempt: 1,
  provider: { connector: 'stripe', account: 'acct_p', mode: 'test' },
  plugin: { name: 'stripe-payout', version: '1.0.0', codeHash: HASH },
  parameters: { file: 'f-1', mode: 'amounts' },
  inputs: [
    {
      parameter: 'file',
      fileId: 'f-1',
      name: 'payouts.csv',
      revision: 1,
      storagePath: 'orgs/acme/x',
      generation: '7',
      sha256: HASH,
      sizeBytes: 10,
    },
  ],
  pageHashes: [HASH, OTHER],
  reads: { count: 3, hash: HASH },
  rechecks: [{ kind: 'record.version', type: 'price', recordId: 'x', version: 1 }],
  origin: REQUESTED,
  policy: { id: 'payments', version: 4, rule: 'All money', levels: [{ role: 'approver', people: 1 }], auto: false },
  traits: {
    movesMoney: true,
    category: 'payments',
    operationId: 'stripe-payout',
    pluginRisk: 'high',
    risk: 'low',
    effectKinds: ['stripe.payout'],
    effectCount: 2,
    payeeCount: 1,
    newPayeeCount: 0,
    totals: [{ currency: 'USD', amountMinor: '1200', count: 2 }],
    base: { currency: 'USD', amountMinor: '1200', unknownCurrencies: [], rates: [], ratesAsOf: null },
    requesterTotals: [{ hours: 24, amountMinor: '1200' }],
    payeeTotals: [{ hours: 24, amountMinor: '1200' }],
    offHours: false,
    requestedAt: '2026-01-05T10:00:00.000Z',
  },
};
const [input] = plan.inputs;
if (input === undefined) throw new Error('the example has an input');

describe('whatever decides what will be done changes the digest', () => {
  test.each<[string, Partial<SignedPlan>]>([
    ['organization', { orgId: 'acme2' }],
    ['execution', { executionId: 'x-2' }],
    ['attempt', { attempt: 2 }],
    ['connector', { provider: { ...plan.provider, connector: 'other' } }],
    ['provider account', { provider: { ...plan.provider, account: 'acct_q' } }],
    ['mode', { provider: { ...plan.provider, mode: 'live' } }],
    ['plugin', { plugin: { ...plan.plugin, name: 'other' } }],
    ['plugin version', { plugin: { ...plan.plugin, version: '1.0.1' } }],
    ['plugin code', { plugin: { ...plan.plugin, codeHash: OTHER } }],
    ['a parameter', { parameters: { ...plan.parameters, mode: 'sweep' } }],
    ['one parameter more', { parameters: { ...plan.parameters, reserve: 'USD 1.00' } }],
    ['one parameter less', { parameters: { file: 'f-1' } }],
    ['the bytes of a file', { inputs: [{ ...input, sha256: OTHER }] }],
    ['the generation of a file', { inputs: [{ ...input, generation: '8' }] }],
    ['the file of a parameter', { inputs: [{ ...input, parameter: 'other' }] }],
    ['no file', { inputs: [] }],
    ['a page', { pageHashes: [HASH, HASH] }],
    ['the order of pages', { pageHashes: [OTHER, HASH] }],
    ['one page less', { pageHashes: [HASH] }],
    ['what was read', { reads: { count: 3, hash: OTHER } }],
    ['how much was read', { reads: { count: 4, hash: HASH } }],
    ['a predicate', { rechecks: [{ kind: 'record.version', type: 'price', recordId: 'x', version: 2 }] }],
    ['no predicate', { rechecks: [] }],
    ['why it is run', { origin: { ...REQUESTED, kind: 'resume', executionId: 'x-0' } }],
    ['the policy', { policy: { ...plan.policy, id: 'other' } }],
    ['the version of the policy', { policy: { ...plan.policy, version: 5 } }],
    ['the rule of the policy', { policy: { ...plan.policy, rule: 'Small money' } }],
    ['who must sign', { policy: { ...plan.policy, levels: [{ role: 'viewer', people: 1 }] } }],
    ['how many must sign', { policy: { ...plan.policy, levels: [] } }],
    ['that nobody must', { policy: { ...plan.policy, auto: true } }],
    ['what the rule was chosen by', { traits: plan.traits === null ? null : { ...plan.traits, risk: 'high' } }],
    ['nothing to choose a rule by', { traits: null }],
  ])('%s', (_, change) => {
    expect(planDigest({ ...plan, ...change })).not.toBe(planDigest(plan));
  });
});

test('the digest is the same whatever the order of fields, and fixed for ever', () => {
  const reordered: SignedPlan = {
    traits: plan.traits,
    policy: { auto: false, levels: [{ people: 1, role: 'approver' }], rule: 'All money', version: 4, id: 'payments' },
    reads: plan.reads,
    origin: plan.origin,
    rechecks: plan.rechecks,
    pageHashes: plan.pageHashes,
    inputs: plan.inputs,
    parameters: { mode: 'amounts', file: 'f-1' },
    plugin: plan.plugin,
    provider: plan.provider,
    attempt: 1,
    executionId: 'x-1',
    orgId: 'acme',
  };
  expect(planDigest(reordered)).toBe(planDigest(plan));
  // Computed once by other means (Python's json and hashlib). Approvals of years ago are checked with it: another digest of the same plan would void them all.
  expect(planDigest(plan)).toBe('0153d16decf9e552812fdbdbf3e88a5db1ff0ac42574ff4efe0bc1541a004bf8');
});

test('names and places that decide nothing are left out', () => {
  expect(planDigest({ ...plan, inputs: [{ ...input, name: 'renamed.csv', storagePath: 'elsewhere' }] })).toBe(
    planDigest(plan),
  );
});

describe("a page's hash covers every field of every effect, and its place", () => {
  const effect = exampleEffect();
  test.each<[string, Effect]>([
    ['amount', exampleEffect({ amountMinor: '1001' })],
    ['payee', exampleEffect({ account: 'acct_2' })],
    ['currency', exampleEffect({ currency: 'EUR' })],
    ['reference', exampleEffect({ reference: 'R-2' })],
    ['description', exampleEffect({ description: 'x' })],
    [
      'destination',
      exampleEffect({ destination: { kind: 'bank', id: 'ba_1', bankName: 'B', last4: '1234', currency: 'USD' } }),
    ],
    ['balance', exampleEffect({ balanceBeforeMinor: '5001' })],
    ['reserve', exampleEffect({ reserveMinor: '1' })],
    ['line', { ...effect, line: 3 }],
    ['needs', { ...effect, needs: ['k'] }],
    ['key', { ...effect, key: 'k' }],
    ['claim', { ...effect, claim: { kind: 'payout', reference: 'R-9' } }],
    ['journal', { ...effect, journal: { ...effect.journal, memo: 'x' } }],
    ['entries', { ...effect, journal: { ...effect.journal, entries: effect.journal.entries.toReversed() } }],
  ])('%s', (_, changed) => {
    expect(pageHash(0, [changed])).not.toBe(pageHash(0, [effect]));
  });

  test('place, order and number', () => {
    const other = exampleEffect({ reference: 'R-2' });
    expect(
      new Set([
        pageHash(0, [effect, other]),
        pageHash(1, [effect, other]),
        pageHash(0, [other, effect]),
        pageHash(0, [effect]),
        pageHash(0, []),
      ]).size,
    ).toBe(5);
  });
});

test('the hash of what was read covers call, arguments, answer and order, and not the time', () => {
  const read = { call: 'files.read', argsHash: HASH, resultHash: OTHER };
  const other = { ...read, call: 'claims.lookup' };
  const all = [
    [read],
    [{ ...read, argsHash: OTHER }],
    [{ ...read, resultHash: HASH }],
    [other],
    [read, other],
    [other, read],
    [],
  ].map(readsHash);
  expect(new Set(all).size).toBe(all.length);
  expect(readsHash([{ ...read, at: '2026-01-01T00:00:00.000Z' } as typeof read])).toBe(readsHash([read]));
});
