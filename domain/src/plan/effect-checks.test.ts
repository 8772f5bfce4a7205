import { expect, test } from 'vitest';
import type { Effect } from '../schemas/effect.ts';
import type { Capability } from '../schemas/plugin.ts';
import { assertSoundEffects, claimId, effectId, providerKey } from './effect-checks.ts';
import { exampleEffect } from './example-effect.ts';

const ALL: readonly Capability[] = ['stripe.payout', 'ledger.post'];
const one = exampleEffect();
const two = exampleEffect({ reference: 'R-2', account: 'acct_2' });
const [debit, credit] = one.journal.entries;
if (debit === undefined || credit === undefined) throw new Error('the example has two entries');
const journal = (entries: (typeof one)['journal']['entries']): Effect => ({
  ...one,
  journal: { ...one.journal, entries },
});

test('a sound plan passes', () => {
  expect(() => assertSoundEffects([one, two], ALL)).not.toThrow();
  expect(() => assertSoundEffects([], [])).not.toThrow();
});

test.each<[string, readonly Effect[], readonly Capability[]]>([
  ['does not declare stripe.payout', [one], ['ledger.post']],
  ['does not declare ledger.post', [one], ['stripe.payout']],
  ['key is used twice', [one, { ...two, key: one.key }], ALL],
  ['"r-1 " is used twice', [one, { ...two, claim: { kind: 'payout', reference: 'r-1 ' } }], ALL],
  ['amount is not positive', [exampleEffect({ amountMinor: '0' })], ALL],
  ['amount is not positive', [exampleEffect({ amountMinor: '-5' })], ALL],
  ['journal does not match', [journal([credit, debit])], ALL],
  ['journal does not match', [journal([debit])], ALL],
  ['journal does not match', [journal([debit, credit, credit])], ALL],
  [
    'journal does not match',
    [
      journal([
        { ...debit, amountMinor: '999' },
        { ...credit, amountMinor: '999' },
      ]),
    ],
    ALL,
  ],
  ['journal does not match', [journal([debit, { ...credit, accountId: 'stripe-balance.acct_2' }])], ALL],
  ['journal does not match', [journal([{ ...debit, accountId: 'bank' }, credit])], ALL],
  ['journal does not match', [journal([debit, { ...credit, currency: 'EUR' }])], ALL],
])("the plugin's word is not taken: %s", (message, effects, capabilities) => {
  expect(() => assertSoundEffects(effects, capabilities)).toThrow(
    expect.objectContaining({ code: 'plugin_error', message: expect.stringContaining(message) as string }),
  );
});

test("the provider's key depends on organization, reference and attempt, and on nothing that a crash or another run changes", () => {
  const key = providerKey('acme', 'payout', 'R-1', 1);
  expect(providerKey('acme', 'payout', ' r-1', 1)).toBe(key);
  const others = [
    providerKey('other', 'payout', 'R-1', 1),
    providerKey('acme', 'payout', 'R-2', 1),
    providerKey('acme', 'payout', 'R-1', 2),
    providerKey('acme', 'refund', 'R-1', 1),
  ];
  expect(new Set([key, ...others]).size).toBe(5);
  // A provider remembers keys for a day or longer: the same payout must have the same key after an upgrade.
  expect(key).toBe('countersign-f7715c44faacc12874f0c09d71564689');
});

test('ids of effects and claims are their own', () => {
  expect(effectId('x-1', 'k')).not.toBe(effectId('x-2', 'k'));
  expect(effectId('x-1', 'k')).not.toBe(effectId('x-1', 'l'));
  expect(claimId('payout', 'A 1')).toBe(claimId('payout', ' a  1 '));
  expect(claimId('payout', 'A1')).not.toBe(claimId('payout', 'A 1'));
  // Stored documents are found by them: they must not change with an upgrade.
  expect(effectId('x-1', 'k')).toBe('f6f74eeeba747e7dde0ab234bdcca9f2');
  expect(claimId('payout', 'A 1')).toBe('92f173a44e62d907396ab9aa063d3d79');
});
