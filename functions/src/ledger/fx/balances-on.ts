import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { accountSchema, type Account } from '@countersign/domain/schemas/account';
import { refs } from '../../refs.ts';
import { readAll, type Database } from '../../store/database.ts';
import type { StreamDeps } from '../../streams/ports.ts';
import { sumsOver } from '../balances-at.ts';

export const MAX_BALANCE_ACCOUNTS = 400;
const MAX_READINGS = 3;
/** After any day that an entry can have. */
const LAST_DAY = '9999-12-31';

/** One account's sums in one currency, decimal strings of minor units. */
export interface BalanceOn {
  readonly accountId: string;
  readonly currency: string;
  readonly postedDebitMinor: string;
  readonly postedCreditMinor: string;
  readonly pendingDebitMinor: string;
  readonly pendingCreditMinor: string;
}

export interface BalancesOn {
  /** By account and currency; what has no entries is absent. */
  readonly balances: readonly BalanceOn[];
  /** Leaves of the ledger that all of them cover. */
  readonly asOfSize: number;
}

/**
 * Balances of accounts at the end of an effective day, as known now, all of one moment; null for everything that is
 * recorded. An account that sums up others stands for all of them. Accounts that are not open are left out.
 * @throws AppError `limit_exceeded` beyond 400 accounts, `unavailable` (retryable) while the books do not stand still
 */
export async function balancesOn(
  deps: StreamDeps,
  orgId: string,
  accountIds: readonly string[],
  day: string | null,
): Promise<BalancesOn> {
  const leaves = await leavesOf(deps.db, orgId, accountIds);
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const balances: BalanceOn[] = [];
    const sizes = new Set<number>();
    for (const accountId of leaves) {
      const { sums, asOfSize } = await sumsOver(deps, orgId, {
        from: null,
        to: day ?? LAST_DAY,
        knownAt: null,
        accountId,
      });
      sizes.add(asOfSize);
      for (const { currency, postedDebit, postedCredit, pendingDebit, pendingCredit } of sums.values()) {
        if ((postedDebit || postedCredit || pendingDebit || pendingCredit) === 0n) continue;
        balances.push({
          accountId,
          currency,
          postedDebitMinor: postedDebit.toString(),
          postedCreditMinor: postedCredit.toString(),
          pendingDebitMinor: pendingDebit.toString(),
          pendingCreditMinor: pendingCredit.toString(),
        });
      }
    }
    const [asOfSize = 0] = sizes;
    if (sizes.size <= 1) return { balances: balances.sort(byName), asOfSize };
  }
  throw new AppError(
    'unavailable',
    'Balances can’t be read at one moment while so much is being recorded. Try again.',
    {
      retryable: true,
    },
  );
}

const byName = (a: BalanceOn, b: BalanceOn): number =>
  a.accountId === b.accountId ? (a.currency < b.currency ? -1 : 1) : a.accountId < b.accountId ? -1 : 1;

/** Accounts that take entries: those that are named, and those below the ones that are named and take none. */
async function leavesOf(db: Database, orgId: string, accountIds: readonly string[]): Promise<string[]> {
  const ids = [...new Set(accountIds)];
  const found = await readAll(
    db,
    ids.map((id) => refs.account(orgId, id)),
  );
  const leaves = new Set<string>();
  for (const account of found) {
    if (account?.postable === true) leaves.add(account.id);
    else if (account !== null) for (const { id } of await postableBelow(db, orgId, account.id)) leaves.add(id);
  }
  if (leaves.size > MAX_BALANCE_ACCOUNTS)
    throw new AppError('limit_exceeded', `Balances of ${MAX_BALANCE_ACCOUNTS} accounts at most are read at once`);
  return [...leaves].sort();
}

async function postableBelow(db: Database, orgId: string, id: string): Promise<Account[]> {
  const below = await db.query({
    collection: paths.accounts(orgId),
    where: [['path', 'array-contains', id]],
    limit: 2 * MAX_BALANCE_ACCOUNTS + 1,
  });
  if (below.length > 2 * MAX_BALANCE_ACCOUNTS)
    throw new AppError('limit_exceeded', `Account ${id} has more accounts below it than are read at once`);
  return below.map(({ data }) => accountSchema.parse(data)).filter(({ postable }) => postable);
}
