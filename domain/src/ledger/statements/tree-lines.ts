import { assert } from '../../errors.ts';
import { fromMinor } from '../../money/money.ts';
import type { Account } from '../../schemas/account.ts';
import type { StatementLine } from '../../schemas/statement.ts';
import { TYPE_ORDER, type Chart } from './leaf-sums.ts';

/** Minor units by column. */
export type Amounts = Readonly<Record<string, bigint>>;

export interface Section {
  readonly currency: string;
  readonly converted: boolean;
}

export interface TreeOptions extends Section {
  /** Accounts this deep and deeper are summed up into the one above. */
  readonly maxLevel: number;
  readonly zeroLines: boolean;
  /** Of the roots. */
  readonly level?: number;
  /** Goes before the ids of the lines, where an account can appear twice. */
  readonly idPrefix?: string;
  /** With `zeroLines`: which accounts to show although nothing was posted to them. */
  readonly belongs?: (account: Account) => boolean;
}

export interface Tree {
  readonly lines: StatementLine[];
  readonly totals: Amounts;
  readonly roots: number;
}

export function addAmounts(left: Amounts, right: Amounts): Amounts {
  const sum: Record<string, bigint> = { ...left };
  for (const [column, amount] of Object.entries(right)) sum[column] = (sum[column] ?? 0n) + amount;
  return sum;
}

export const toStoredAmounts = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([column, amount]) => [column, fromMinor(amount)]));

/**
 * The accounts of a chart with what their leaves have, rolled up: each group's amounts are the sums of the lines right
 * below it, column by column.
 * @param leaves amounts by account id
 */
export function treeLines(chart: Chart, leaves: ReadonlyMap<string, Amounts>, options: TreeOptions): Tree {
  const { shown, sums } = rollUp(chart, leaves, options);
  const children = new Map<string | null, Account[]>();
  for (const id of shown) {
    const account = chart.get(id) as Account;
    const siblings = children.get(account.parentId);
    if (siblings === undefined) children.set(account.parentId, [account]);
    else siblings.push(account);
  }
  const lines: StatementLine[] = [];
  const walk = (account: Account, level: number): void => {
    const below = inOrder(children.get(account.id) ?? []);
    lines.push({
      id: `${options.idPrefix ?? ''}account:${account.id}`,
      currency: options.currency,
      converted: options.converted,
      kind: below.length === 0 ? 'account' : 'group',
      level,
      label: account.name,
      accountId: account.id,
      amounts: toStoredAmounts(sums.get(account.id) ?? {}),
    });
    for (const child of below) walk(child, level + 1);
  };
  const roots = inOrder(children.get(null) ?? []);
  for (const root of roots) walk(root, options.level ?? 0);
  const totals = roots.reduce<Amounts>((total, { id }) => addAmounts(total, sums.get(id) ?? {}), {});
  return { lines, totals, roots: roots.length };
}

function rollUp(
  chart: Chart,
  leaves: ReadonlyMap<string, Amounts>,
  { maxLevel, zeroLines, belongs }: TreeOptions,
): { shown: Set<string>; sums: Map<string, Amounts> } {
  const sums = new Map<string, Amounts>();
  const shown = new Set<string>();
  const show = (account: Account): void =>
    [...account.path, account.id].slice(0, maxLevel).forEach((id) => shown.add(id));
  for (const [accountId, amounts] of leaves) {
    const account = chart.get(accountId);
    assert(account !== undefined, `account ${accountId} is in the chart`);
    for (const id of [...account.path, account.id].slice(0, maxLevel))
      sums.set(id, addAmounts(sums.get(id) ?? {}, amounts));
    if (zeroLines || Object.values(amounts).some((amount) => amount !== 0n)) show(account);
  }
  if (zeroLines && belongs !== undefined)
    for (const account of chart.values()) if (account.postable && belongs(account)) show(account);
  return { shown, sums };
}

/** By type, then by id: the same order on every machine. */
function inOrder(accounts: readonly Account[]): Account[] {
  return accounts.toSorted(
    (a, b) => TYPE_ORDER.indexOf(a.type) - TYPE_ORDER.indexOf(b.type) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

/** A line that is no account. */
export function otherLine(
  section: Section,
  kind: 'heading' | 'computed' | 'total',
  id: string,
  label: string,
  amounts: Amounts = {},
  level = 0,
): StatementLine {
  return {
    id: `${kind}:${id}`,
    currency: section.currency,
    converted: section.converted,
    kind,
    level,
    label,
    accountId: null,
    amounts: toStoredAmounts(amounts),
  };
}
