import { inWords } from '@countersign/domain/plan/sentence';
import { periodInWords, STATEMENT_TITLES } from '@countersign/domain/ledger/statements/titles';
import type { Chart } from '@countersign/domain/ledger/statements/leaf-sums';
import { isDay } from '@countersign/domain/ledger/days';
import { DEFAULT_MAX_AGE_DAYS } from '@countersign/domain/ledger/fx/rate-table';
import { AppError } from '@countersign/domain/errors';
import { addDays } from '@countersign/domain/schedule/wall-time';
import type { Account } from '@countersign/domain/schemas/account';
import type { Organization } from '@countersign/domain/schemas/organization';
import type {
  ParametersOf,
  Statement,
  StatementFormat,
  StatementHead,
  StatementLine,
  StatementPage,
  StatementParameters,
} from '@countersign/domain/schemas/statement';
import * as z from 'zod';
import type { Deps } from '../../engine/deps.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { ratesAround, ratesBetween } from '../fx/rates-around.ts';
import { asKnown, type Known } from './as-known.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { ledgerReader, type LedgerReader } from './ledger-reader.ts';
import { loadRegisterPage } from './load-register.ts';
import { loadTreeStatement, type RateSource } from './load-statement.ts';
import { readStatementSettings, type SettingsRead } from './statement-settings.ts';

export type StatementDeps = Pick<Deps, 'db' | 'streams' | 'now'>;

/** What every statement begins with. */
interface Opened {
  readonly organization: Organization;
  readonly reader: LedgerReader;
  readonly chart: Chart;
  readonly settings: SettingsRead;
  readonly known: Known;
}

const REGISTER_PAGE = 1000;
/**
 * Of a statement that is made whole, by the file that it is for, so that all of it stays within a gigabyte: the lines of
 * 50,000 accounts take 330 MB with three columns, a workbook of them 200 MB more; a PDF of 20,000 lines takes 350 MB more
 * and 5 s of a processor.
 */
export const MAX_LINES: Readonly<Record<StatementFormat, number>> = { pdf: 20_000, xlsx: 50_000, csv: 50_000 };

/** A page of a statement, for the screen. */
export async function readStatementPage(
  deps: StatementDeps,
  orgId: string,
  parameters: StatementParameters,
  after: string | null,
  limit: number,
): Promise<StatementPage> {
  const opened = await open(deps, orgId, parameters);
  if (parameters.kind === 'account_register') {
    const account = registerAccount(opened.chart, parameters);
    const page = await loadRegisterPage(opened.reader, account, parameters, opened.known, after, limit);
    const { lines, next, size: _size, ...made } = page;
    return { head: headOf(orgId, parameters, opened, made), lines, lineCount: null, next };
  }
  const { lines, head } = await makeTree(deps, orgId, parameters, opened);
  const { offset } = after === null ? { offset: 0 } : fromCursor(offsetSchema, after);
  const shown = after === null ? head : { ...head, rates: [] };
  const next = offset + limit < lines.length ? toCursor({ offset: offset + limit }) : null;
  return { head: shown, lines: lines.slice(offset, offset + limit), lineCount: lines.length, next };
}

const offsetSchema = z.strictObject({ offset: z.int().min(0) });

/**
 * A whole statement, to be kept. Its checkpoint is not known here.
 * @param format the file that is made of it
 * @throws AppError `limit_exceeded` when it has more than `MAX_LINES`
 */
export async function readWholeStatement(
  deps: StatementDeps,
  orgId: string,
  parameters: StatementParameters,
  format: StatementFormat = 'csv',
): Promise<Statement> {
  const opened = await open(deps, orgId, parameters);
  if (parameters.kind === 'account_register') return wholeRegister(orgId, parameters, opened, format);
  const { head, lines, size } = await makeTree(deps, orgId, parameters, opened);
  assertLines(lines.length, format, 'one branch, fewer levels or no accounts at zero');
  return { ...head, lines, evidence: { ledgerSize: size, checkpoint: null } };
}

async function makeTree(
  deps: StatementDeps,
  orgId: string,
  parameters: Exclude<StatementParameters, { kind: 'account_register' }>,
  opened: Opened,
): Promise<{ head: StatementHead; lines: StatementLine[]; size: number }> {
  const { organization, reader, chart, settings, known } = opened;
  const source = parameters.inBase ? rateSource(deps.db, orgId, organization.baseCurrency) : null;
  const made = await loadTreeStatement(reader, parameters, known, chart, settings, source);
  const { lines, size, ...rest } = made;
  const notes = [...rest.notes, ...assumptions(parameters, opened)];
  return { head: headOf(orgId, parameters, opened, { ...rest, notes }), lines, size };
}

function rateSource(db: StatementDeps['db'], orgId: string, baseCurrency: string): RateSource {
  return {
    baseCurrency,
    async quotes(currencies, days, span) {
      const read = [...new Set(days)].map((day) =>
        ratesAround(db, orgId, currencies, baseCurrency, day, DEFAULT_MAX_AGE_DAYS),
      );
      if (span !== null) {
        const from = span.from === null ? null : addDays(span.from, -DEFAULT_MAX_AGE_DAYS);
        read.push(ratesBetween(db, orgId, span.currencies, baseCurrency, from, span.to));
      }
      // A quote that was read twice is one.
      const distinct = new Map(
        (await Promise.all(read)).flat().map((one) => [`${one.base} ${one.quote} ${one.day}`, one]),
      );
      return [...distinct.values()];
    },
  };
}

async function wholeRegister(
  orgId: string,
  parameters: ParametersOf<'account_register'>,
  opened: Opened,
  format: StatementFormat,
): Promise<Statement> {
  const account = registerAccount(opened.chart, parameters);
  const lines: StatementLine[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await loadRegisterPage(opened.reader, account, parameters, opened.known, after, REGISTER_PAGE);
    lines.push(...page.lines);
    assertLines(lines.length, format, 'a shorter period or one currency');
    after = page.next;
    if (after !== null) continue;
    const { lines: _lines, next: _next, size, ...made } = page;
    // On paper each currency stands by itself; the entries of one keep their order.
    const byCurrency = made.currencies.flatMap((currency) => lines.filter((line) => line.currency === currency));
    return {
      ...headOf(orgId, parameters, opened, made),
      lines: byCurrency,
      evidence: { ledgerSize: size, checkpoint: null },
    };
  }
}

function assertLines(count: number, format: StatementFormat, less: string): void {
  const most = MAX_LINES[format];
  if (count <= most) return;
  const other =
    most < MAX_LINES.csv
      ? `Issue it as XLSX or CSV, which take ${MAX_LINES.csv.toLocaleString('en')}, or ask for`
      : 'Ask for';
  throw new AppError(
    'limit_exceeded',
    `${format === 'pdf' ? 'A PDF takes' : 'A statement takes'} at most ${most.toLocaleString('en')} lines, and this one has more. ${other} ${less}.`,
    { details: { lines: count, most } },
  );
}

async function open(deps: StatementDeps, orgId: string, parameters: StatementParameters): Promise<Opened> {
  assertDays(parameters);
  const known = asKnown(parameters.knownAt, deps.now());
  const reader = ledgerReader(deps.streams, orgId);
  const [organization, chart] = await Promise.all([
    read(deps.db, refs.organization(orgId)),
    // A register needs no more than its own account, on each of its pages.
    parameters.kind === 'account_register' ? chartOf(reader, parameters.accountId) : reader.chart(),
  ]);
  if (organization === null) throw new AppError('not_found', 'There is no such organization.');
  return { organization, reader, chart, settings: await readStatementSettings(deps.db, orgId, chart), known };
}

async function chartOf(reader: LedgerReader, accountId: string): Promise<Chart> {
  const account = await reader.account(accountId);
  return new Map(account === null ? [] : [[accountId, account]]);
}

function assertDays(parameters: StatementParameters): void {
  const days = 'day' in parameters ? [parameters.day] : [parameters.from, parameters.to];
  if ('day' in parameters) days.push(...parameters.compare.filter((compared) => /^\d/.test(compared)));
  const wrong = [...days, ...(parameters.knownAt === null ? [] : [parameters.knownAt])].find((day) => !isDay(day));
  if (wrong !== undefined) throw new AppError('invalid_argument', `"${wrong}" is no day of the calendar.`);
  if ('from' in parameters && parameters.from > parameters.to)
    throw new AppError('invalid_argument', 'The period ends before it begins.');
}

function registerAccount(chart: Chart, { accountId }: ParametersOf<'account_register'>): Account {
  const account = chart.get(accountId);
  if (account === undefined) throw new AppError('not_found', `There is no account ${accountId}.`);
  return account;
}

function headOf(
  orgId: string,
  parameters: StatementParameters,
  { organization, chart, known }: Opened,
  made: Partial<StatementHead> & Pick<StatementHead, 'columns' | 'currencies' | 'checks' | 'controlTotals' | 'notes'>,
): StatementHead {
  const title = STATEMENT_TITLES[parameters.kind];
  const account = parameters.kind === 'account_register' ? chart.get(parameters.accountId) : undefined;
  return {
    rates: [],
    ...made,
    ...known,
    parameters: { ...parameters, knownAt: known.knownAt },
    title: account === undefined ? title : `${title}: ${account.name} (${account.id})`,
    period: periodInWords(parameters),
    organization: { id: orgId, name: organization.name },
  };
}

function assumptions(parameters: StatementParameters, { settings }: Opened): string[] {
  if (!settings.assumed) return [];
  if (parameters.kind === 'cash_flow' && settings.cashAccounts.length > 0)
    return [
      `Nobody has said which accounts are cash, investing or financing; taken as cash: ${inWords(settings.cashAccounts.slice(0, 10), 'and')}.`,
    ];
  return parameters.kind === 'balance_sheet'
    ? ['Nobody has said when the financial year begins; taken to be 1 January.']
    : [];
}
