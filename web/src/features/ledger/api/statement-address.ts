import { isDay } from '@countersign/domain/ledger/days';
import {
  STATEMENT_KINDS,
  statementParametersSchema,
  type ParametersOf,
  type StatementKind,
  type StatementParametersInput,
} from '@countersign/domain/schemas/statement';

export const KIND_LABELS: Readonly<Record<StatementKind, string>> = {
  trial_balance: 'Trial balance',
  balance_sheet: 'Balance sheet',
  profit_and_loss: 'Profit and loss',
  cash_flow: 'Cash flow',
  account_register: 'Account register',
};

/** What a statement is asked for with, as the address has it: texts, of which each may be missing. */
export interface StatementAddress {
  readonly kind: StatementKind;
  readonly day: string;
  readonly from: string;
  readonly to: string;
  /** Empty: as known now. */
  readonly known: string;
  readonly branch: string;
  readonly level: number;
  readonly zero: boolean;
  readonly base: boolean;
  readonly account: string;
  /** Days or periods to compare with, by comma, as the server names them. */
  readonly compare: string;
}

const ALL_LEVELS = 9;
const ID = /^[A-Za-z0-9_.-]{1,128}$/;

/** @param today in UTC, which is what recorded days are told in; missing days are today, or the month that it lies in */
export function readStatementAddress(
  search: URLSearchParams,
  today: string,
  fallback: StatementKind = 'balance_sheet',
): StatementAddress {
  const text = (name: string, otherwise: string): string => search.get(name) ?? otherwise;
  const level = Number(text('level', String(ALL_LEVELS)));
  return {
    kind: STATEMENT_KINDS.find((kind) => kind === search.get('kind')) ?? fallback,
    day: text('day', today),
    from: text('from', `${today.slice(0, 8)}01`),
    to: text('to', today),
    known: text('known', ''),
    branch: text('branch', ''),
    level: Number.isInteger(level) && level >= 1 && level <= ALL_LEVELS ? level : ALL_LEVELS,
    zero: search.get('zero') === '1',
    base: search.get('base') === '1',
    account: text('account', ''),
    compare: text('compare', ''),
  };
}

export const takesPeriod = (kind: StatementKind): boolean => kind !== 'trial_balance' && kind !== 'balance_sheet';

/** What a statement can be compared with, in the order in which it is offered. */
export const COMPARED_DAYS = [
  { value: '', label: 'nothing' },
  { value: 'prior_year_end', label: 'end of last year' },
  { value: 'prior_month_end', label: 'end of the month before' },
  { value: 'prior_year', label: 'the same day last year' },
  { value: 'prior_year_end,prior_year', label: 'end of last year, and the same day' },
] as const;
export const COMPARED_PERIODS = [
  { value: '', label: 'nothing' },
  { value: 'prior_period', label: 'the period before' },
  { value: 'prior_year', label: 'the same period last year' },
  { value: 'prior_period,prior_year', label: 'both of these' },
] as const;

const asWords = (compare: string): string[] => compare.split(',').filter((word) => word !== '');
type Words<K> = K extends 'day' ? ParametersOf<'balance_sheet'>['compare'] : ParametersOf<'cash_flow'>['compare'];

/** Of these words those that mean something for such a statement: the kind may have changed since. */
function compared<K extends 'day' | 'period'>(of: K, compare: string): Words<K> {
  const schema = statementParametersSchema.options[of === 'day' ? 0 : 2].shape.compare;
  const words = asWords(compare).filter(
    (word) => schema.safeParse([word]).success && (!/^\d/.test(word) || isDay(word)),
  );
  return schema.parse(words.slice(0, 2)) as Words<K>;
}

/** What the server is asked, or what has to be put right before. */
export function toParameters(
  address: StatementAddress,
  today: string,
): { readonly parameters: StatementParametersInput } | { readonly problem: string } {
  const { kind, day, from, to, known, account } = address;
  const branch = address.branch.trim();
  if (known !== '' && !isDay(known)) return { problem: 'Choose a day for “as known at”.' };
  if (known > today) return { problem: '“As known at” can’t be a day that is to come.' };
  if (branch !== '' && !ID.test(branch))
    return { problem: 'A branch is named by its id: letters, digits, ".", "_", "-".' };
  const knownAt = known === '' ? null : known;
  const ofTree = {
    knownAt,
    branch: branch === '' ? null : branch,
    maxLevel: address.level,
    zeroLines: address.zero,
    inBase: address.base,
  };
  if (kind === 'trial_balance' || kind === 'balance_sheet')
    return isDay(day)
      ? { parameters: { kind, day, compare: compared('day', address.compare), ...ofTree } }
      : { problem: 'Choose a day.' };
  if (!isDay(from) || !isDay(to)) return { problem: 'Choose the first and the last day.' };
  if (from > to) return { problem: 'The first day is after the last.' };
  if (kind !== 'account_register')
    return { parameters: { kind, from, to, compare: compared('period', address.compare), ...ofTree } };
  if (!ID.test(account)) return { problem: 'Choose an account.' };
  return { parameters: { kind, accountId: account, currency: null, from, to, knownAt } };
}
