import { minorOf } from './text-number.ts';
import type { TextFault } from './text-ledger.ts';

export const ACCOUNT = /^(?:Assets|Liabilities|Equity|Income|Expenses)(?::[\p{Lu}\p{Lo}\p{Nd}][\p{L}\p{Nd}-]*)+/u;
/** A tag or a link. */
export const MARK = /^([#^])([A-Za-z0-9/_.-]+)/;
/** A letter takes a space behind it, or it would begin an account. */
export const POSTING_FLAG = /^(?:([*!&#?%])\s*|([A-Z])\s+)/;

/** Where there are no texts in quotes. Without a pattern: white space before a comment is as long as a file wants. */
export function beforeComment(text: string): string {
  const at = text.indexOf(';');
  return (at < 0 ? text : text.slice(0, at)).trimEnd();
}

export const isFlag = (word: string): boolean => /^(?:txn|[*!&#?%A-Z])$/.test(word);

/** Sign, whole digits with or without grouping, decimals. */
export const NUMBER = /^([+-]?)\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]*)?/;
const CURRENCY = /^\s*([A-Z][A-Z0-9'._-]*)/;

export type ReadAmount = { readonly minor: bigint; readonly currency: string } | TextFault;

/** `NUMBER CURRENCY` and nothing else: what beancount weighs or computes is refused. */
export function readAmount(text: string): ReadAmount {
  const number = NUMBER.exec(text);
  const after = number === null ? '' : text.slice(number[0].length);
  if (number === null || /^\s*[-+*/(]/.test(after))
    return {
      at: 0,
      code: 'amount_unreadable',
      message: `"${text.slice(0, 40)}" is no plain number`,
      remedy: 'Write the number itself, without an expression',
    };
  const currency = CURRENCY.exec(after);
  if (currency === null)
    return {
      at: number[0].length,
      code: 'currency_missing',
      message: 'The number has no currency behind it',
      remedy: 'Write a code such as USD behind it',
    };
  const end = number[0].length + currency[0].length;
  if (text.slice(end).trim() !== '')
    return {
      at: end + 1,
      code: 'price_or_cost',
      message: 'Costs and prices are not read: a journal is balanced in each of its currencies',
      remedy: 'Write both currencies against an account that holds the currency position, such as Equity:Fx-position',
    };
  const minor = minorOf(plain(number), currency[1] ?? '');
  return typeof minor === 'bigint' ? { minor, currency: currency[1] ?? '' } : { at: 0, ...minor };
}

export const plain = ([, sign = '', whole = '', fraction = '']: RegExpExecArray): string =>
  `${sign}${whole.replaceAll(',', '')}${fraction}`;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** A text in quotes at the beginning; null when there is none, or it does not end. */
export function readString(text: string): { readonly value: string; readonly length: number } | null {
  const match = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  if (match === null) return null;
  const value = (match[1] ?? '').replace(/\\(.)/gs, (_, one: string) => ESCAPES[one] ?? one);
  return { value, length: match[0].length };
}
