import type { Account } from '../../schemas/account.ts';

/** Posted entries of one account that takes entries, in one currency, up to some day: sums of minor units, each at least 0. */
export interface LeafSum {
  readonly accountId: string;
  readonly currency: string;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

export type AccountType = Account['type'];
export type Chart = ReadonlyMap<string, Account>;

/** The order in which the types of accounts appear, wherever they do. */
export const TYPE_ORDER: readonly AccountType[] = ['asset', 'liability', 'equity', 'income', 'expense'];

export const isDebitNormal = (type: AccountType): boolean => type === 'asset' || type === 'expense';

export const netDebit = (sum: LeafSum): bigint => sum.debitMinor - sum.creditMinor;

/** Debit less credit as an amount on the account's normal side: positive as one expects of it. */
export const onNormalSide = (type: AccountType, netDebitMinor: bigint): bigint =>
  isDebitNormal(type) ? netDebitMinor : -netDebitMinor;

/** What was posted between two days: the later sums less the earlier ones. */
export function movement(later: readonly LeafSum[], earlier: readonly LeafSum[]): LeafSum[] {
  const key = ({ accountId, currency }: LeafSum): string => `${accountId} ${currency}`;
  const sums = new Map(later.map((sum) => [key(sum), sum]));
  for (const before of earlier) {
    const sum = sums.get(key(before));
    sums.set(key(before), {
      ...before,
      debitMinor: (sum?.debitMinor ?? 0n) - before.debitMinor,
      creditMinor: (sum?.creditMinor ?? 0n) - before.creditMinor,
    });
  }
  return [...sums.values()];
}

/** Currencies in which something was ever posted, in the order of their codes. */
export function currenciesOf(...lists: readonly (readonly LeafSum[])[]): string[] {
  return [...new Set(lists.flat().map(({ currency }) => currency))].sort();
}

/** Debit less credit over all accounts, which must be zero in each currency. */
export function zeroSumDifference(sums: readonly LeafSum[], currency: string): bigint {
  return sums.reduce((total, sum) => (sum.currency === currency ? total + netDebit(sum) : total), 0n);
}

/** An account's branch: its own, or that of the nearest one above it that has one. */
export function branchOf(chart: Chart, account: Account): string | null {
  if (account.branch !== null) return account.branch;
  for (const above of [...account.path].reverse()) {
    const branch = chart.get(above)?.branch ?? null;
    if (branch !== null) return branch;
  }
  return null;
}

export function ofBranch(chart: Chart, branch: string | null): (accountId: string) => boolean {
  if (branch === null) return () => true;
  return (accountId) => {
    const account = chart.get(accountId);
    return account !== undefined && branchOf(chart, account) === branch;
  };
}
