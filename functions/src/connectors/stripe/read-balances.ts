import { AppError, isAppError } from '@countersign/domain/errors';
import type Stripe from 'stripe';
import type { AccountSnapshot, MissingAccount } from '../../effects/payment-provider.ts';
import { mapConcurrently } from './concurrency.ts';
import { accountSchema, mapAccount, mapDestinations } from './map-account.ts';
import type { StripeAccount } from './map-account.ts';
import { balanceSchema, mapAvailable } from './map-balance.ts';
import { read } from './read-error.ts';

export type AccountRead = AccountSnapshot | MissingAccount;

/** An account with more bank accounts than this is read no further. */
const MAX_DESTINATIONS = 200;

/**
 * Accounts with their destinations and available balances. An account that Stripe does not know, or that is not
 * ours, is `missing`; any other failure fails the whole read, because a plan on half the facts is worse than none.
 * @throws AppError `unavailable` (retryable) or `provider_error`
 */
export async function readAccounts(
  client: Stripe,
  accountIds: readonly string[],
  options: { readonly concurrency: number },
): Promise<Map<string, AccountRead>> {
  const ids = [...new Set(accountIds)];
  const snapshots = await mapConcurrently(ids, options.concurrency, (id) => readAccount(client, id));
  return new Map(ids.map((id, index) => [id, snapshots[index] as AccountRead]));
}

/** What is available in the platform's own balance. @throws AppError like `readAccounts` */
export async function readPlatformBalance(client: Stripe): Promise<AccountSnapshot['available']> {
  const balance = await read(() => client.balance.retrieve());
  return mapAvailable(parse(balanceSchema, balance, 'balance of the platform'));
}

async function readAccount(client: Stripe, id: string): Promise<AccountRead> {
  try {
    const [account, balance] = await Promise.all([
      read(() => client.accounts.retrieve(id)),
      read(() => client.balance.retrieve({}, { stripeAccount: id })),
    ]);
    const parsed = parse(accountSchema, account, `account ${id}`);
    const destinations = parsed.external_accounts?.has_more ? await readDestinations(client, parsed) : undefined;
    const available = mapAvailable(parse(balanceSchema, balance, `balance of ${id}`));
    return { ...mapAccount(parsed), ...(destinations === undefined ? {} : { destinations }), available };
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found')
      return { missing: true, code: String(error.details['code']), message: error.message };
    throw error;
  }
}

/** The account itself holds only the first page of its bank accounts. */
async function readDestinations(client: Stripe, account: StripeAccount): Promise<AccountSnapshot['destinations']> {
  const all = await read(() =>
    client.accounts.listExternalAccounts(account.id, { limit: 100 }).autoPagingToArray({ limit: MAX_DESTINATIONS }),
  );
  return mapDestinations(all);
}

function parse<T>(
  schema: { safeParse: (value: unknown) => { success: boolean; data?: T; error?: Error } },
  value: unknown,
  what: string,
): T {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new AppError('provider_error', `Stripe's ${what} is not as expected: ${result.error?.message ?? ''}`);
  return result.data as T;
}
