import type {
  ControlTotal,
  ParametersOf,
  StatementCheck,
  StatementHead,
  StatementKind,
  StatementLine,
  StatementSettings,
} from '../../schemas/statement.ts';
import { inWords } from '../../plan/sentence.ts';
import { addDays } from '../../schedule/wall-time.ts';
import { AMOUNT_COLUMN, balanceSheet } from './balance-sheet.ts';
import { MissingRates, type BaseRates } from './base-rates.ts';
import { cashFlow, cashLeaves } from './cash-flow.ts';
import type { Column } from './columns.ts';
import { columnId, columnsFor, shortDays, type ColumnDays } from './compared.ts';
import { isEarning, type DayRated } from './day-rated.ts';
import {
  balancesInBase,
  earningsInBase,
  flowsInBase,
  openingInBase,
  type InBase,
  type InBaseOfDays,
} from './in-base.ts';
import { currenciesOf, movement, ofBranch, type Chart, type LeafSum } from './leaf-sums.ts';
import { profitAndLoss } from './profit-and-loss.ts';
import type { SectionResult } from './section.ts';
import { NO_STAND, standOf, type Stand } from './stand.ts';
import { dayInWords } from './titles.ts';
import type { Section } from './tree-lines.ts';
import { TRIAL_BALANCE_COLUMNS, trialBalance } from './trial-balance.ts';

export type TreeKind = Exclude<StatementKind, 'account_register'>;
export type TreeParameters = ParametersOf<TreeKind>;

/** What one column is made of: posted sums of all accounts, one for each account and currency. */
export interface ColumnData {
  readonly days: ColumnDays;
  /** Up to the last day. */
  readonly at: readonly LeafSum[];
  /** Up to the day before the period; of a balance sheet, before the financial year; of a trial balance, none. */
  readonly before: readonly LeafSum[];
  /** The day that these are up to; null with none. */
  readonly beforeDay: string | null;
  /** Of a cash flow: `CashFlows`. */
  readonly flows: readonly LeafSum[];
  readonly flowsOfDays: InBaseOfDays | null;
}

export interface TreeData {
  readonly chart: Chart;
  readonly settings: Pick<StatementSettings, 'cashAccounts' | 'activities'>;
  /** The statement's own first, then those that it is compared with. */
  readonly columns: readonly ColumnData[];
  /** When the base currency was asked for. */
  readonly base: BaseData | null;
}

export interface BaseData {
  readonly rates: BaseRates;
  /** What accounts that count at the rates of their days (`isOfDays`) moved in foreign currencies. */
  readonly moves: DayRated;
}

export interface Made extends Pick<
  StatementHead,
  'columns' | 'currencies' | 'checks' | 'controlTotals' | 'rates' | 'notes'
> {
  readonly lines: StatementLine[];
}

interface Figures {
  readonly at: Stand;
  readonly before: Stand;
  readonly moved: Stand;
  readonly flows: Stand;
}

/** A statement over the tree of accounts: a section for each currency, and one in the base currency when asked for. */
export function makeTreeStatement(parameters: TreeParameters, data: TreeData): Made {
  const currencies = currenciesOf(...data.columns.flatMap(({ at, before }) => [at, before]));
  const moved = data.columns.map(({ at, before }) => movement(at, before));
  const figures = currencies.map((currency) =>
    data.columns.map((column, index) => columnOf(column, index, figuresIn(column, moved[index] ?? [], currency))),
  );
  const sections = currencies.map((currency, index) =>
    sectionFor(parameters, data, figures[index] ?? [], { currency, converted: false }),
  );
  const silent = currencies.filter((_, index) => isQuiet(parameters, data, figures[index] ?? []));
  // Where nothing happened at all, that is what is shown.
  const quiet = parameters.zeroLines || silent.length === currencies.length ? [] : silent;
  const shown = sections.filter((_, index) => !quiet.includes(currencies[index] ?? ''));
  const notes = notesOn(parameters, data, currencies);
  if (quiet.length > 0) notes.push(`Nothing happened in ${inWords(quiet, 'and')}: left out.`);
  const base = data.base === null ? null : convertedSection(parameters, data, data.base, currencies);
  if (base?.section !== undefined) shown.push(base.section);
  const names = parameters.kind === 'trial_balance' ? TRIAL_BALANCE_COLUMNS : AMOUNT_COLUMN;
  return {
    columns: columnsFor(
      names,
      data.columns.map(({ days }) => days),
    ),
    currencies: currencies.filter((one) => !quiet.includes(one)),
    lines: shown.flatMap(({ lines }) => lines),
    checks: [
      // That nothing happened is checked too: a broken ledger is not left out.
      ...sections.flatMap(({ checks }): readonly StatementCheck[] => checks),
      ...(base?.section?.checks ?? []),
    ],
    controlTotals: shown.flatMap(({ controlTotals }): readonly ControlTotal[] => controlTotals),
    rates: base?.section === undefined ? [] : (data.base?.rates.used() ?? []),
    notes: [...notes, ...(base?.notes ?? [])],
  };
}

/**
 * Of a period in which nothing happened in a currency there is nothing to show; balances always are. Asked of the accounts,
 * and not of the lines: what cancels out in a group has happened.
 */
function isQuiet(
  { kind, branch }: TreeParameters,
  { chart, settings }: TreeData,
  columns: readonly Column<Figures>[],
): boolean {
  const still = ({ nets }: Stand, counts: (accountId: string) => boolean): boolean =>
    [...nets].every(([id, net]) => net === 0n || !counts(id));
  if (kind === 'profit_and_loss') {
    const within = ofBranch(chart, branch);
    const counts = (id: string): boolean => {
      const account = chart.get(id);
      return account !== undefined && isEarning(account) && within(id);
    };
    return columns.every(({ figures }) => still(figures.moved, counts));
  }
  if (kind !== 'cash_flow') return false;
  const cash = cashOfBranch(chart, settings, branch);
  const isCash = (id: string): boolean => cash.has(id);
  return columns.every(
    ({ figures }) => still(figures.before, isCash) && still(figures.at, isCash) && still(figures.flows, () => true),
  );
}

const columnOf = ({ days }: ColumnData, index: number, figures: Figures): Column<Figures> => ({
  id: (name) => columnId(name, days, index === 0),
  of: index === 0 ? undefined : shortDays(days),
  figures,
});

const figuresIn = ({ at, before, flows }: ColumnData, moved: readonly LeafSum[], currency: string): Figures => ({
  at: standOf(at, currency),
  before: standOf(before, currency),
  moved: standOf(moved, currency),
  flows: standOf(flows, currency),
});

function sectionFor(
  parameters: TreeParameters,
  { chart, settings }: TreeData,
  columns: readonly Column<Figures>[],
  section: Section,
): SectionResult {
  switch (parameters.kind) {
    case 'trial_balance':
      return trialBalance(chart, columns, section, parameters);
    case 'balance_sheet':
      return balanceSheet(chart, columns, section, parameters);
    case 'profit_and_loss':
      return profitAndLoss(chart, columns, section, parameters);
    case 'cash_flow':
      return cashFlow(chart, settings, cashOfBranch(chart, settings, parameters.branch), columns, section, parameters);
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
  base: BaseData,
  currencies: readonly string[],
): { section?: SectionResult; notes: string[] } {
  const { currency } = base.rates;
  if (currencies.every((one) => one === currency))
    return { notes: currencies.length === 0 ? [] : [`Everything is in ${currency} already: nothing is converted.`] };
  const columns: Column<Figures>[] = [];
  const notes: string[] = [];
  for (const [index, column] of data.columns.entries()) {
    const { figures, missing } = figuresInBase(parameters, data, base, column);
    if (missing.none) columns.push(columnOf(column, index, figures));
    else {
      const what = index === 0 ? 'Not' : `${shortDays(column.days)} is not`;
      notes.push(
        `${what} converted to ${currency}: there is no rate for ${missing.inWords()}. Record it under Settings, Exchange rates.`,
      );
      if (index === 0) return { notes };
    }
  }
  const section = sectionFor(parameters, data, columns, { currency, converted: true });
  return { section, notes: [...notes, methodInWords(parameters, currency)] };
}

/** How amounts were converted: it stands in the statement. */
function methodInWords(parameters: TreeParameters, currency: string): string {
  switch (parameters.kind) {
    case 'trial_balance':
    case 'balance_sheet':
      return `In ${currency}: assets, liabilities and currency positions at the closing rate of ${dayInWords(parameters.day)} (of a compared day: of that one); income, expenses and equity at the rates of their days. What lies between is the translation difference.`;
    case 'profit_and_loss':
      return `In ${currency}: income and expenses at the rates of their days. The translation difference is in the balance sheet.`;
    case 'cash_flow':
      return `In ${currency}: flows at the rates of their days; cash at the beginning and at the end at the closing rates of these days. What the rates have made of it is a line.`;
  }
}

function figuresInBase(
  { kind, branch }: TreeParameters,
  { chart, settings }: TreeData,
  { rates, moves }: BaseData,
  { days, at, before, beforeDay, flows, flowsOfDays }: ColumnData,
): { figures: Figures; missing: MissingRates } {
  const missing = new MissingRates();
  const take = (part: InBase): Stand => {
    missing.addAll(part.missing);
    return part.stand;
  };
  const figures = { at: NO_STAND, before: NO_STAND, moved: NO_STAND, flows: NO_STAND };
  switch (kind) {
    case 'trial_balance':
    case 'balance_sheet':
      figures.at = take(balancesInBase(chart, at, moves.between(null, days.to), rates, days.to));
      if (kind === 'trial_balance' || beforeDay === null) break;
      figures.before = take(earningsInBase(chart, before, moves.between(null, beforeDay), rates));
      figures.moved = take(earningsInBase(chart, movement(at, before), moves.between(beforeDay, days.to), rates));
      break;
    case 'profit_and_loss':
      figures.moved = take(earningsInBase(chart, movement(at, before), moves.between(beforeDay, days.to), rates));
      break;
    case 'cash_flow': {
      const cash = cashOfBranch(chart, settings, branch);
      const isCash = (id: string): boolean => cash.has(id);
      const openingDay = beforeDay ?? addDays(days.from ?? days.to, -1);
      figures.before = take(openingInBase(before, isCash, rates, openingDay, days.to));
      figures.at = take(openingInBase(at, isCash, rates, days.to, days.to));
      figures.flows = take(
        flowsInBase(flows, flowsOfDays ?? { sums: new Map(), missing: new MissingRates() }, rates, days.to),
      );
      break;
    }
  }
  return { figures, missing };
}

function notesOn(parameters: TreeParameters, { chart, settings }: TreeData, currencies: readonly string[]): string[] {
  const notes: string[] = [];
  if (currencies.length === 0) notes.push('Nothing was posted by then.');
  if (parameters.kind === 'cash_flow' && cashLeaves(chart, settings).size === 0)
    notes.push('No account is named as cash, so there are no flows. Name them in the settings of statements.');
  return notes;
}
