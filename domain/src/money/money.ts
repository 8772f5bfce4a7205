import { AppError } from '../errors.ts';
import { exponentOf } from './currencies.ts';

/** An amount of money in memory: integer minor units of an ISO 4217 currency. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** Minor units as they are stored and sent: a decimal integer string without leading zeros. */
export type MinorString = string;

const MINOR = /^(0|-?[1-9][0-9]{0,77})$/;

export function isMinorString(text: string): boolean {
  return MINOR.test(text);
}

/** Stored minor units to memory. @throws AppError `invalid_argument` when it is no canonical integer. */
export function toMinor(text: MinorString): bigint {
  if (!MINOR.test(text)) throw new AppError('invalid_argument', `"${text}" is not an integer count of minor units`);
  return BigInt(text);
}

export function fromMinor(amountMinor: bigint): MinorString {
  return amountMinor.toString();
}

export function sumMinor(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** Major-unit text with the currency's own decimals and no grouping: 123456n USD is `1234.56`. */
export function toMajorText(amountMinor: bigint, currency: string): string {
  const exponent = requireExponent(currency);
  const sign = amountMinor < 0n ? '-' : '';
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** For people: grouped by thousands, with a true minus sign (U+2212). The currency stands apart: `1,234.56`. */
export function formatAmount(amountMinor: bigint, currency: string): string {
  const text = toMajorText(amountMinor, currency);
  const negative = text.startsWith('-');
  const [whole = '0', fraction] = (negative ? text.slice(1) : text).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${negative ? '\u2212' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Currency code and amount, for a sentence: `USD 48,210.55`. */
export function formatMoney(amountMinor: bigint, currency: string): string {
  return `${currency} ${formatAmount(amountMinor, currency)}`;
}

export function requireExponent(currency: string): number {
  const exponent = exponentOf(currency);
  if (exponent === undefined) throw new AppError('invalid_argument', `"${currency}" is not an ISO 4217 currency`);
  return exponent;
}
