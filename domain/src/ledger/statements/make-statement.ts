import type {
  ControlTotal,
  ParametersOf,
  StatementCheck,
  StatementHead,
  StatementKind,
  StatementLine,
  StatementSettings,
} from '../../schemas/statement.ts';
import { AMOUNT_COLUMN, balanceSheet } from './balance-sheet.ts';
import { cashFlow, cashLeaves } from './cash-flow.ts';
import { convertSums, type BaseConverter } from './convert.ts';
import { currenciesOf, movement, ofBranch, type Chart, type LeafSum } from './leaf-sums.ts';
import { profitAndLoss } from './profit-and-loss.ts';
import type { SectionResult } from './section.ts';
import type { Section } from './tree-lines.ts';
import { TRIAL_BALANCE_COLUMNS, trialBalance } from './trial-balance.ts';

export type TreeKind = Exclude<StatementKind, 'account_register'>;
export type TreeParameters = ParametersOf<TreeKind>;

export interface TreeData {
  readonly chart: Chart;
  readonly settings: Pick<StatementSettings, 'cashAccounts' | 'activities'>;
  /** Posted sums of all accounts up to the statement's last day: one for each account and currency. */
  readonly at: readonly LeafSum[];
  /** The same up to the day before the period; of a balance sheet, before the financial year; of a trial balance, none. */
  readonly before: readonly LeafSum[];
  /** Of a cash flow: `CashFlows.flows()`. */
  readonly flows: readonly LeafSum[];
  /** When the base currency was asked for. */
  readonly converter: BaseConverter | null;
}

export interface Made extends Pick<
  StatementHead,
  'columns' | 'currencies' | 'checks' | 'controlTotals' | 'rates' | 'notes'
> {
  readonly lines: StatementLine[];
}

/** Three lists of sums, of which a kind of statement uses what it needs. */
interface Sums {
  readonly at: readonly LeafSum[];
  readonly before: readonly LeafSum[];
  readonly flows: readonly LeafSum[];
}

/** A statement over the tree of accounts: a section for each currency, and one in the base currency when asked for. */
export function makeTreeStatement(parameters: TreeParameters, data: TreeData): Made {
  const currencies = currenciesOf(data.at, data.before);
  const sections = currencies.map((currency) => sectionFor(parameters, data, data, { currency, converted: false }));
  const notes = notesOn(parameters, data, currencies);
  const base = data.converter === null ? null : convertedSection(parameters, data, data.converter, currencies);
  if (base?.section !== undefined) sections.push(base.section);
  return {
    columns: [...(parameters.kind === 'trial_balance' ? TRIAL_BALANCE_COLUMNS : AMOUNT_COLUMN)],
    currencies,
    lines: sections.flatMap(({ lines }) => lines),
    checks: sections.flatMap(({ checks }): readonly StatementCheck[] => checks),
    controlTotals: sections.flatMap(({ controlTotals }): readonly ControlTotal[] => controlTotals),
    rates: [...(base?.rates ?? [])],
    notes: [...notes, ...(base?.notes ?? [])],
  };
}

function sectionFor(
  parameters: TreeParameters,
  { chart, settings }: TreeData,
  sums: Sums,
  section: Section,
): SectionResult {
  switch (parameters.kind) {
    case 'trial_balance':
      return trialBalance(chart, sums.at, section, parameters);
    case 'balance_sheet':
      return balanceSheet(chart, sums.at, sums.before, section, parameters);
    case 'profit_and_loss':
      return profitAndLoss(chart, movement(sums.at, sums.before), section, parameters);
    case 'cash_flow': {
      const cash = cashOfBranch(chart, settings, parameters.branch);
      const inputs = { cash, opening: sums.before, closing: sums.at, flows: sums.flows };
      return cashFlow(chart, settings, inputs, section, parameters);
    }
  }
}

/** Cash accounts of a branch, or all. */
export function cashOfBranch(chart: Chart, settings: TreeData['settings'], branch: string | null): Set<string> {
  const within = ofBranch(chart, branch);
  return new Set([...cashLeaves(chart, settings)].filter(within));
}

function convertedSection(
  parameters: TreeParameters,
  data: TreeData,
  converter: BaseConverter,
  currencies: readonly string[],
): { section?: SectionResult; rates?: Made['rates']; notes?: string[] } {
  const others = currencies.filter((currency) => currency !== converter.currency);
  if (others.length === 0) return { notes: [`Everything is in ${converter.currency} already: nothing is converted.`] };
  // Only what the period moved: balances from before it are not shown, and would bring roundings of their own.
  const ofPeriod = parameters.kind === 'profit_and_loss';
  const [at, before, flows] = [
    ofPeriod ? movement(data.at, data.before) : data.at,
    ofPeriod ? [] : data.before,
    data.flows,
  ].map((sums) => convertSums(sums, converter)) as [Conv, Conv, Conv];
  const missing = [...new Set([...at.missing, ...before.missing, ...flows.missing])].sort();
  if (missing.length > 0)
    return {
      notes: [`Not converted to ${converter.currency}: there is no rate for ${missing.join(', ')} on that day.`],
    };
  const sums = { at: at.sums, before: before.sums, flows: flows.sums };
  return {
    section: sectionFor(parameters, data, sums, { currency: converter.currency, converted: true }),
    rates: [...converter.ratesOf(others)],
  };
}
type Conv = ReturnType<typeof convertSums>;

function notesOn(parameters: TreeParameters, { chart, settings }: TreeData, currencies: readonly string[]): string[] {
  const notes: string[] = [];
  if (currencies.length === 0) notes.push('Nothing was posted by then.');
  if (parameters.kind === 'cash_flow' && cashLeaves(chart, settings).size === 0)
    notes.push('No account is named as cash, so there are no flows. Name them in the settings of statements.');
  return notes;
}
