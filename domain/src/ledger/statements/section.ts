import { fromMinor } from '../../money/money.ts';
import type { ControlTotal, StatementCheck, StatementLine } from '../../schemas/statement.ts';
import type { AccountType, Chart, LeafSum } from './leaf-sums.ts';
import { otherLine, treeLines, type Amounts, type Section } from './tree-lines.ts';

/** What a statement has to say of one currency. */
export interface SectionResult {
  readonly lines: readonly StatementLine[];
  readonly checks: readonly StatementCheck[];
  readonly controlTotals: readonly ControlTotal[];
}

export interface TreeAsked {
  readonly branch: string | null;
  readonly maxLevel: number;
  readonly zeroLines: boolean;
}

export const ROUNDING = ['rounding', 'Rounding of the conversion'] as const;
export const OTHER_BRANCHES = ['other_branches', 'Other branches'] as const;

export function belongsTo(section: Section, within: (accountId: string) => boolean) {
  return (account: { readonly id: string; readonly currency: string | null }): boolean =>
    within(account.id) && (section.converted || account.currency === null || account.currency === section.currency);
}

export function controlTotals(
  { currency, converted }: Section,
  totals: readonly (readonly [id: string, label: string, amountMinor: bigint])[],
): ControlTotal[] {
  return totals.map(([id, label, amountMinor]) => ({
    id,
    label,
    currency,
    converted,
    amountMinor: fromMinor(amountMinor),
  }));
}

/** The accounts of one type as a section: heading, tree, total. With a single root, that stands for the heading. */
export function sectionOf(
  chart: Chart,
  sums: readonly LeafSum[],
  type: AccountType,
  amountOf: (sum: LeafSum) => bigint,
  options: {
    readonly section: Section;
    readonly asked: TreeAsked;
    readonly within: (accountId: string) => boolean;
    readonly label: string;
    /** Label of the total; none without it. */
    readonly total: string;
  },
): { readonly lines: StatementLine[]; readonly total: bigint; readonly level: number } {
  const { section, asked, within, label, total } = options;
  const leaves = new Map(
    sums
      .filter((sum) => chart.get(sum.accountId)?.type === type)
      .map((sum): [string, Amounts] => [sum.accountId, { amount: amountOf(sum) }]),
  );
  const belongs = belongsTo(section, within);
  const tree = treeLines(chart, leaves, {
    ...section,
    ...asked,
    belongs: (account) => account.type === type && belongs(account),
  });
  const single = tree.roots === 1;
  const amount = tree.totals['amount'] ?? 0n;
  return {
    lines: [
      ...(single ? [] : [otherLine(section, 'heading', type, label)]),
      ...tree.lines.map((line) => (single ? line : { ...line, level: line.level + 1 })),
      ...(total === '' ? [] : [otherLine(section, 'total', type, total, { amount })]),
    ],
    total: amount,
    // Of lines beside the tree: below a heading, but never below an account that does not count them.
    level: single ? 0 : 1,
  };
}
