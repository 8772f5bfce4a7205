import { isDay } from '../days.ts';
import { isReservedKey, keyOfMetadata } from './metadata-text.ts';
import { NUMBER, plain, readAmount, readString } from './beancount-tokens.ts';
import { minorOf } from './text-number.ts';
import {
  TextFindings,
  type ParsedText,
  type TextAssertion,
  type TextPosting,
  type TextTransaction,
} from './text-ledger.ts';

const ACCOUNT = /^(?:Assets|Liabilities|Equity|Income|Expenses)(?::[\p{Lu}\p{Lo}\p{Nd}][\p{L}\p{Nd}-]*)+/u;
const DIRECTIVE = /^(\d{4})[-/](\d{2})[-/](\d{2})(\s+)(\S+)/;
const FLAGS = /^(?:txn|[*!&#?%PSTCURM])$/;
/** Lines that begin like this are comments, or headings of an outline. */
const COMMENT = /^(?:[;*:#!&?%]|\s*;|\s*$)/;
const LEFT_OUT: ReadonlySet<string> = new Set(['note', 'event', 'price', 'query', 'document', 'custom', 'commodity']);

/** Facts under these keys are the writer's own, and are not taken for the user's. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'countersign-id',
  'recorded-at',
  'source',
  'execution',
  'reverses',
  'late-for',
  'linked-group',
]);

/**
 * Read the commonly used part of beancount ("Beancount Language Syntax"): transactions with tags, links, metadata and one
 * amount left open; `open`, `close`, `commodity`; `balance`, which is checked later. What has no place in a ledger of
 * money, or would need beancount itself (`pad`, costs and prices, expressions, plugins, includes), is refused by line and
 * column; notes, prices and the like are left out and said.
 */
export function parseBeancount(text: string): ParsedText {
  const reader = new BeancountReader();
  text.split(/\r\n|\r|\n/).forEach((line, at) => reader.line(line, at + 1));
  return reader.finish();
}

interface Draft {
  /** Of issues, when it began: with one more, the transaction is not taken. */
  readonly issuesBefore: number;
  readonly line: number;
  readonly day: string;
  readonly memo: string;
  readonly metadata: Record<string, string>;
  readonly postings: TextPosting[];
  readonly tags: string[];
  readonly links: string[];
  reference: string | null;
}

class BeancountReader {
  readonly #found = new TextFindings();
  readonly #transactions: TextTransaction[] = [];
  readonly #assertions: (TextAssertion & { day: string })[] = [];
  readonly #accountIds = new Map<string, string>();
  readonly #pushed: string[] = [];
  #current: Draft | null = null;
  #transactionCount = 0;
  /** The account whose `open` the indented lines belong to. */
  #opening: string | null = null;
  #skipping = false;

  line(text: string, line: number): void {
    if (/^[ \t]+\S/.test(text)) return this.#indented(text, line);
    // Neither ends a transaction.
    if (/^(?:[ \t]+$|;)/.test(text)) return;
    this.#endTransaction();
    this.#opening = null;
    this.#skipping = false;
    const dated = DIRECTIVE.exec(text);
    if (dated !== null) return this.#dated(text, line, dated);
    if (COMMENT.test(text)) return;
    this.#undated(text, line);
  }

  finish(): ParsedText {
    this.#endTransaction();
    return {
      transactions: this.#transactions,
      accountIds: this.#accountIds,
      assertions: this.#assertions,
      transactionCount: this.#transactionCount,
      issues: this.#found.toList(),
    };
  }

  #undated(text: string, line: number): void {
    const [word = ''] = text.split(/\s/);
    const tag = /^\S+\s+#(\S+)/.exec(text)?.[1];
    if (word === 'pushtag' && tag !== undefined) return void this.#pushed.push(tag);
    if (word === 'poptag' && tag !== undefined) {
      const at = this.#pushed.lastIndexOf(tag);
      return void (at >= 0 && this.#pushed.splice(at, 1));
    }
    if (word === 'option' && !/^option\s+"name_/.test(text)) return this.#found.leaveOut(line, '"option" lines');
    const what = word.slice(0, 40);
    if (['option', 'plugin', 'include', 'pushmeta', 'popmeta'].includes(word))
      return this.#found.refuse(
        line,
        1,
        'directive_unknown',
        `"${what}" is not read here: it would change what the rest means`,
        'Let beancount write one plain file (bean-report print, or bean-query), and import that',
      );
    this.#found.refuse(
      line,
      1,
      'line_unknown',
      `"${what}" begins no line of beancount that is read here`,
      'Correct the line, or take it out',
    );
  }

  #dated(
    text: string,
    line: number,
    [head, year = '', month = '', date = '', space = '', word = '']: RegExpExecArray,
  ): void {
    const day = `${year}-${month}-${date}`;
    const column = 11 + space.length;
    const rest = text.slice(head.length);
    if (!isDay(day))
      return this.#refuseBlock(line, 1, 'day_invalid', `"${day}" is not in the calendar`, 'Correct the date');
    if (FLAGS.test(word)) this.#transactionCount += 1;
    if (FLAGS.test(word)) return this.#transaction(line, day, word, rest, column, head.length);
    if (word === 'open') {
      this.#opening = ACCOUNT.exec(rest.trimStart())?.[0] ?? null;
      if (this.#opening === null)
        this.#found.refuse(
          line,
          column,
          'account_malformed',
          'No account of beancount follows "open"',
          'Correct the line',
        );
      return;
    }
    this.#skipping = true;
    if (word === 'close') return this.#found.leaveOut(line, '"close" lines');
    if (word === 'balance') return this.#balance(line, day, rest, head.length);
    if (word === 'pad')
      return this.#found.refuse(
        line,
        column,
        'pad',
        '"pad" makes an amount up',
        'Write the transaction that it stands for',
      );
    if (LEFT_OUT.has(word)) return this.#found.leaveOut(line, `"${word}" lines`);
    this.#found.refuse(
      line,
      column,
      'directive_unknown',
      `"${word.slice(0, 40)}" is no directive of beancount`,
      'Correct the line, or take it out',
    );
  }

  #refuseBlock(line: number, column: number, code: string, message: string, remedy: string): void {
    this.#found.refuse(line, column, code, message, remedy);
    this.#skipping = true;
  }

  #transaction(line: number, day: string, flag: string, rest: string, column: number, offset: number): void {
    if (flag === '!')
      return this.#refuseBlock(
        line,
        column,
        'incomplete',
        'This transaction is marked as incomplete (!)',
        'Mark it with * when it is right, or take it out',
      );
    const strings: string[] = [];
    const draft = {
      line,
      day,
      metadata: {},
      postings: [],
      tags: [...this.#pushed],
      links: [] as string[],
      reference: null,
      issuesBefore: this.#found.issues.length,
    };
    for (let at = 0; at < rest.length;) {
      const left = rest.slice(at);
      const space = /^[\s|]+/.exec(left)?.[0].length ?? 0;
      if (space > 0) {
        at += space;
        continue;
      }
      if (left.startsWith(';')) break;
      const string = readString(left);
      const mark = /^([#^])([A-Za-z0-9/_.-]+)/.exec(left);
      if (string !== null) strings.push(string.value);
      else if (mark !== null) (mark[1] === '#' ? draft.tags : draft.links).push(mark[2] ?? '');
      else
        return this.#refuseBlock(
          line,
          offset + at + 1,
          'line_unknown',
          `"${left.slice(0, 30)}" is not understood here`,
          'Close each text with a quote, on its own line; then tags and links',
        );
      at += string?.length ?? mark?.[0].length ?? 1;
    }
    const memo = strings.at(-1) ?? '';
    this.#current = { ...draft, memo };
    if (strings.length > 1) this.#current.metadata['payee'] = strings[0] ?? '';
  }

  #balance(line: number, day: string, rest: string, offset: number): void {
    const space = /^\s*/.exec(rest)?.[0].length ?? 0;
    const account = ACCOUNT.exec(rest.slice(space))?.[0];
    const column = offset + space + 1;
    const form = 'Write: DATE balance ACCOUNT NUMBER CURRENCY';
    if (account === undefined)
      return this.#found.refuse(line, column, 'account_malformed', 'No account of beancount follows "balance"', form);
    const amount = /^\s+([^~;]+?)\s*(?:~\s*([0-9.,]+)\s*)?([A-Z][A-Z0-9'._-]*)\s*(?:;.*)?$/.exec(
      rest.slice(space + account.length),
    );
    const number = NUMBER.exec(amount?.[1] ?? '');
    if (amount === null || number === null || number[0].length !== amount[1]?.length)
      return this.#found.refuse(
        line,
        column + account.length + 1,
        'amount_unreadable',
        'The balance has no plain number and currency',
        form,
      );
    const currency = amount[3] ?? '';
    const minor = minorOf(plain(number), currency);
    // A tolerance finer than the minor unit is none.
    const tolerance = minorOf((amount[2] ?? '0').replaceAll(',', '').replace(/(\.\d{0,4})\d*$/, '$1'), currency);
    if (typeof minor !== 'bigint')
      return this.#found.refuse(line, column + account.length + 1, minor.code, minor.message, minor.remedy);
    this.#assertions.push({
      line,
      column,
      day,
      account,
      amountMinor: minor,
      currency,
      toleranceMinor: typeof tolerance === 'bigint' ? tolerance : 0n,
      below: true,
      sole: false,
    });
  }

  #indented(text: string, line: number): void {
    const indent = /^[ \t]+/.exec(text)?.[0].length ?? 0;
    const rest = text.slice(indent);
    if (rest.startsWith(';') || this.#skipping) return;
    const fact = /^([a-z][A-Za-z0-9_-]*):(?:\s+(.*)|\s*)$/.exec(rest);
    if (fact !== null) return this.#fact(fact[1] ?? '', fact[2] ?? '', line, indent);
    const draft = this.#current;
    if (draft === null) {
      if (this.#opening === null)
        this.#found.refuse(
          line,
          indent + 1,
          'line_unknown',
          'This line is indented, and belongs to nothing',
          'Begin a transaction above it, or take it out',
        );
      return;
    }
    const marks = /^(?:[#^][A-Za-z0-9/_.-]+\s*)+(?:;.*)?$/.exec(rest);
    if (marks === null) return this.#posting(draft, rest, line, indent);
    for (const mark of rest.replace(/;.*$/, '').trim().split(/\s+/))
      (mark.startsWith('#') ? draft.tags : draft.links).push(mark.slice(1));
  }

  #fact(key: string, given: string, line: number, indent: number): void {
    const string = readString(given);
    const unclosed = string === null && given.startsWith('"');
    if (unclosed)
      return this.#found.refuse(
        line,
        indent + key.length + 3,
        'text_unclosed',
        'This text has no closing quote on its line',
        'Close it; a line break in a text is written as \\n',
      );
    const value = string?.value ?? given.replace(/\s*;.*$/, '').trim();
    if (this.#opening !== null) return void (key === 'countersign-id' && this.#accountIds.set(this.#opening, value));
    const draft = this.#current;
    if (draft === null) return;
    if (draft.postings.length > 0) return this.#found.leaveOut(line, 'Facts of single postings');
    if (key === 'countersign-id') draft.reference = value;
    if (!OWN_KEYS.has(key)) draft.metadata[isReservedKey(key) ? key : keyOfMetadata(key)] = value;
  }

  #posting(draft: Draft, rest: string, line: number, indent: number): void {
    const flag = /^([*!&#?%PSTCURM])\s+/.exec(rest);
    const start = flag?.[0].length ?? 0;
    const account = ACCOUNT.exec(rest.slice(start))?.[0];
    const column = indent + start + 1;
    if (flag?.[1] === '!')
      this.#found.refuse(
        line,
        indent + 1,
        'incomplete',
        'This posting is marked as incomplete (!)',
        'Take the mark out when it is right',
      );
    if (account === undefined)
      return this.#found.refuse(
        line,
        column,
        'account_malformed',
        `"${rest.slice(start, start + 40)}" begins with no account of beancount`,
        'Write an account such as Assets:Bank',
      );
    const after = rest.slice(start + account.length);
    const amount = after.replace(/\s*;.*$/, '');
    const posting = { line, column, account, assertion: null };
    if (amount.trim() === '') return void draft.postings.push({ ...posting, amount: null });
    const at = column + account.length + (/^\s*/.exec(amount)?.[0].length ?? 0);
    const read = readAmount(amount.trim());
    if ('code' in read) return this.#found.refuse(line, at + read.at, read.code, read.message, read.remedy);
    draft.postings.push({ ...posting, amount: read });
  }

  #endTransaction(): void {
    const draft = this.#current;
    if (draft === null) return;
    this.#current = null;
    const { tags, links, issuesBefore, ...transaction } = draft;
    if (this.#found.issues.length > issuesBefore) return;
    if (tags.length > 0) draft.metadata['tags'] = [...new Set(tags)].join(' ');
    // The link of a reversal is of our own making.
    if (links.length > 0 && draft.reference === null) draft.metadata['links'] = [...new Set(links)].join(' ');
    this.#transactions.push(transaction);
  }
}
