import { isDay } from '@countersign/domain/ledger/days';
import type { DealQuote, Leg } from '@countersign/domain/ledger/fx/deal';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { Problem } from '@countersign/domain/schemas/execution';
import type { Table, TableRow } from '@countersign/plugin-sdk';

/** All of them are one page, so that nothing of the plan itself moves a position before all of it is looked at. */
export const MAX_ROWS = 100;

export const COLUMNS = [
  { name: 'reference', required: true, help: 'Your own number of this deal; it can be booked once' },
  { name: 'day', required: true, help: 'The day that it counts for, such as 2026-01-05' },
  { name: 'from account', required: true, help: 'The account that gives: it is credited' },
  { name: 'from amount', required: true, help: 'In major units; empty for the base currency at the day’s rate' },
  { name: 'from currency', required: true, help: 'ISO 4217 code; empty with the amount' },
  { name: 'to account', required: true, help: 'The account that takes: it is debited' },
  { name: 'to amount', required: true, help: 'In major units; empty for the base currency at the day’s rate' },
  { name: 'to currency', required: true, help: 'ISO 4217 code; empty with the amount' },
  { name: 'agreed rate', required: false, help: 'Such as 1 EUR = 1.0800 USD; amounts that are off it are refused' },
  { name: 'memo', required: false, help: 'For your own records' },
] as const;

/** One side: an amount, or an account alone whose amount follows from the other side. */
export type Side = Leg | { readonly accountId: string; readonly currency: null };

export interface Deal {
  readonly line: number;
  readonly reference: string;
  readonly day: string;
  readonly from: Side;
  readonly to: Side;
  readonly deal: DealQuote | null;
  readonly memo: string;
}

export const problemOf = (
  { line, reference }: Pick<Deal, 'line' | 'reference'>,
  code: string,
  message: string,
  remedy: string,
  column: string | null = null,
): Problem => ({ line, column, reference, code, message, remedy, severity: 'refused' });

/** Rows as deals; a row that is not sound is a problem, and nothing else. */
export function readDeals({ rows, decimal }: Table, today: string): { deals: Deal[]; problems: Problem[] } {
  const deals: Deal[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    const read = readDeal(row, decimal, today);
    if (!('day' in read)) problems.push(read);
    else if (seen.has(normalizeReference(read.reference)))
      problems.push(problemOf(read, 'reference_twice', 'The reference is in the file twice', 'Give each row its own'));
    else deals.push(read);
    if ('day' in read) seen.add(normalizeReference(read.reference));
  }
  return { deals, problems };
}

const cell = (row: TableRow, name: (typeof COLUMNS)[number]['name']): string => row.cells[name] ?? '';

function readDeal(row: TableRow, decimal: '.' | ',', today: string): Deal | Problem {
  const [reference, day] = [cell(row, 'reference'), cell(row, 'day')];
  const at = { line: row.line, reference };
  if (reference === '' || reference.length > 200)
    return problemOf(
      at,
      'reference_missing',
      'The reference is empty or too long',
      'Give the row a number',
      'reference',
    );
  if (!isDay(day) || day > today)
    return problemOf(at, 'day_invalid', `"${day}" is no day up to today`, 'Write it as 2026-01-05', 'day');
  const [from, to] = [readSide(row, at, 'from', decimal), readSide(row, at, 'to', decimal)];
  if ('code' in from) return from;
  if ('code' in to) return to;
  if (from.currency === null && to.currency === null)
    return problemOf(at, 'amount_missing', 'Neither side has an amount', 'Give one, or both', 'from amount');
  const agreed = cell(row, 'agreed rate');
  const deal = agreed === '' ? null : readRate(agreed);
  if (deal === undefined)
    return problemOf(at, 'rate_invalid', `"${agreed}" is no rate`, 'Write it as 1 EUR = 1.0800 USD', 'agreed rate');
  return { ...at, day, from, to, deal, memo: cell(row, 'memo').slice(0, 200) };
}

function readSide(
  row: TableRow,
  at: Pick<Deal, 'line' | 'reference'>,
  side: 'from' | 'to',
  decimal: '.' | ',',
): Side | Problem {
  const accountId = cell(row, `${side} account`);
  if (!/^[A-Za-z0-9_.-]{1,128}$/.test(accountId))
    return problemOf(
      at,
      'account_missing',
      `"${accountId}" is no account`,
      'Name an account of the ledger',
      `${side} account`,
    );
  const [amount, currency] = [cell(row, `${side} amount`), cell(row, `${side} currency`)];
  if (amount === '' && currency === '') return { accountId, currency: null };
  const parsed = parseAmount(amount, currency, decimal);
  if (!parsed.ok) return problemOf(at, parsed.code, parsed.message, parsed.remedy, `${side} amount`);
  return { accountId, currency, amountMinor: parsed.amountMinor };
}

function readRate(text: string): DealQuote | undefined {
  const match = /^1 ([A-Z]{3}) = (\d{1,20}(?:\.\d{1,20})?) ([A-Z]{3})$/.exec(text);
  return match === null ? undefined : { base: match[1] ?? '', rate: match[2] ?? '', quote: match[3] ?? '' };
}
