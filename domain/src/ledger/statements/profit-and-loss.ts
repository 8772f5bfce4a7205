import { zeroSumCheck } from './checks.ts';
import {
  netDebit,
  ofBranch,
  onNormalSide,
  zeroSumDifference,
  type AccountType,
  type Chart,
  type LeafSum,
} from './leaf-sums.ts';
import { otherLine, type Section } from './tree-lines.ts';
import { controlTotals, sectionOf, type SectionResult, type TreeAsked } from './section.ts';

/**
 * Income and expenses of a period, and what is left.
 * @param moved what was posted in the period, of all accounts, in one currency (`movement`)
 */
export function profitAndLoss(
  chart: Chart,
  moved: readonly LeafSum[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const within = ofBranch(chart, asked.branch);
  const ours = moved.filter((sum) => sum.currency === section.currency && within(sum.accountId));
  const part = (type: AccountType, label: string, total: string) =>
    sectionOf(chart, ours, type, (sum) => onNormalSide(type, netDebit(sum)), { section, asked, within, label, total });
  const income = part('income', 'Income', 'Total income');
  const expense = part('expense', 'Expenses', 'Total expenses');
  const net = income.total - expense.total;
  return {
    lines: [
      ...income.lines,
      ...expense.lines,
      otherLine(section, 'total', 'net_income', net < 0n ? 'Net loss' : 'Net income', { amount: net }),
    ],
    checks: section.converted ? [] : [zeroSumCheck(section, zeroSumDifference(moved, section.currency), asked.branch)],
    controlTotals: controlTotals(section, [
      ['income', 'Total income', income.total],
      ['expense', 'Total expenses', expense.total],
      ['net_income', 'Net income', net],
    ]),
  };
}
