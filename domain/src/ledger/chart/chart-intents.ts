import { canonicalJson, derivedId } from '../../hash.ts';
import type { Account, AccountChange } from '../../schemas/account.ts';
import type { LedgerIntent } from '../../schemas/ledger-intent.ts';
import { chartIssue, type ChartFileRow, type ChartIssue, type ChartRow } from './chart-row.ts';
import { issuesUnder } from './read-chart.ts';

export interface ChartPlan {
  /** In an order in which the writer takes them. Empty when there is an issue. */
  readonly intents: readonly LedgerIntent[];
  readonly issues: readonly ChartIssue[];
  /** Ids of the accounts that would be opened, changed, and are as the rows say already. */
  readonly opened: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

export interface ChartPlanOptions {
  /** Part of the intents' ids. */
  readonly orgId: string;
  /** Kept with each change. */
  readonly reason: string;
}

/**
 * What has to be asked of the ledger so that its accounts are as the rows say: a dry run, until the intents are handed
 * in. The same rows on what they have made give no intents. Accounts that no row names are left alone.
 * @param rows parents first, as `readChart` gives them; those of a template have no lines
 * @param existing at least all accounts that the rows name, as id or parent
 */
export function chartIntents(
  rows: readonly (ChartRow | ChartFileRow)[],
  existing: Iterable<Account>,
  { orgId, reason }: ChartPlanOptions,
): ChartPlan {
  const accounts = new Map([...existing].map((account) => [account.id, account]));
  const planned = new Set<string>();
  const issues: ChartIssue[] = [];
  const opens: LedgerIntent[] = [];
  const changes: { readonly intent: LedgerIntent; readonly depth: number; readonly closes: boolean }[] = [];
  const opened: string[] = [];
  const changed: string[] = [];
  const unchanged: string[] = [];
  const depths = new Map<string, number>();
  for (const given of rows) {
    const row: ChartFileRow = 'line' in given ? given : { ...given, line: 0 };
    const account = accounts.get(row.id);
    const above = row.parentId === null ? undefined : accounts.get(row.parentId);
    const depth = row.parentId === null ? 0 : (depths.get(row.parentId) ?? above?.depth ?? 0) + 1;
    depths.set(row.id, depth);
    if (account === undefined) {
      issues.push(...openingIssues(row, above, planned));
      planned.add(row.id);
      opened.push(row.id);
      opens.push(openIntent(row, orgId));
      if (row.closed)
        changes.push({ intent: changeIntent(row, null, closing(row), orgId, reason), depth, closes: true });
      continue;
    }
    issues.push(...fixedIssues(row, account));
    const set = changesOf(row, account);
    if (Object.keys(set).length === 0) {
      unchanged.push(row.id);
      continue;
    }
    changed.push(row.id);
    changes.push({ intent: changeIntent(row, account, set, orgId, reason), depth, closes: set.closed === true });
  }
  if (issues.length > 0) return { intents: [], issues, opened, changed, unchanged };
  // An account is opened again before those below it, and closed after them; what is opened under it comes in between.
  const reopened = changes.filter(({ closes }) => !closes).sort((a, b) => a.depth - b.depth);
  const closed = changes.filter(({ closes }) => closes).sort((a, b) => b.depth - a.depth);
  const intents = [...reopened.map(({ intent }) => intent), ...opens, ...closed.map(({ intent }) => intent)];
  return { intents, issues, opened, changed, unchanged };
}

function openIntent(row: ChartRow, orgId: string): LedgerIntent {
  return {
    type: 'open_account',
    id: derivedId('open-account', orgId, row.id),
    account: {
      id: row.id,
      name: row.name,
      type: row.type,
      parentId: row.parentId,
      postable: row.postable,
      closed: false,
      mirrors: null,
      currency: row.currency,
      branch: row.branch,
      openedOn: row.openedOn,
      guards: [...row.guards],
    },
  };
}

const closing = (row: ChartRow): Partial<AccountChange> =>
  row.closedOn === null ? { closed: true } : { closed: true, closedOn: row.closedOn };

/** The version is part of the id: the same change again, after it was undone, is another. */
function changeIntent(
  row: ChartRow,
  account: Account | null,
  set: Partial<AccountChange>,
  orgId: string,
  reason: string,
): LedgerIntent {
  const id = derivedId('change-account', orgId, row.id, String(account?.version ?? 1), canonicalJson(set));
  return { type: 'change_account', id, accountId: row.id, set, reason };
}

function changesOf(row: ChartRow, account: Account): Partial<AccountChange> {
  const set: Partial<AccountChange> = {};
  if (row.name !== account.name) set.name = row.name;
  if (row.branch !== account.branch) set.branch = row.branch;
  if (canonicalJson(row.guards) !== canonicalJson(account.guards)) set.guards = [...row.guards];
  if (row.closed && !account.closed) Object.assign(set, closing(row));
  else if (!row.closed && account.closed) set.closed = false;
  else if (row.closed && row.closedOn !== null && row.closedOn !== account.closedOn) set.closedOn = row.closedOn;
  return set;
}

function openingIssues(row: ChartFileRow, above: Account | undefined, planned: ReadonlySet<string>): ChartIssue[] {
  if (row.parentId === null || planned.has(row.parentId)) return [];
  if (above !== undefined) return issuesUnder(row, above, 'in the ledger');
  const expected = 'a parent that is in this file or in the ledger';
  const remedy = 'Add a row for the parent, or correct it';
  return [chartIssue({ line: lineOf(row), column: 'parent' }, 'parent_missing', expected, `"${row.parentId}"`, remedy)];
}

/** What an account has once and for all: its entries rely on it. */
function fixedIssues(row: ChartFileRow, account: Account): ChartIssue[] {
  const fixed: readonly (readonly [column: string, said: string | null, there: string | null])[] = [
    ['parent', row.parentId, account.parentId],
    ['type', row.type, account.type],
    ['postable', row.postable ? 'yes' : 'no', account.postable ? 'yes' : 'no'],
    ['currency', row.currency, account.currency],
    ['opened on', row.openedOn, account.openedOn],
  ];
  return fixed
    .filter(([, said, there]) => said !== there)
    .map(([column, said, there]) =>
      chartIssue(
        { line: lineOf(row), column },
        'account_differs',
        there === null
          ? `nothing, as account ${row.id} has in the ledger`
          : `"${there}", as account ${row.id} has in the ledger`,
        said === null ? 'nothing' : `"${said}"`,
        'Write what the ledger has, or open another account under an id of its own',
      ),
    );
}

const lineOf = (row: ChartFileRow): number | null => (row.line === 0 ? null : row.line);
