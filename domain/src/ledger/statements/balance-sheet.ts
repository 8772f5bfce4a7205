import {
  netDebit,
  ofBranch,
  onNormalSide,
  zeroSumDifference,
  type AccountType,
  type Chart,
  type LeafSum,
} from './leaf-sums.ts';
import { sheetCheck, zeroSumCheck } from './checks.ts';
import { otherLine, type Section } from './tree-lines.ts';
import { controlTotals, OTHER_BRANCHES, ROUNDING, sectionOf, type SectionResult, type TreeAsked } from './section.ts';

export const AMOUNT_COLUMN = [{ id: 'amount', label: 'Amount' }] as const;

/** Income less expenses of these sums: on the credit side, as equity is. */
export function earningsOf(chart: Chart, sums: readonly LeafSum[]): bigint {
  return sums.reduce((total, sum) => {
    const type = chart.get(sum.accountId)?.type;
    return type === 'income' || type === 'expense' ? total - netDebit(sum) : total;
  }, 0n);
}

/**
 * Assets; liabilities; equity with the earnings that no entry has closed into it: those before the financial year as
 * retained, those since as current.
 * @param sums of all accounts up to the day, in one currency
 * @param sumsBeforeYear the same up to the day before the financial year began
 */
export function balanceSheet(
  chart: Chart,
  sums: readonly LeafSum[],
  sumsBeforeYear: readonly LeafSum[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const within = ofBranch(chart, asked.branch);
  const [ours, ourEarlier] = [sums, sumsBeforeYear].map((list) =>
    list.filter((sum) => sum.currency === section.currency && within(sum.accountId)),
  ) as [LeafSum[], LeafSum[]];
  const part = (type: AccountType, label: string, total: string) =>
    sectionOf(chart, ours, type, (sum) => onNormalSide(type, netDebit(sum)), { section, asked, within, label, total });
  const assets = part('asset', 'Assets', 'Total assets');
  const liabilities = part('liability', 'Liabilities', 'Total liabilities');
  const equity = part('equity', 'Equity', '');
  const retained = earningsOf(chart, ourEarlier);
  const current = earningsOf(chart, ours) - retained;
  const computed = [
    otherLine(
      section,
      'computed',
      'retained_earnings',
      'Earnings of earlier years',
      { amount: retained },
      equity.level,
    ),
    otherLine(
      section,
      'computed',
      'current_earnings',
      'Earnings of the current year',
      { amount: current },
      equity.level,
    ),
  ];
  const difference = assets.total - (liabilities.total + equity.total + retained + current);
  let balancing = 0n;
  if (difference !== 0n && (asked.branch !== null || section.converted)) {
    const [id, label] = asked.branch === null ? ROUNDING : OTHER_BRANCHES;
    computed.push(otherLine(section, 'computed', id, label, { amount: difference }, equity.level));
    balancing = difference;
  }
  const totalEquity = equity.total + retained + current + balancing;
  return {
    lines: [
      ...assets.lines,
      ...liabilities.lines,
      ...equity.lines,
      ...computed,
      otherLine(section, 'total', 'equity', 'Total equity', { amount: totalEquity }),
      otherLine(section, 'total', 'liabilities_and_equity', 'Total liabilities and equity', {
        amount: liabilities.total + totalEquity,
      }),
    ],
    checks: [
      sheetCheck(section, assets.total - liabilities.total - totalEquity),
      ...(section.converted ? [] : [zeroSumCheck(section, zeroSumDifference(sums, section.currency), asked.branch)]),
    ],
    controlTotals: controlTotals(section, [
      ['assets', 'Total assets', assets.total],
      ['liabilities', 'Total liabilities', liabilities.total],
      ['equity', 'Total equity', totalEquity],
    ]),
  };
}
