import type { Account, Guard } from '../../schemas/account.ts';

/** One account of a chart, as a person plans it: what the writer adds (place in the stream, balances) is not here. */
export interface ChartRow {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly type: Account['type'];
  readonly postable: boolean;
  /** The only currency of its entries; null takes any. */
  readonly currency: string | null;
  readonly branch: string | null;
  readonly openedOn: string | null;
  readonly closed: boolean;
  /** Of a closed account: the last day that it stood open for, where that is known. */
  readonly closedOn: string | null;
  readonly guards: readonly Guard[];
}

/** A row of an imported chart, with its line in the file, from 1. */
export interface ChartFileRow extends ChartRow {
  readonly line: number;
}

/** What is wrong in a chart file, and how to put it right. Nothing of the file is carried out while there is any. */
export interface ChartIssue {
  readonly line: number | null;
  readonly column: string | null;
  readonly code: string;
  readonly expected: string;
  readonly found: string;
  /** `expected` and `found` in a sentence. */
  readonly message: string;
  readonly remedy: string;
}

export function chartIssue(
  at: { readonly line: number | null; readonly column: string | null },
  code: string,
  expected: string,
  found: string,
  remedy: string,
): ChartIssue {
  return {
    line: at.line,
    column: at.column,
    code,
    expected,
    found,
    message: `Expected ${expected}, found ${found}`,
    remedy,
  };
}

/** What stands in the ledger, as rows in the order in which they can be opened: parents first, then by id. */
export function rowsOfAccounts(accounts: Iterable<Account>): ChartRow[] {
  return [...accounts]
    .sort((a, b) => a.depth - b.depth || (a.id < b.id ? -1 : 1))
    .map((account) => ({
      id: account.id,
      parentId: account.parentId,
      name: account.name,
      type: account.type,
      postable: account.postable,
      currency: account.currency,
      branch: account.branch,
      openedOn: account.openedOn,
      closed: account.closed,
      closedOn: account.closed ? account.closedOn : null,
      guards: account.guards,
    }));
}
