import { balancingLines, balancingOf, type Balancing } from './balancing.ts';
import { roundingCheck, sheetCheck, zeroSumCheck } from './checks.ts';
import { amountsOf, sectionColumn, type Column } from './columns.ts';
import { isEarning } from './day-rated.ts';
import { roundedIn } from './in-base.ts';
import { ofBranch, type AccountType, type Chart } from './leaf-sums.ts';
import { amountIn, controlTotals, sectionOf, type SectionResult, type TreeAsked } from './section.ts';
import { sumOf, within, type Stand } from './stand.ts';
import { addAmounts, otherLine, type Amounts, type Section } from './tree-lines.ts';

export const AMOUNT_COLUMN = [{ id: 'amount', label: 'Amount' }] as const;

export interface SheetFigures {
  /** Balances on the day, of all accounts. */
  readonly at: Stand;
  /** Of these, income and expenses count: up to the day before the financial year, and since. */
  readonly before: Stand;
  readonly moved: Stand;
}

/**
 * Assets; liabilities; equity with the earnings that no entry has closed into it: those before the financial year as
 * retained, those since as current.
 */
export function balanceSheet(
  chart: Chart,
  columns: readonly Column<SheetFigures>[],
  section: Section,
  asked: TreeAsked,
): SectionResult {
  const belongs = ofBranch(chart, asked.branch);
  const part = (type: AccountType, label: string, total: string) =>
    sectionOf(chart, columns, type, ({ at }) => at, { section, asked, within: belongs, label, total });
  const assets = part('asset', 'Assets', 'Total assets');
  const liabilities = part('liability', 'Liabilities', 'Total liabilities');
  const equity = part('equity', 'Equity', '');
  const earns = (id: string): boolean => {
    const account = chart.get(id);
    return account !== undefined && isEarning(account) && belongs(id);
  };
  const retained = amountsOf(columns, ({ before }) => -sumOf(before, earns));
  const current = amountsOf(columns, ({ moved }) => -sumOf(moved, earns));
  const computed = [
    otherLine(section, 'computed', 'retained_earnings', 'Earnings of earlier years', retained, equity.level),
    otherLine(section, 'computed', 'current_earnings', 'Earnings of the current year', current, equity.level),
  ];
  const booked = [equity.total, retained, current].reduce(addAmounts);
  const balancing = columns.map((column) => {
    const { at, before, moved } = column.figures;
    const excess = amountIn(assets.total, column) - amountIn(liabilities.total, column) - amountIn(booked, column);
    const rounded =
      roundedIn(at, (id) => belongs(id) && !earns(id)) + roundedIn(before, earns) + roundedIn(moved, earns);
    return balancingOf([within(at, belongs)], excess, asked.branch, section.converted, rounded);
  });
  let totalEquity = booked;
  for (const { id, label, of } of balancingLines(balancing)) {
    // Equity stands on the credit side.
    const amounts: Amounts = Object.fromEntries(
      columns.map(({ id: idOf }, at) => [idOf('amount'), -of(balancing[at] as Balancing)]),
    );
    computed.push(otherLine(section, 'computed', id, label, amounts, equity.level));
    totalEquity = addAmounts(totalEquity, amounts);
  }
  const both = addAmounts(liabilities.total, totalEquity);
  return {
    lines: [
      ...assets.lines,
      ...liabilities.lines,
      ...equity.lines,
      ...computed,
      otherLine(section, 'total', 'equity', 'Total equity', totalEquity),
      otherLine(section, 'total', 'liabilities_and_equity', 'Total liabilities and equity', both),
    ],
    checks: columns.flatMap((column, index) => {
      const about = sectionColumn(section, column);
      const { roundingMinor = 0n, rounded = 0 } = balancing[index] ?? {};
      // Converted, the sides are equal by the line of the rounding: what is checked is that it is no more than that.
      if (section.converted) return [roundingCheck(about, roundingMinor, rounded)];
      return [
        sheetCheck(about, amountIn(assets.total, column) - amountIn(both, column)),
        zeroSumCheck(about, sumOf(column.figures.at), asked.branch),
      ];
    }),
    controlTotals: columns.flatMap((column) =>
      controlTotals(sectionColumn(section, column), [
        ['assets', 'Total assets', amountIn(assets.total, column)],
        ['liabilities', 'Total liabilities', amountIn(liabilities.total, column)],
        ['equity', 'Total equity', amountIn(totalEquity, column)],
      ]),
    ),
  };
}
