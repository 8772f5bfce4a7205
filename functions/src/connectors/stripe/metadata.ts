import type { PayIds } from '../../effects/payment-provider.ts';

/** What a payment of ours carries at Stripe: it outlives Stripe's memory of idempotency keys, and leads events back. */
export const EFFECT_KEY = 'countersign_effect';
export const EXECUTION_KEY = 'countersign_execution';
export const ORG_KEY = 'countersign_org';
export const PAGE_KEY = 'countersign_page';
export const KEY_KEY = 'countersign_key';
export const REFERENCE_KEY = 'countersign_reference';

export function metadataOf(ids: PayIds, reference: string): Record<string, string> {
  return {
    [EFFECT_KEY]: ids.effectId,
    [EXECUTION_KEY]: ids.executionId,
    [ORG_KEY]: ids.orgId,
    [PAGE_KEY]: ids.page,
    [KEY_KEY]: ids.idempotencyKey,
    [REFERENCE_KEY]: reference,
  };
}
