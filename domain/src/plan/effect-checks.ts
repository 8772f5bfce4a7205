import { AppError } from '../errors.ts';
import { derivedId } from '../hash.ts';
import { toMinor } from '../money/money.ts';
import { normalizeReference } from './reference.ts';
import type { Capability } from '../schemas/plugin.ts';
import type { Effect, EffectKind } from '../schemas/effect.ts';

/** The capability that a plugin must have declared for each kind of effect. */
export const CAPABILITY_OF_KIND: Readonly<Record<EffectKind, Capability>> = { 'stripe.payout': 'stripe.payout' };

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
    if (!capabilities.includes('ledger.post')) fail('the plugin does not declare ledger.post');
    if (keys.has(effect.key)) fail('its key is used twice');
    keys.add(effect.key);
    const claim = claimId(effect.claim.kind, effect.claim.reference);
    if (claims.has(claim)) fail(`its reference "${effect.claim.reference}" is used twice`);
    claims.add(claim);
    const problem = journalProblem(effect);
    if (problem !== null) fail(problem);
  }
}

/** A payout's journal takes exactly the payout's amount from the account's payable and from its Stripe balance. */
function journalProblem(effect: Effect): string | null {
  const { account, amountMinor, currency } = effect.data;
  if (toMinor(amountMinor) <= 0n) return 'its amount is not positive';
  const [debit, credit] = effect.journal.entries;
  const asExpected =
    effect.journal.entries.length === 2 &&
    debit?.side === 'debit' &&
    debit.accountId === `seller-payable.${account}` &&
    debit.amountMinor === amountMinor &&
    debit.currency === currency &&
    credit?.side === 'credit' &&
    credit.accountId === `stripe-balance.${account}` &&
    credit.amountMinor === amountMinor &&
    credit.currency === currency;
  return asExpected ? null : 'its journal does not match its payout';
}
