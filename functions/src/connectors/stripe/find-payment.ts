import { AppError } from '@countersign/domain/errors';
import type Stripe from 'stripe';
import { payoutSchema } from './create-payout.ts';
import type { StripePayout } from './create-payout.ts';
import { transferSchema } from './create-transfer.ts';
import type { StripeTransfer } from './create-transfer.ts';
import { EFFECT_KEY, KEY_KEY } from './metadata.ts';
import { read } from './read-error.ts';

const PAGE_SIZE = 100;
const MAX_PAGES = 200;

export interface PaymentQuery {
  readonly account: string;
  readonly effectId: string;
  /** Finds what was paid for the same claim by an execution that a restored database has forgotten. */
  readonly idempotencyKey?: string;
  readonly createdAfter: Date;
}

/**
 * The payout made for an effect, or null when Stripe has none since `createdAfter`. One whose money has left is
 * preferred to one that was returned.
 * @throws AppError `unavailable` (retryable), `provider_error`, or `limit_exceeded` when there are more payouts
 * than are looked through: that is no proof of absence
 */
export async function findPayout(client: Stripe, query: PaymentQuery): Promise<StripePayout | null> {
  const found = await search(
    query,
    (page) => client.payouts.list(page, { stripeAccount: query.account }),
    (payout) => payout.status !== 'failed' && payout.status !== 'canceled',
  );
  return found === null ? null : payoutSchema.parse(found);
}

/** The same for a transfer to an account. */
export async function findTransfer(client: Stripe, query: PaymentQuery): Promise<StripeTransfer | null> {
  const found = await search(
    query,
    (page) => client.transfers.list({ ...page, destination: query.account }),
    (transfer) => !transfer.reversed,
  );
  return found === null ? null : transferSchema.parse(found);
}

interface ListPage {
  readonly created: { readonly gte: number };
  readonly limit: number;
  readonly starting_after?: string;
}

interface Listed {
  readonly id: string;
  readonly metadata: Record<string, string> | null;
}

async function search<Item extends Listed>(
  query: PaymentQuery,
  list: (page: ListPage) => Promise<{ readonly data: readonly Item[]; readonly has_more: boolean }>,
  stands: (item: Item) => boolean,
): Promise<Item | null> {
  const created = { gte: Math.floor(query.createdAfter.getTime() / 1000) };
  let returned: Item | null = null;
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { created, limit: PAGE_SIZE, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more: more } = await read(() => list(params));
    for (const item of data) {
      if (!isOf(item, query)) continue;
      if (stands(item)) return item;
      returned ??= item;
    }
    after = data.at(-1)?.id;
    if (!more || after === undefined) return returned;
  }
  throw new AppError(
    'limit_exceeded',
    `${query.account} has more than ${MAX_PAGES * PAGE_SIZE} payments since ${query.createdAfter.toISOString()}`,
  );
}

function isOf({ metadata }: Listed, { effectId, idempotencyKey }: PaymentQuery): boolean {
  if (metadata?.[EFFECT_KEY] === effectId) return true;
  return idempotencyKey !== undefined && metadata?.[KEY_KEY] === idempotencyKey;
}
