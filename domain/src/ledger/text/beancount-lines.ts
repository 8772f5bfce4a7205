import {
  ACCOUNT,
  beforeComment,
  MARK,
  NUMBER,
  plain,
  POSTING_FLAG,
  readAmount,
  readString,
} from './beancount-tokens.ts';
import { minorOf } from './text-number.ts';
import type { TextAssertion, TextFault, TextPosting } from './text-ledger.ts';

/** What stands behind date and flag of a transaction. */
export interface Head {
  readonly payee: string | null;
  readonly memo: string;
  readonly tags: readonly string[];
  readonly links: readonly string[];
}

/** Texts, tags and links, then perhaps a comment. */
export function readHead(text: string): Head | TextFault {
  const strings: string[] = [];
  const tags: string[] = [];
  const links: string[] = [];
  for (let at = 0; at < text.length;) {
    const left = text.slice(at);
    const space = /^[\s|]+/.exec(left)?.[0].length ?? 0;
    if (space > 0) {
      at += space;
      continue;
    }
    if (left.startsWith(';')) break;
    const string = readString(left);
    const mark = MARK.exec(left);
    if (string !== null) strings.push(string.value);
    else if (mark !== null) (mark[1] === '#' ? tags : links).push(mark[2] ?? '');
    else
      return {
        at,
        code: 'line_unknown',
        message: `"${left.slice(0, 30)}" is not understood here`,
        remedy: 'Close each text with a quote, on its own line; then tags and links',
      };
    at += string?.length ?? mark?.[0].length ?? 1;
  }
  return { payee: strings.length > 1 ? (strings[0] ?? '') : null, memo: strings.at(-1) ?? '', tags, links };
}

/** `FLAG ACCOUNT NUMBER CURRENCY`, of which the account is enough. Line and column are those of the first character. */
export function readPosting(text: string, line: number, column: number): TextPosting | TextFault {
  const flag = POSTING_FLAG.exec(text);
  if (flag?.[1] === '!')
    return {
      at: 0,
      code: 'incomplete',
      message: 'This posting is marked as incomplete (!)',
      remedy: 'Take the mark out when it is right',
    };
  const start = flag?.[0].length ?? 0;
  const account = ACCOUNT.exec(text.slice(start))?.[0];
  if (account === undefined)
    return {
      at: start,
      code: 'account_malformed',
      message: `"${text.slice(start, start + 40)}" begins with no account of beancount`,
      remedy: 'Write an account such as Assets:Bank',
    };
  const amount = beforeComment(text.slice(start + account.length));
  const posting = { line, column: column + start, account, assertion: null };
  if (amount === '') return { ...posting, amount: null };
  const at = start + account.length + (/^\s*/.exec(amount)?.[0].length ?? 0);
  const read = readAmount(amount.trim());
  return 'code' in read ? { ...read, at: at + (read.at ?? 0) } : { ...posting, amount: read };
}

const BALANCE_FORM = 'Write: DATE balance ACCOUNT NUMBER CURRENCY';

/** What stands behind `balance`. Line and column are those of the first character. */
export function readBalance(text: string, line: number, column: number): TextAssertion | TextFault {
  const space = /^\s*/.exec(text)?.[0].length ?? 0;
  const account = ACCOUNT.exec(text.slice(space))?.[0];
  if (account === undefined)
    return {
      at: space,
      code: 'account_malformed',
      message: 'No account of beancount follows "balance"',
      remedy: BALANCE_FORM,
    };
  const amount = /^\s+([^\s~][^~]*?)\s*(?:~\s*([0-9.,]+)\s*)?([A-Z][A-Z0-9'._-]*)$/.exec(
    beforeComment(text.slice(space + account.length)),
  );
  const number = NUMBER.exec(amount?.[1] ?? '');
  const at = space + account.length + 1;
  if (amount === null || number === null || number[0].length !== amount[1]?.length)
    return {
      at,
      code: 'amount_unreadable',
      message: 'The balance has no plain number and currency',
      remedy: BALANCE_FORM,
    };
  const currency = amount[3] ?? '';
  const minor = minorOf(plain(number), currency);
  if (typeof minor !== 'bigint') return { at, ...minor };
  // A tolerance finer than the minor unit is none.
  const tolerance = minorOf((amount[2] ?? '0').replaceAll(',', '').replace(/(\.\d{0,4})\d*$/, '$1'), currency);
  return {
    line,
    column: column + space,
    account,
    amountMinor: minor,
    currency,
    toleranceMinor: typeof tolerance === 'bigint' ? tolerance : 0n,
    below: true,
    sole: false,
  };
}
