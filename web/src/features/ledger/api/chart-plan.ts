import { chartIntents } from '@countersign/domain/ledger/chart/chart-intents';
import type { ChartFileRow, ChartIssue, ChartRow } from '@countersign/domain/ledger/chart/chart-row';
import { readChart } from '@countersign/domain/ledger/chart/read-chart';
import type { Account, OpeningAccount } from '@countersign/domain/schemas/account';

/** As many accounts as one call of the command takes. */
export const ACCOUNTS_PER_OPENING = 500;

export interface ChartText {
  readonly rows: readonly ChartFileRow[];
  readonly issues: readonly ChartIssue[];
}

/** A chart as it was pasted or read from a file; a byte order mark is no part of it. */
export function readChartText(text: string): ChartText {
  return readChart(text.replace(/^\uFEFF/, ''));
}

export interface OpeningPlan {
  /** In the order in which they can be opened: parents first. */
  readonly accounts: readonly OpeningAccount[];
  readonly issues: readonly ChartIssue[];
  /** Ids of accounts that are in the ledger already, otherwise than the rows say: that takes a proposal each. */
  readonly differing: readonly string[];
  /** Ids of accounts that are in the ledger already, just so. */
  readonly unchanged: readonly string[];
  /** Ids of accounts that the rows call closed: they are opened, and would have to be closed by a proposal each. */
  readonly closed: readonly string[];
}

/** The ids whose accounts have to be known before a plan: of the rows, and of what they lie under. */
export function idsOf(rows: readonly ChartRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ id, parentId }) => (parentId === null ? [id] : [id, parentId])))];
}

/** What would be opened: a dry run. @param existing all accounts of `idsOf` that there are */
export function planOpening(
  orgId: string,
  rows: readonly (ChartRow | ChartFileRow)[],
  existing: readonly Account[],
): OpeningPlan {
  const plan = chartIntents(rows, existing, { orgId, reason: '' });
  const opened = new Set(plan.opened);
  return {
    accounts: plan.intents.flatMap((intent) => (intent.type === 'open_account' ? [intent.account] : [])),
    issues: plan.issues,
    differing: plan.changed,
    unchanged: plan.unchanged,
    closed: rows.filter((row) => row.closed && opened.has(row.id)).map(({ id }) => id),
  };
}
