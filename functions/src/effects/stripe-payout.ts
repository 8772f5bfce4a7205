import type { OutsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';

/** Clocks of ours and of the provider may differ; the search begins a little earlier. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** A payout from a connected account's balance to its bank. Once by key: Stripe dedupes for at least a day. */
export const stripePayout: OutsideKind<'stripe.payout'> = {
  kind: 'stripe.payout',
  once: 'by_key',
  where: 'outside',
  canBeAsked: true,
  connector: 'stripe',
  predict: async (_, effect) => predictFacts(effect),
  perform: ({ provider }, effect, ids) => provider.pay({ kind: 'payout', data: effect.data, ids }),
  find: ({ provider }, effect, known) =>
    provider.find({
      kind: 'payout',
      account: effect.data.account,
      effectId: known.effectId,
      idempotencyKey: known.idempotencyKey,
      createdAfter: new Date(known.since.getTime() - CLOCK_SKEW_MS),
    }),
};
