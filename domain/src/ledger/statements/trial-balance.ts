import { roundingCheck, zeroSumCheck } from './checks.ts';
import { leavesOf, sectionColumn, type Column } from './columns.ts';
import { balancingLines, balancingOf, type Balancing } from './balancing.ts';
import { ofBranch, type Chart } from './leaf-sums.ts';
import { amountIn, belongsTo, controlTotals, type SectionResult, type TreeAsked } from './section.ts';
import { sumOf, within, type Stand } from './stand.ts';
import { addAmounts, otherLine, treeLines, type Amounts, type Section } from './tree-lines.ts';

export const TRIAL_BALANCE_COLUMNS = [
  { id: 'debit', label: 'Debit' },
  { id: 'credit', label: 'Credit' },
] as const;
const NAMES = ['debit', 'credit'];

/** What it is made of: balances of all accounts on a day. */
export interface TrialFigures {
  readonly at: Stand;
}

const onItsSide = (net: bigint): Amounts => (net < 0n ? { debit: 0n, credit: -net } : { debit: net, credit: 0n });

/**
 * Every account's balance on the side where it lies. A group has both columns: the sums of what is below it, not netted,
 * so that each column adds up.
 */
export function trialBalance(
  chart: Chart,
  columns: readonly Column<TrialFigures>[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const belongs = ofBranch(chart, asked.branch);
  const ours = columns.map((column) => ({ ...column, figures: { at: within(column.figures.at, belongs) } }));
  const tree = treeLines(
    chart,
    leavesOf(ours, ({ at }) => [...at.nets].map(([id, net]) => [id, onItsSide(net)] as const), NAMES),
    { ...section, ...asked, belongs: belongsTo(section, belongs) },
  );
  const balancing = ours.map(({ figures: { at } }) => balancingOf([at], sumOf(at), asked.branch, section.converted));
  const lines = [...tree.lines];
  const none: Amounts = Object.fromEntries(columns.flatMap(({ id }) => NAMES.map((name) => [id(name), 0n])));
  let totals = addAmounts(none, tree.totals);
  for (const { id, label, of } of balancingLines(balancing)) {
    const amounts: Amounts = Object.fromEntries(
      columns.flatMap(({ id: idOf }, at) =>
        Object.entries(onItsSide(of(balancing[at] as Balancing))).map(([name, amount]) => [idOf(name), amount]),
      ),
    );
    lines.push(otherLine(section, 'computed', id, label, amounts));
    totals = addAmounts(totals, amounts);
  }
  lines.push(otherLine(section, 'total', 'all', 'Total', totals));
  return {
    lines,
    checks: columns.map((column, at) => {
      const about = sectionColumn(section, column);
      const { roundingMinor = 0n, rounded = 0 } = balancing[at] ?? {};
      return section.converted
        ? roundingCheck(about, roundingMinor, rounded)
        : zeroSumCheck(about, sumOf(column.figures.at), asked.branch);
    }),
    controlTotals: columns.flatMap((column) =>
      controlTotals(sectionColumn(section, column), [
        ['debits', 'Total debits', amountIn(totals, column, 'debit')],
        ['credits', 'Total credits', amountIn(totals, column, 'credit')],
      ]),
    ),
  };
}
