import { fromMinor } from '../../money/money.ts';
import type { ControlTotal, StatementCheck, StatementLine } from '../../schemas/statement.ts';
import { amountsOf, leavesOf, type Column, type SectionColumn } from './columns.ts';
import { onNormalSide, type AccountType, type Chart } from './leaf-sums.ts';
import type { Stand } from './stand.ts';
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
/** IAS 21.39(c): what the change of rates has made of what counts at the rates of its days. */
export const TRANSLATION = ['translation', 'Translation difference'] as const;
export const OTHER_BRANCHES = ['other_branches', 'Other branches'] as const;

export function belongsTo(section: Section, within: (accountId: string) => boolean) {
  return (account: { readonly id: string; readonly currency: string | null }): boolean =>
    within(account.id) && (section.converted || account.currency === null || account.currency === section.currency);
}

export function controlTotals(
  { currency, converted, of }: SectionColumn,
  totals: readonly (readonly [id: string, label: string, amountMinor: bigint])[],
): ControlTotal[] {
  return totals.map(([id, label, amountMinor]) => ({
    id,
    label,
    currency,
    converted,
    ...(of === undefined ? {} : { of }),
    amountMinor: fromMinor(amountMinor),
  }));
}

export const amountIn = (amounts: Amounts, { id }: Column<unknown>, name = 'amount'): bigint => amounts[id(name)] ?? 0n;

/** The accounts of one type as a section: heading, tree, total. With a single root, that stands for the heading. */
export function sectionOf<F>(
  chart: Chart,
  columns: readonly Column<F>[],
  type: AccountType,
  standOf: (figures: F) => Stand,
  options: {
    readonly section: Section;
    readonly asked: TreeAsked;
    readonly within: (accountId: string) => boolean;
    readonly label: string;
    /** Label of the total; none without it. */
    readonly total: string;
  },
): { readonly lines: StatementLine[]; readonly total: Amounts; readonly level: number } {
  const { section, asked, within, label, total } = options;
  const leaves = leavesOf(columns, (figures) =>
    [...standOf(figures).nets]
      .filter(([id]) => chart.get(id)?.type === type && within(id))
      .map(([id, net]) => [id, { amount: onNormalSide(type, net) }] as const),
  );
  const belongs = belongsTo(section, within);
  const tree = treeLines(chart, leaves, {
    ...section,
    ...asked,
    belongs: (account) => account.type === type && belongs(account),
  });
  const single = tree.roots === 1;
  const totals = { ...amountsOf(columns, () => 0n), ...tree.totals };
  return {
    lines: [
      ...(single ? [] : [otherLine(section, 'heading', type, label)]),
      ...tree.lines.map((line) => (single ? line : { ...line, level: line.level + 1 })),
      ...(total === '' ? [] : [otherLine(section, 'total', type, total, totals)]),
    ],
    total: totals,
    // Of lines beside the tree: below a heading, but never below an account that does not count them.
    level: single ? 0 : 1,
  };
}
