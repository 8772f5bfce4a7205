import type { StatementKind, StatementParameters } from '../../schemas/statement.ts';
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
