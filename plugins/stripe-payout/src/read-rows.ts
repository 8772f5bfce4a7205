import { exponentOf } from '@countersign/domain/money/currencies';
import { formatMoney } from '@countersign/domain/money/money';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import { toStripeAmount } from '@countersign/domain/money/stripe-exponents';
import { stripeMinimum } from '@countersign/domain/money/stripe-minimums';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { Table, TableRow } from '@countersign/plugin-sdk';
import type { RowFault } from './row-problem.ts';

export type Mode = 'amounts' | 'sweep';

/** One row of the file, read by itself: nothing of the other rows or of Stripe is known yet. */
export interface PayoutRow {
  readonly line: number;
  readonly reference: string;
  /** The form under which a reference can be used only once. */
  readonly key: string;
  readonly account: string;
  readonly currency: string;
  readonly description: string;
  /** Null when it can't be read, and in a sweep, where the balance decides. */
  readonly amountMinor: bigint | null;
  readonly faults: readonly RowFault[];
}

const ACCOUNT = /^acct_[A-Za-z0-9]{1,60}$/;
const MAX_REFERENCE_LENGTH = 200;
const MAX_DESCRIPTION_LENGTH = 300;
/** What can't be seen must not make two references different. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/u;
/** In these cells a formula can only be a mistake, or an attack on the next spreadsheet. */
const NO_FORMULA = ['reference', 'account', 'amount', 'currency'] as const;

export function readRows(table: Table, mode: Mode, defaultDescription: string): PayoutRow[] {
  return table.rows.map((row) => readRow(row, mode, table.decimal, defaultDescription));
}

function readRow({ line, cells }: TableRow, mode: Mode, decimal: '.' | ',', defaultDescription: string): PayoutRow {
  const { reference = '', account = '', amount = '', currency = '', description = '' } = cells;
  const key = normalizeReference(reference);
  const faults: RowFault[] = NO_FORMULA.flatMap((column) => formulaFault(column, cells[column] ?? ''));
  const isFormula = (column: string): boolean => faults.some((fault) => fault.column === column);
  if (!isFormula('reference')) faults.push(...referenceFaults(reference, key));
  if (!isFormula('account')) faults.push(...accountFaults(account));
  if (!isFormula('currency')) faults.push(...currencyFaults(currency));
  if (description.length > MAX_DESCRIPTION_LENGTH) {
    faults.push({
      column: 'description',
      code: 'description_too_long',
      message: `The description has ${description.length} characters`,
      remedy: `Shorten it to ${MAX_DESCRIPTION_LENGTH}`,
    });
  }
  const read = isFormula('amount') ? { amountMinor: null, faults: [] } : readAmount(amount, currency, mode, decimal);
  faults.push(...read.faults);
  return {
    line,
    reference,
    key,
    account,
    currency,
    description: description === '' ? defaultDescription : description,
    amountMinor: read.amountMinor,
    faults,
  };
}

function formulaFault(column: string, cell: string): RowFault[] {
  if (!cell.startsWith('=')) return [];
  return [
    {
      column,
      code: 'formula',
      message: `"${short(cell)}" is a formula`,
      remedy: 'Put in the value itself: in a spreadsheet, copy the column and paste it as values',
    },
  ];
}

function referenceFaults(reference: string, key: string): RowFault[] {
  const fault = (code: string, message: string, remedy: string): RowFault[] => [
    { column: 'reference', code, message, remedy },
  ];
  if (key === '')
    return fault(
      'reference_missing',
      'The reference is empty',
      'Give each payout a reference of its own; it makes sure that it is paid once',
    );
  if (Math.max(reference.length, key.length) > MAX_REFERENCE_LENGTH)
    return fault(
      'reference_too_long',
      `The reference has ${reference.length} characters`,
      `Shorten it to ${MAX_REFERENCE_LENGTH}`,
    );
  if (INVISIBLE.test(reference))
    return fault(
      'reference_characters',
      'The reference has a line break or an invisible character in it',
      'Type the reference anew',
    );
  return [];
}

function accountFaults(account: string): RowFault[] {
  if (ACCOUNT.test(account)) return [];
  const message = account === '' ? 'The account is empty' : `"${short(account)}" is not a connected account of Stripe`;
  return [
    {
      column: 'account',
      code: account === '' ? 'account_missing' : 'account_malformed',
      message,
      remedy: "Use the account's id from Stripe; it begins with acct_",
    },
  ];
}

function currencyFaults(currency: string): RowFault[] {
  if (exponentOf(currency) !== undefined) return [];
  const remedy =
    exponentOf(currency.toUpperCase()) === undefined
      ? 'Use a code such as USD, EUR or JPY'
      : `Write ${currency.toUpperCase()}, in capitals`;
  const message = currency === '' ? 'The currency is empty' : `"${short(currency)}" is not a currency code of ISO 4217`;
  return [{ column: 'currency', code: currency === '' ? 'currency_missing' : 'currency_unknown', message, remedy }];
}

interface ReadAmount {
  readonly amountMinor: bigint | null;
  readonly faults: readonly RowFault[];
}

/** An amount without a known currency has no meaning: the currency's fault stands for both. */
function readAmount(amount: string, currency: string, mode: Mode, decimal: '.' | ','): ReadAmount {
  const fault = (code: string, message: string, remedy: string, amountMinor: bigint | null = null): ReadAmount => ({
    amountMinor,
    faults: [{ column: 'amount', code, message, remedy }],
  });
  if (mode === 'sweep') {
    if (amount === '') return { amountMinor: null, faults: [] };
    return fault(
      'amount_in_sweep',
      `The amount is "${short(amount)}", but a sweep pays out what is there`,
      'Leave the amount empty, or run the file by its amounts',
    );
  }
  if (exponentOf(currency) === undefined) return { amountMinor: null, faults: [] };
  const parsed = parseAmount(amount, currency, decimal);
  if (!parsed.ok) return fault(parsed.code, parsed.message, parsed.remedy);
  const { amountMinor } = parsed;
  const stripe = toStripeAmount(amountMinor, currency);
  if (!stripe.ok) return fault(stripe.code, stripe.message, 'Change the amount, or pay it in another way', amountMinor);
  const minimum = stripeMinimum(currency);
  if (minimum !== undefined && amountMinor < minimum.minimumMinor) {
    return fault(
      'below_minimum',
      `Stripe pays out at least ${formatMoney(minimum.minimumMinor, currency)}; this is ${formatMoney(amountMinor, currency)}`,
      `Collect it into a larger payout (the minimum is from ${minimum.source})`,
      amountMinor,
    );
  }
  return { amountMinor, faults: [] };
}

function short(cell: string): string {
  return cell.length > 60 ? `${cell.slice(0, 59)}\u2026` : cell;
}
