import { exponentOf } from '../../money/currencies.ts';
import { toMajorText } from '../../money/money.ts';
import type { Guard } from '../../schemas/account.ts';

/** What a cell of guards may hold; shown where it holds something else. */
export const GUARD_FORMS =
  '"not below zero", "credit limit USD 100.00", "daily debit limit USD 100.00", "daily credit limit USD 100.00", with "; " between them';

/** Guards in words, amounts in major units: `not below zero; daily debit limit USD 5000.00`. */
export function guardsToText(guards: readonly Guard[]): string {
  return guards.map(guardToText).join('; ');
}

function guardToText(guard: Guard): string {
  if (guard.kind === 'not_below_zero') return 'not below zero';
  const limit = `${guard.currency} ${toMajorText(BigInt(guard.limitMinor), guard.currency)}`;
  return guard.kind === 'credit_limit' ? `credit limit ${limit}` : `daily ${guard.side} limit ${limit}`;
}

const LIMIT = /^(credit limit|daily debit limit|daily credit limit) ([A-Z]{3}) ([0-9]{1,60})(?:\.([0-9]+))?$/i;

/** @returns the guards, or the first part of the text that is none */
export function guardsFromText(text: string): { readonly guards: Guard[] } | { readonly bad: string } {
  const guards: Guard[] = [];
  for (const part of text.split(';').map((one) => one.trim().replace(/\s+/g, ' '))) {
    if (part === '') continue;
    const guard = guardFromText(part);
    if (guard === null) return { bad: part };
    guards.push(guard);
  }
  return { guards };
}

function guardFromText(text: string): Guard | null {
  if (text.toLowerCase() === 'not below zero') return { kind: 'not_below_zero' };
  const [, words = '', code = '', whole = '', fraction = ''] = LIMIT.exec(text) ?? [];
  const currency = code.toUpperCase();
  const exponent = exponentOf(currency);
  if (exponent === undefined || fraction.length > exponent) return null;
  const limitMinor = BigInt(whole + fraction.padEnd(exponent, '0')).toString();
  const kind = words.toLowerCase();
  if (kind === 'credit limit') return { kind: 'credit_limit', currency, limitMinor };
  return { kind: 'daily_limit', currency, side: kind === 'daily debit limit' ? 'debit' : 'credit', limitMinor };
}
