import type { StatementEvidence, StatementHead, StatementKind, StatementParameters } from '../../schemas/statement.ts';
import { addDays } from '../../schedule/wall-time.ts';

export const STATEMENT_TITLES: Readonly<Record<StatementKind, string>> = {
  trial_balance: 'Trial balance',
  balance_sheet: 'Balance sheet',
  profit_and_loss: 'Profit and loss',
  cash_flow: 'Cash flow, direct method',
  account_register: 'Account register',
};

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `31 March 2026` */
export function dayInWords(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}

/** `at 31 March 2026`, or `1 January 2026 to 31 March 2026`. */
export function periodInWords(parameters: StatementParameters): string {
  return 'day' in parameters
    ? `at ${dayInWords(parameters.day)}`
    : `${dayInWords(parameters.from)} to ${dayInWords(parameters.to)}`;
}

/** The last effective day that a statement covers. */
export const lastDay = (parameters: StatementParameters): string =>
  'day' in parameters ? parameters.day : parameters.to;

/** The last day before the financial year that a day lies in. @param yearStart month and day, `MM-DD` */
export function dayBeforeYear(day: string, yearStart: string): string {
  const year = Number(day.slice(0, 4));
  const started = `${String(day.slice(5) >= yearStart ? year : year - 1).padStart(4, '0')}-${yearStart}`;
  return addDays(started, -1);
}

/** `As known at the end of 30 November 2026 (UTC)`, or up to which moment, when that day was not over. */
export function knownInWords({
  knownAt,
  knownUntil,
  provisional,
}: Pick<StatementHead, 'knownAt' | 'knownUntil' | 'provisional'>): string {
  return provisional
    ? `As known on ${dayInWords(knownAt)} at ${knownUntil.slice(11, 19)} UTC; the day was not over`
    : `As known at the end of ${dayInWords(knownAt)} (24:00 UTC)`;
}

/** The heading of a section. */
export const sectionInWords = ({ currency, converted }: { currency: string; converted: boolean }): string =>
  converted ? `All currencies, converted to ${currency}` : currency;

/** What stands under every page: which ledger the statement is of, and how to find it there. */
export function evidenceInWords({ ledgerSize, checkpoint }: StatementEvidence, rootDigits = 64): string {
  if (checkpoint === null) return `Ledger of ${ledgerSize} entries; no checkpoint was signed yet`;
  const { origin, size, root } = checkpoint;
  const covers = size >= ledgerSize ? '' : `, of ${ledgerSize}`;
  return `Ledger ${origin}, size ${size}${covers}, root ${root.slice(0, rootDigits)}${rootDigits < root.length ? '…' : ''}`;
}
