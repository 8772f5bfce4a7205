import type { Account } from '@countersign/domain/schemas/account';

export interface FoundAccount {
  readonly account: Account;
  /** Names of the accounts above it, from the root on. */
  readonly above: readonly string[];
}

export interface AccountFilter {
  /** Words that all stand in the name, the id, or the names above; upper and lower case are the same. Empty: any. */
  readonly text: string;
  /** Empty: any. */
  readonly branch: string;
}

/** An account's own branch, or that of the nearest account above it which has one. */
export function branchOf(account: Account, byId: ReadonlyMap<string, Account>): string | null {
  if (account.branch !== null) return account.branch;
  for (const id of account.path.toReversed()) {
    const branch = byId.get(id)?.branch ?? null;
    if (branch !== null) return branch;
  }
  return null;
}

/** The branches that accounts name, in order. */
export function branchesOf(accounts: readonly Account[]): readonly string[] {
  return [...new Set(accounts.flatMap(({ branch }) => (branch === null ? [] : [branch])))].toSorted((a, b) =>
    a.localeCompare(b, 'en'),
  );
}

/**
 * Accounts that fit a filter: those whose own name or id has all the words come before those that only lie below such a
 * name, accounts that take entries before those that sum up, and then by id.
 */
export function findAccounts(accounts: readonly Account[], { text, branch }: AccountFilter): readonly FoundAccount[] {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const ranked = accounts.flatMap((account) => {
    if (branch !== '' && branchOf(account, byId) !== branch) return [];
    const above = account.path.map((id) => byId.get(id)?.name ?? id);
    const own = `${account.name} ${account.id}`.toLowerCase();
    const whole = `${own} ${above.join(' ').toLowerCase()}`;
    if (!words.every((word) => whole.includes(word))) return [];
    const rank = (words.every((word) => own.includes(word)) ? 0 : 2) + (account.postable ? 0 : 1);
    return [{ rank, found: { account, above } }];
  });
  return ranked
    .toSorted(
      (a, b) => a.rank - b.rank || a.found.account.id.localeCompare(b.found.account.id, 'en', { numeric: true }),
    )
    .map(({ found }) => found);
}
