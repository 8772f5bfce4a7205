import { exponentOf } from '../../money/currencies.ts';

/** What is wrong with an amount, in words for a person. */
export interface NumberFault {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const MAX_WHOLE_DIGITS = 40;

/**
 * A number in major units as minor units of its currency, exactly. Surplus decimals are taken when they are zeros.
 * @param digits with sign; no grouping, `.` before the decimals
 */
export function minorOf(digits: string, currency: string): bigint | NumberFault {
  const exponent = exponentOf(currency);
  if (exponent === undefined)
    return {
      code: 'currency_unknown',
      message: `"${currency.slice(0, 40)}" is no ISO 4217 currency; the ledger holds money only`,
      remedy: 'Use a code such as USD, or take the transaction out',
    };
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)([0-9]+)(?:\.([0-9]*))?$/.exec(digits) ?? [];
  if (whole === '')
    return {
      code: 'amount_unreadable',
      message: `"${digits.slice(0, 40)}" is no number`,
      remedy: 'Write it as digits',
    };
  if (whole.length > MAX_WHOLE_DIGITS)
    return {
      code: 'amount_too_large',
      message: 'The amount is too large',
      remedy: `Write at most ${MAX_WHOLE_DIGITS} digits`,
    };
  if (/[1-9]/.test(fraction.slice(exponent)))
    return {
      code: 'amount_decimals',
      message: `"${digits}" has more decimals than ${currency}, which has ${exponent}`,
      remedy: 'Round it yourself: nothing is rounded here',
    };
  const minor = BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  return sign === '-' ? -minor : minor;
}
