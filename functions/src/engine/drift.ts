import type { Effect, EffectOf } from '@countersign/domain/schemas/effect';
import type { AccountSnapshot, MissingAccount } from '../effects/payment-provider.ts';
import type { AccountReader } from './account-reader.ts';

/** What is no longer as it was signed. */
export interface Drift {
  readonly what: 'destination' | 'page' | 'plan' | 'policy' | 'role' | 'code' | 'provider' | 'record' | 'balance';
  readonly subject: string;
  readonly signed: string;
  readonly found: string;
}

/**
 * The recheck of the payees before a page: is the bank behind each account the one that was signed? Null when nothing
 * has changed.
 */
export function destinationRecheck(reader: AccountReader): (effects: readonly Effect[]) => Promise<Drift | null> {
  return async (effects) => {
    const payouts = effects.filter((effect) => effect.kind === 'stripe.payout');
    if (payouts.length === 0) return null;
    await reader.prepare(payouts.map((effect) => effect.data.account));
    for (const effect of payouts) {
      const { snapshot } = await reader.read(effect.data.account);
      const drift = destinationDrift(effect, snapshot);
      if (drift !== null) return drift;
    }
    return null;
  };
}

/** Whether the signed bank account is still one that the provider shows for the account. */
export function destinationDrift(
  effect: EffectOf<'stripe.payout'>,
  snapshot: AccountSnapshot | MissingAccount | undefined,
): Drift | null {
  const { account, destination } = effect.data;
  const signed = destination.kind === 'bank' ? `${destination.bankName} ••${destination.last4}` : 'hidden by Stripe';
  const drift = (found: string): Drift => ({ what: 'destination', subject: account, signed, found });
  if (snapshot === undefined || 'missing' in snapshot) return drift('the account is no longer there');
  if (snapshot.destinations === 'hidden') return destination.kind === 'hidden' ? null : drift('hidden by Stripe');
  if (destination.kind === 'hidden') return drift('now shown by Stripe');
  const same = snapshot.destinations.find((bank) => bank.id === destination.id);
  if (same !== undefined && same.last4 === destination.last4) return null;
  const current =
    snapshot.destinations.find((bank) => bank.currency === effect.data.currency && bank.isDefault) ??
    snapshot.destinations[0];
  return drift(current === undefined ? 'no bank account' : `${current.bankName} ••${current.last4}`);
}

/** For the person who reads it: what has changed, what was signed, and what to do. */
export function driftSentence(drift: Drift): string {
  const what: Record<Drift['what'], string> = {
    destination: `The bank account of ${drift.subject} has changed`,
    plan: 'The stored plan has changed',
    page: `The stored effects of ${drift.subject} have changed`,
    policy: 'The approval policy has become stricter',
    role: 'A signature no longer holds',
    code: 'The plugin has changed',
    provider: 'The payment provider’s account has changed',
    record: `${drift.subject} has changed`,
    balance: `The balance of ${drift.subject} has changed`,
  };
  return `${what[drift.what]} since the plan was signed: signed was ${drift.signed}, found is ${drift.found}. Nothing more was done. Run it again to plan with what is true now.`;
}
