import { isDay } from '@countersign/domain/ledger/days';
import {
  STATEMENT_KINDS,
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
  };
}

export const takesPeriod = (kind: StatementKind): boolean => kind !== 'trial_balance' && kind !== 'balance_sheet';

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
    return isDay(day) ? { parameters: { kind, day, ...ofTree } } : { problem: 'Choose a day.' };
  if (!isDay(from) || !isDay(to)) return { problem: 'Choose the first and the last day.' };
  if (from > to) return { problem: 'The first day is after the last.' };
  if (kind !== 'account_register') return { parameters: { kind, from, to, ...ofTree } };
  if (!ID.test(account)) return { problem: 'Choose an account.' };
  return { parameters: { kind, accountId: account, currency: null, from, to, knownAt } };
}
