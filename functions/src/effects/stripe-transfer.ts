import type { OutsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';
import { CLOCK_SKEW_MS } from './stripe-payout.ts';

/** A transfer from the platform's own Stripe balance to a connected account's. Once by key. */
export const stripeTransfer: OutsideKind<'stripe.transfer'> = {
  kind: 'stripe.transfer',
  once: 'by_key',
  where: 'outside',
  canBeAsked: true,
  connector: 'stripe',
  predict: async (_, effect) => predictFacts(effect),
  perform: ({ provider }, effect, ids) => provider.pay({ kind: 'transfer', data: effect.data, ids }),
  find: ({ provider }, effect, known) =>
    provider.find({
      kind: 'transfer',
      account: effect.data.account,
      effectId: known.effectId,
      idempotencyKey: known.idempotencyKey,
      createdAfter: new Date(known.since.getTime() - CLOCK_SKEW_MS),
    }),
};
