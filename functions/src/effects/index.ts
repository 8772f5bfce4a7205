import type { Effect, EffectKind } from '@countersign/domain/schemas/effect';
import type { PaymentProvider, Performed } from './payment-provider.ts';
import { stripePayout } from './stripe-payout.ts';

/** How a kind is performed once: the provider dedupes by key, or can be asked, or neither (never for money). */
export type Once = 'by_key' | 'by_query' | 'at_most_once';

export interface EffectKindDefinition<E extends Effect = Effect> {
  readonly kind: E['kind'];
  readonly once: Once;
  perform(
    provider: PaymentProvider,
    effect: E,
    ids: { readonly executionId: string; readonly effectId: string; readonly idempotencyKey: string },
  ): Promise<Performed>;
  /** What became of it, when it may have been performed; null when the provider has no trace. */
  find(
    provider: PaymentProvider,
    effect: E,
    known: { readonly effectId: string; readonly since: Date },
  ): Promise<Performed | null>;
}

export const effectKinds: Readonly<Record<EffectKind, EffectKindDefinition>> = { 'stripe.payout': stripePayout };
