import { AppError } from '@countersign/domain/errors';
import type Stripe from 'stripe';
import { payoutSchema } from './create-payout.ts';
import type { StripePayout } from './create-payout.ts';
import { read } from './read-error.ts';

/** The effect's id travels in the payout's metadata under this key: it outlives Stripe's memory of idempotency keys. */
export const EFFECT_KEY = 'countersign_effect';
export const EXECUTION_KEY = 'countersign_execution';

const PAGE_SIZE = 100;
const MAX_PAGES = 200;

/**
 * The payout made for an effect, or null when Stripe has none since `createdAfter`. One whose money has left is
 * preferred to one that was returned.
 * @throws AppError `unavailable` (retryable), `provider_error`, or `limit_exceeded` when there are more payouts
 * than are looked through: that is no proof of absence
 */
export async function findPayoutByEffect(
  client: Stripe,
  query: { readonly account: string; readonly effectId: string; readonly createdAfter: Date },
): Promise<StripePayout | null> {
  const created = { gte: Math.floor(query.createdAfter.getTime() / 1000) };
  let returned: StripePayout | null = null;
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { created, limit: PAGE_SIZE, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more: more } = await read(() => client.payouts.list(params, { stripeAccount: query.account }));
    for (const item of data) {
      if (item.metadata?.[EFFECT_KEY] !== query.effectId) continue;
      const payout = payoutSchema.parse(item);
      if (payout.status !== 'failed' && payout.status !== 'canceled') return payout;
      returned ??= payout;
    }
    after = data.at(-1)?.id;
    if (!more || after === undefined) return returned;
  }
  throw new AppError(
    'limit_exceeded',
    `${query.account} has more than ${MAX_PAGES * PAGE_SIZE} payouts since ${query.createdAfter.toISOString()}`,
  );
}
