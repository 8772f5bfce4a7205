import { zeroSumCheck } from './checks.ts';
import { sectionColumn, type Column } from './columns.ts';
import { ofBranch, type AccountType, type Chart } from './leaf-sums.ts';
import { amountIn, controlTotals, sectionOf, type SectionResult, type TreeAsked } from './section.ts';
import { sumOf, type Stand } from './stand.ts';
import { otherLine, type Amounts, type Section } from './tree-lines.ts';

export interface EarningsFigures {
  /** What was posted in the period, of all accounts; converted, of income and expenses. */
  readonly moved: Stand;
}

/** Income and expenses of a period, and what is left. */
export function profitAndLoss(
  chart: Chart,
  columns: readonly Column<EarningsFigures>[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const within = ofBranch(chart, asked.branch);
  const part = (type: AccountType, label: string, total: string) =>
    sectionOf(chart, columns, type, ({ moved }) => moved, { section, asked, within, label, total });
  const income = part('income', 'Income', 'Total income');
  const expense = part('expense', 'Expenses', 'Total expenses');
  const net: Amounts = Object.fromEntries(
    columns.map((column) => [column.id('amount'), amountIn(income.total, column) - amountIn(expense.total, column)]),
  );
  const losses = Object.values(net).map((amount) => amount < 0n);
  const label = losses.every(Boolean) ? 'Net loss' : losses.some(Boolean) ? 'Net income or loss' : 'Net income';
  return {
    lines: [...income.lines, ...expense.lines, otherLine(section, 'total', 'net_income', label, net)],
    checks: section.converted
      ? []
      : columns.map((column) =>
          zeroSumCheck(sectionColumn(section, column), sumOf(column.figures.moved), asked.branch),
        ),
    controlTotals: columns.flatMap((column) =>
      controlTotals(sectionColumn(section, column), [
        ['income', 'Total income', amountIn(income.total, column)],
        ['expense', 'Total expenses', amountIn(expense.total, column)],
        ['net_income', 'Net income', amountIn(net, column)],
      ]),
    ),
  };
}
