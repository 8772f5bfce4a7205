import { zeroSumCheck } from './checks.ts';
import { netDebit, ofBranch, zeroSumDifference, type Chart, type LeafSum } from './leaf-sums.ts';
import { belongsTo, controlTotals, OTHER_BRANCHES, ROUNDING, type SectionResult, type TreeAsked } from './section.ts';
import { addAmounts, otherLine, treeLines, type Amounts, type Section } from './tree-lines.ts';

export const TRIAL_BALANCE_COLUMNS = [
  { id: 'debit', label: 'Debit' },
  { id: 'credit', label: 'Credit' },
] as const;

const onItsSide = (net: bigint): Amounts => (net < 0n ? { debit: 0n, credit: -net } : { debit: net, credit: 0n });

/**
 * Every account's balance on the side where it lies. A group has both columns: the sums of what is below it, not netted,
 * so that each column adds up.
 * @param sums of all accounts up to the day; in one currency
 */
export function trialBalance(
  chart: Chart,
  sums: readonly LeafSum[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const within = ofBranch(chart, asked.branch);
  const ours = sums.filter((sum) => sum.currency === section.currency && within(sum.accountId));
  const tree = treeLines(chart, new Map(ours.map((sum) => [sum.accountId, onItsSide(netDebit(sum))])), {
    ...section,
    ...asked,
    belongs: belongsTo(section, within),
  });
  const lines = [...tree.lines];
  let totals: Amounts = addAmounts({ debit: 0n, credit: 0n }, tree.totals);
  const difference = (totals['debit'] ?? 0n) - (totals['credit'] ?? 0n);
  const [id, label] = asked.branch === null ? ROUNDING : OTHER_BRANCHES;
  // Without a branch and a conversion a difference is an error, and stays one.
  if (difference !== 0n && (asked.branch !== null || section.converted)) {
    const balancing = onItsSide(-difference);
    lines.push(otherLine(section, 'computed', id, label, balancing));
    totals = addAmounts(totals, balancing);
  }
  lines.push(otherLine(section, 'total', 'all', 'Total', totals));
  return {
    lines,
    checks: section.converted ? [] : [zeroSumCheck(section, zeroSumDifference(sums, section.currency), asked.branch)],
    controlTotals: controlTotals(section, [
      ['debits', 'Total debits', totals['debit'] ?? 0n],
      ['credits', 'Total credits', totals['credit'] ?? 0n],
    ]),
  };
}
