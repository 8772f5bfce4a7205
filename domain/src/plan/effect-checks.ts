import { AppError } from '../errors.ts';
import { derivedId } from '../hash.ts';
import { expectedEntries, moneyOf } from './effect-facts.ts';
import { depthsOf, referencesIn } from './needs.ts';
import { normalizeReference } from './reference.ts';
import type { Capability } from '../schemas/plugin.ts';
import type { ClaimKind, Effect, EffectKind } from '../schemas/effect.ts';

/** The capability that a plugin must have declared for each kind of effect. */
export const CAPABILITY_OF_KIND: Readonly<Record<EffectKind, Capability>> = {
  'stripe.payout': 'stripe.payout',
  'stripe.transfer': 'stripe.transfer',
  'ledger.journal': 'ledger.post',
  'file.publish': 'files.write',
  'record.write': 'records.write',
  notify: 'notify',
  'http.call': 'http.call',
};

export function effectId(executionId: string, key: string): string {
  return derivedId('effect', executionId, key);
}

export function claimId(kind: string, reference: string): string {
  return derivedId('claim', kind, normalizeReference(reference));
}

/**
 * The key under which the provider dedupes: organization, claim, attempt. The attempt grows only after a proven
 * failure, so a crash, a retry and a second worker all send the same key.
 */
export function providerKey(orgId: string, kind: string, reference: string, attempt: number): string {
  return `countersign-${derivedId('provider-key', orgId, kind, normalizeReference(reference), String(attempt))}`;
}

/**
 * What must hold of a plan before anybody is asked to sign it. The platform does not take the plugin's word.
 * @throws AppError `plugin_error` with the first effect that breaks a rule
 */
export function assertSoundEffects(effects: readonly Effect[], capabilities: readonly Capability[]): void {
  const keys = new Set<string>();
  const claims = new Set<string>();
  for (const effect of effects) {
    const fail = (what: string): never => {
      throw new AppError('plugin_error', `Effect "${effect.key}": ${what}`, { details: { key: effect.key } });
    };
    if (!capabilities.includes(CAPABILITY_OF_KIND[effect.kind]))
      fail(`the plugin does not declare ${CAPABILITY_OF_KIND[effect.kind]}`);
    if (effect.journal !== null && !capabilities.includes('ledger.post'))
      fail('the plugin does not declare ledger.post');
    if (keys.has(effect.key)) fail('its key is used twice');
    keys.add(effect.key);
    if (effect.claim !== null) {
      const claim = claimId(effect.claim.kind, effect.claim.reference);
      if (claims.has(claim)) fail(`its reference "${effect.claim.reference}" is used twice`);
      claims.add(claim);
    }
    const problem = moneyProblem(effect) ?? referenceProblem(effect);
    if (problem !== null) fail(problem);
  }
  depthsOf(effects);
}

/** Money moves under its own reference, and its journal takes exactly its amount between the two accounts of its kind. */
function moneyProblem(effect: Effect): string | null {
  const expected = expectedEntries(effect);
  if (expected === null || effect.journal === null || effect.claim === null) return null;
  const money = moneyOf(effect);
  if (money !== null && money.amountMinor <= 0n) return 'its amount is not positive';
  if (effect.claim.kind !== CLAIM_OF_KIND[effect.kind]) return 'its claim is not of its kind';
  if ('reference' in effect.data && effect.data.reference !== effect.claim.reference)
    return 'its claim is not for its reference';
  const { entries } = effect.journal;
  const asExpected =
    entries.length === expected.length &&
    expected.every((entry, at) => {
      const found = entries[at];
      return (
        found?.accountId === entry.accountId &&
        found.side === entry.side &&
        found.amountMinor === entry.amountMinor &&
        found.currency === entry.currency
      );
    });
  return asExpected ? null : 'its journal does not match its movement of money';
}

const CLAIM_OF_KIND: Partial<Record<EffectKind, ClaimKind>> = {
  'stripe.payout': 'payout',
  'stripe.transfer': 'transfer',
};

/** An id that is put in later comes from an effect that this one needs: else it might not be there. */
function referenceProblem(effect: Effect): string | null {
  const referred =
    effect.kind === 'http.call'
      ? referencesIn(effect.data.body)
      : effect.kind === 'record.write'
        ? referencesIn(effect.data.fields)
        : [];
  const other = referred.find((key) => !effect.needs.includes(key));
  return other === undefined ? null : `it refers to "${other}" and does not need it`;
}
