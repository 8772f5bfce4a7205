import { toCsv } from '@countersign/domain/csv/write';
import { fromMinor, toMajorText, toMinor } from '@countersign/domain/money/money';
import type { Account, Balance } from '@countersign/domain/schemas/account';
import { availableOf } from './sums.ts';

const COLUMNS = [
  'account',
  'name',
  'above',
  'type',
  'takes entries',
  'branch',
  'currency',
  'debit',
  'credit',
  'balance',
  'pending debit',
  'pending credit',
  'available',
] as const;

/**
 * Balances as they are now, a line for each account and currency in the order of the accounts; one without entries has a
 * line without amounts. Amounts in major units; `balance` is debits less credits, `available` on the normal side.
 * @param only ids of the accounts to list, in their order; null lists all
 */
export function balancesCsv(
  accounts: readonly Account[],
  balances: readonly Balance[],
  only: readonly string[] | null = null,
): string {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const shown = only === null ? accounts : only.flatMap((id) => byId.get(id) ?? []);
  const byAccount = Map.groupBy(balances, ({ accountId }) => accountId);
  return toCsv(
    COLUMNS,
    shown.flatMap((account): Partial<Record<(typeof COLUMNS)[number], string>>[] => {
      const about = {
        account: account.id,
        name: account.name,
        above: account.path.map((id) => byId.get(id)?.name ?? id).join(' › '),
        type: account.type,
        'takes entries': account.postable ? 'yes' : 'no',
        branch: account.branch ?? '',
      };
      const own = byAccount.get(account.id) ?? [];
      return own.length === 0 ? [about] : own.map((balance) => ({ ...about, ...amountsOf(account, balance) }));
    }),
  );
}

function amountsOf(account: Account, balance: Balance): Partial<Record<(typeof COLUMNS)[number], string>> {
  const { currency, postedDebitMinor, postedCreditMinor } = balance;
  const major = (minor: string): string => toMajorText(toMinor(minor), currency);
  return {
    currency,
    debit: major(postedDebitMinor),
    credit: major(postedCreditMinor),
    balance: major(fromMinor(toMinor(postedDebitMinor) - toMinor(postedCreditMinor))),
    'pending debit': major(balance.pendingDebitMinor),
    'pending credit': major(balance.pendingCreditMinor),
    available: major(availableOf(account.type, balance)),
  };
}
