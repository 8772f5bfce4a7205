import { AppError } from '../../errors.ts';
import { sha256Hex } from '../../hash.ts';
import type { Account } from '../../schemas/account.ts';

/** The roots that beancount knows, and the types that hledger gives accounts below them. */
export const ROOTS: Readonly<Record<Account['type'], { readonly name: string; readonly hledgerType: string }>> = {
  asset: { name: 'Assets', hledgerType: 'A' },
  liability: { name: 'Liabilities', hledgerType: 'L' },
  equity: { name: 'Equity', hledgerType: 'E' },
  income: { name: 'Income', hledgerType: 'R' },
  expense: { name: 'Expenses', hledgerType: 'X' },
};

export type NamedAccount = Pick<
  Account,
  'id' | 'name' | 'type' | 'path' | 'postable' | 'currency' | 'branch' | 'openedOn' | 'closed' | 'closedOn' | 'guards'
>;

/**
 * A name for every account that takes entries, which both tools accept: `Assets:Stripe-balance:Acct-1X`. Parts are the
 * ids along the tree, each beginning with a capital, with letters, digits and hyphens of ASCII alone (beancount's
 * "Syntax overview", Accounts). Where two ids come to the same part, all of them get some digits of their hash.
 * Names are for reading; what an account is, its id says, which the writers put beside the name.
 */
export function accountNames(accounts: readonly NamedAccount[]): ReadonlyMap<string, string> {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const parts = partsOf(accounts);
  const names = new Map<string, string>();
  for (const account of accounts) {
    if (!account.postable) continue;
    const ids = [...account.path, account.id];
    const missing = ids.find((id) => !byId.has(id));
    if (missing !== undefined)
      throw new AppError('failed_precondition', `Account ${account.id} lies under ${missing}, which is not given`);
    const root = ROOTS[account.type].name;
    // The root of a type is the tool's own when it is called so.
    const below = parts.get(ids[0] ?? '') === root && ids.length > 1 ? ids.slice(1) : ids;
    names.set(account.id, [root, ...below.map((id) => parts.get(id) ?? id)].join(':'));
  }
  return names;
}

/** By id. Among siblings no two are the same. */
function partsOf(accounts: readonly NamedAccount[]): Map<string, string> {
  const siblings = new Map<string, NamedAccount[]>();
  for (const account of accounts) {
    const key = `${account.type} ${account.path.join(' ')} ${partOf(account.id)}`;
    siblings.set(key, [...(siblings.get(key) ?? []), account]);
  }
  const parts = new Map<string, string>();
  for (const group of siblings.values())
    for (const { id } of group)
      parts.set(id, group.length === 1 ? partOf(id) : `${partOf(id)}-${sha256Hex(id).slice(0, 12)}`);
  return parts;
}

function partOf(id: string): string {
  const plain = id.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return plain === '' ? 'X' : plain.charAt(0).toUpperCase() + plain.slice(1);
}
