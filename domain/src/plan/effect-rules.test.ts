import { describe, expect, test } from 'vitest';
import type { Effect, EffectOf } from '../schemas/effect.ts';
import type { Capability } from '../schemas/plugin.ts';
import { assertSoundEffects } from './effect-checks.ts';
import { exampleEffect } from './example-effect.ts';

const ALL: readonly Capability[] = [
  'stripe.payout',
  'stripe.transfer',
  'ledger.post',
  'files.write',
  'records.write',
  'notify',
  'http.call',
];
const payout = exampleEffect();
const { account, amountMinor, currency, description, reference } = payout.data;
const transfer: EffectOf<'stripe.transfer'> = {
  ...payout,
  kind: 'stripe.transfer',
  data: { account, amountMinor, currency, description, reference },
  claim: { kind: 'transfer', reference },
  journal: {
    ...payout.journal,
    entries: [
      { accountId: `stripe-balance.${account}`, side: 'debit', amountMinor, currency },
      { accountId: 'stripe-balance.platform', side: 'credit', amountMinor, currency },
    ],
  },
};
const plain = { line: null, needs: [] as string[], claim: null, journal: null };
const journal: EffectOf<'ledger.journal'> = {
  ...plain,
  key: 'j',
  kind: 'ledger.journal',
  data: { description: '' },
  journal: payout.journal,
};
const call = (key: string, body: EffectOf<'http.call'>['data']['body'], ...needs: string[]): Effect => ({
  ...plain,
  key,
  needs,
  kind: 'http.call',
  data: { method: 'POST', url: 'https://erp.example.com', headers: {}, body, idempotencyHeader: null },
});
const record = (key: string, fields: EffectOf<'record.write'>['data']['fields'], ...needs: string[]): Effect => ({
  ...plain,
  key,
  needs,
  kind: 'record.write',
  data: { type: 'price', recordId: key, expectedVersion: 0, fields },
});
const notice: Effect = {
  ...plain,
  key: 'n',
  kind: 'notify',
  data: { to: { kind: 'member', uid: 'amir' }, title: 't', body: JSON.stringify({ $providerIdOf: 'x' }) },
};
const id = (key: string) => ({ $providerIdOf: key });

test.each<[string, Effect[]]>([
  ['a transfer', [transfer]],
  ['a journal without a reference', [journal]],
  ['a journal of whatever entries', [{ ...journal, claim: { kind: 'journal', reference: 'J' } }]],
  ['a call, a record and a message', [call('c', null), record('r', {}), notice]],
  [
    'ids of effects that are needed',
    [call('a', {}), call('b', { of: id('a') }, 'a'), record('c', { of: id('a') }, 'a', 'b')],
  ],
  ['the same reference for a payout and a transfer', [payout, { ...transfer, key: 't' }]],
])('sound: %s', (_, effects) => {
  expect(() => assertSoundEffects(effects, ALL)).not.toThrow();
});

test('what has no journal needs no leave to post', () => {
  expect(() => assertSoundEffects([call('c', null)], ['http.call'])).not.toThrow();
});

describe("the plugin's word is not taken", () => {
  const [debit, credit] = payout.journal.entries;
  if (debit === undefined || credit === undefined) throw new Error('the example has two entries');
  const withEntries = (...entries: (typeof payout)['journal']['entries']): Effect => ({
    ...payout,
    journal: { ...payout.journal, entries },
  });

  test.each<[string, Effect[], string]>([
    [
      'a payout under the claim of a transfer',
      [{ ...payout, claim: { kind: 'transfer', reference } }],
      'its claim is not of its kind',
    ],
    [
      'a transfer under the claim of a payout',
      [{ ...transfer, claim: { kind: 'payout', reference } }],
      'its claim is not of its kind',
    ],
    [
      'a payout under another reference',
      [{ ...payout, claim: { kind: 'payout', reference: 'Z' } }],
      'its claim is not for its reference',
    ],
    [
      'a transfer with the journal of a payout',
      [{ ...transfer, journal: payout.journal }],
      'its journal does not match its movement of money',
    ],
    [
      'sides the other way round',
      [withEntries({ ...debit, side: 'credit' }, { ...credit, side: 'debit' })],
      'its journal does not match its movement of money',
    ],
    [
      'the id of an effect that it does not need, in a call',
      [call('a', {}), call('b', { of: [id('a')] })],
      'it refers to "a" and does not need it',
    ],
    [
      'the id of an effect that it does not need, in a record',
      [call('a', {}), call('b', {}), record('c', { x: id('a'), y: id('b') }, 'a')],
      'it refers to "b" and does not need it',
    ],
    ['a need that is not there', [call('a', {}, 'x')], 'needs "x", which is not before it in the plan'],
    ['a kind that is not declared', [notice], 'the plugin does not declare notify'],
  ])('%s', (_, effects, message) => {
    const { key } = effects.at(-1) ?? payout;
    const declared = ALL.filter((capability) => capability !== 'notify');
    expect(() => assertSoundEffects(effects, declared)).toThrow(
      expect.objectContaining({
        code: 'plugin_error',
        message: expect.stringContaining(message) as string,
        details: { key },
      }),
    );
  });
});
