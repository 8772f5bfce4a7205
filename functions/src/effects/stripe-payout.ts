import type { EffectKindDefinition } from './index.ts';

/** Clocks of ours and of the provider may differ; the search begins a little earlier. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** A payout from a connected account's balance to its bank. Once by key: Stripe dedupes for at least a day. */
export const stripePayout: EffectKindDefinition = {
  kind: 'stripe.payout',
  once: 'by_key',
  perform: (provider, effect, ids) => provider.pay({ data: effect.data, ...ids }),
  find: (provider, effect, known) =>
    provider.find({
      account: effect.data.account,
      effectId: known.effectId,
      createdAfter: new Date(known.since.getTime() - CLOCK_SKEW_MS),
    }),
};
