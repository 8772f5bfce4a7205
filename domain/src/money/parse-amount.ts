import { exponentOf } from './currencies.ts';

export type AmountProblem =
  | 'amount_missing'
  | 'amount_not_a_number'
  | 'amount_grouped'
  | 'amount_exponent'
  | 'amount_negative'
  | 'amount_zero'
  | 'amount_decimals'
  | 'amount_too_large'
  | 'currency_unknown';

export type ParsedAmount =
  | { readonly ok: true; readonly amountMinor: bigint }
  | { readonly ok: false; readonly code: AmountProblem; readonly message: string; readonly remedy: string };

/** The longest amount accepted, in digits before the decimal separator. */
const MAX_WHOLE_DIGITS = 15;

/**
 * Read a positive amount in major units, exactly: digits, at most one decimal separator, at most the currency's decimals.
 * Nothing is guessed: grouping, exponents, signs and surplus decimals are refused, never repaired.
 * @param currency ISO 4217 code, upper case
 * @param decimal the decimal separator that the file uses
 */
export function parseAmount(text: string, currency: string, decimal: '.' | ',' = '.'): ParsedAmount {
  const exponent = exponentOf(currency);
  if (exponent === undefined) {
    return refuse(
      'currency_unknown',
      `"${currency}" is not an ISO 4217 currency`,
      'Use a code such as USD, in capitals',
    );
  }
  const cell = text.trim();
  const shape = `Write it as digits${exponent === 0 ? ' only' : ` with at most ${exponent} decimals`}, such as ${sample(exponent, decimal)}`;
  if (cell === '') return refuse('amount_missing', 'The amount is empty', shape);
  if (/^[-\u2212(]/.test(cell))
    return refuse('amount_negative', `"${cell}" is negative`, 'A payout is a positive amount');
  if (/^\+?[0-9.,]+[eE][+-]?[0-9]+$/.test(cell)) {
    return refuse(
      'amount_exponent',
      `"${cell}" is in scientific notation`,
      `Format the column as plain numbers. ${shape}`,
    );
  }
  const other = decimal === '.' ? ',' : '.';
  if (/^[0-9.,' \u00a0\u202f]+$/.test(cell) && (cell.includes(other) || /['\s\u00a0\u202f]/.test(cell))) {
    return refuse(
      'amount_grouped',
      `"${cell}" has a "${cell.match(/[^0-9]/)?.[0] ?? other}" that could mean two things`,
      `Take out the thousands separators. ${shape}`,
    );
  }
  const match = (decimal === '.' ? /^([0-9]+)(?:\.([0-9]+))?$/ : /^([0-9]+)(?:,([0-9]+))?$/).exec(cell);
  if (!match) return refuse('amount_not_a_number', `"${cell}" is not an amount`, shape);
  const whole = (match[1] ?? '').replace(/^0+(?=\d)/, '');
  const fraction = match[2] ?? '';
  if (fraction.length > exponent) {
    return refuse('amount_decimals', `"${cell}" has ${fraction.length} decimals, ${currency} has ${exponent}`, shape);
  }
  if (whole.length > MAX_WHOLE_DIGITS) return refuse('amount_too_large', `"${cell}" is larger than any payout`, shape);
  const amountMinor = BigInt(whole + fraction.padEnd(exponent, '0'));
  if (amountMinor === 0n)
    return refuse('amount_zero', 'The amount is zero', 'Take the row out, or enter what is to be paid');
  return { ok: true, amountMinor };
}

function sample(exponent: number, decimal: string): string {
  return exponent === 0 ? '1250' : `1250${decimal}${'50'.padEnd(exponent, '0').slice(0, exponent)}`;
}

function refuse(code: AmountProblem, message: string, remedy: string): ParsedAmount {
  return { ok: false, code, message, remedy };
}
