import { isDay } from '../days.ts';
import { readBalance, readHead, readPosting } from './beancount-lines.ts';
import { ACCOUNT, beforeComment, isFlag, readString } from './beancount-tokens.ts';
import { emptyFacts, isReservedKey, keyOfMetadata, WRITERS_KEYS } from './metadata-text.ts';
import {
  TextFindings,
  type ParsedText,
  type TextAssertion,
  type TextPosting,
  type TextTransaction,
} from './text-ledger.ts';

const DIRECTIVE = /^(\d{4})[-/](\d{2})[-/](\d{2})(\s+)(\S+)/;
const FACT = /^([a-z][A-Za-z0-9_-]*):(?:\s+(.*)|\s*)$/s;
const MARKS = /^(?:[#^][A-Za-z0-9/_.-]+\s*)+(?:;.*)?$/s;
/** They change what other lines mean: without them, nothing of the file is what it says. */
const CHANGES_THE_REST: ReadonlySet<string> = new Set(['option', 'plugin', 'include', 'pushmeta', 'popmeta']);
/** Lines that begin like this are comments, or headings of an outline. */
const COMMENT = /^(?:[;*:#!&?%]|\s*;|\s*$)/;
const LEFT_OUT: ReadonlySet<string> = new Set([
  'close',
  'note',
  'event',
  'price',
  'query',
  'document',
  'custom',
  'commodity',
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

/** What indented lines belong to. Those of what was refused say nothing by themselves. */
type Above =
  | { readonly kind: 'nothing' | 'refused' | 'directive' }
  | { readonly kind: 'open'; readonly account: string }
  | { readonly kind: 'transaction'; readonly draft: Draft };

class BeancountReader {
  readonly #found = new TextFindings();
  readonly #transactions: TextTransaction[] = [];
  readonly #assertions: (TextAssertion & { day: string })[] = [];
  readonly #accountIds = new Map<string, string>();
  readonly #pushed: string[] = [];
  #above: Above = { kind: 'nothing' };
  #transactionCount = 0;

  line(text: string, line: number): void {
    if (this.#found.isTooLong(text, line)) return;
    if (/^[ \t]+\S/.test(text)) return this.#indented(text, line);
    // Neither ends a transaction.
    if (/^(?:[ \t]+$|;)/.test(text)) return;
    this.#endTransaction();
    this.#above = { kind: 'nothing' };
    const dated = DIRECTIVE.exec(text);
    if (dated !== null) this.#above = this.#dated(text, line, dated);
    else if (!COMMENT.test(text)) this.#undated(text, line);
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
    if (CHANGES_THE_REST.has(word))
      return this.#found.refuse(
        line,
        1,
        'directive_unknown',
        `"${what}" is not read here: it would change what the rest means, so nothing of the file is posted`,
        'Let beancount write one plain file (bean-query FILE print, of the package beanquery), and import that',
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
  ): Above {
    const day = `${year}-${month}-${date}`;
    const column = 11 + space.length;
    const rest = text.slice(head.length);
    const refuse = (at: number, code: string, message: string, remedy: string): Above => {
      this.#found.refuse(line, at, code, message, remedy);
      return { kind: 'refused' };
    };
    if (isFlag(word)) this.#transactionCount += 1;
    if (!isDay(day)) return refuse(1, 'day_invalid', `"${day}" is not in the calendar`, 'Correct the date');
    if (word === '!')
      return refuse(
        column,
        'incomplete',
        'This transaction is marked as incomplete (!)',
        'Mark it with * when it is right, or take it out',
      );
    if (isFlag(word)) return this.#transaction(line, day, rest, head.length + 1);
    if (word === 'open') {
      const account = ACCOUNT.exec(rest.trimStart())?.[0];
      if (account !== undefined) return { kind: 'open', account };
      return refuse(column, 'account_malformed', 'No account of beancount follows "open"', 'Correct the line');
    }
    if (word === 'balance') {
      const balance = readBalance(rest, line, head.length + 1);
      if ('code' in balance) this.#found.fault(line, head.length + 1, balance);
      else this.#assertions.push({ ...balance, day });
      return { kind: 'directive' };
    }
    if (word === 'pad')
      return refuse(column, 'pad', '"pad" makes an amount up', 'Write the transaction that it stands for');
    if (!LEFT_OUT.has(word))
      return refuse(
        column,
        'line_unknown',
        `"${word.slice(0, 40)}" is no directive of beancount`,
        'Correct the line, or take it out',
      );
    this.#found.leaveOut(line, `"${word}" lines`);
    return { kind: 'directive' };
  }

  #transaction(line: number, day: string, rest: string, column: number): Above {
    const head = readHead(rest);
    if ('code' in head) {
      this.#found.fault(line, column, head);
      return { kind: 'refused' };
    }
    const { payee, memo, tags, links } = head;
    const draft: Draft = {
      issuesBefore: this.#found.issues.length,
      line,
      day,
      memo,
      metadata: emptyFacts(),
      postings: [],
      tags: [...this.#pushed, ...tags],
      links: [...links],
      reference: null,
    };
    if (payee !== null) draft.metadata['payee'] = payee;
    return { kind: 'transaction', draft };
  }

  #indented(text: string, line: number): void {
    const indent = /^[ \t]+/.exec(text)?.[0].length ?? 0;
    const rest = text.slice(indent);
    const above = this.#above;
    if (rest.startsWith(';') || above.kind === 'refused') return;
    const [fact, key = '', value = ''] = FACT.exec(rest) ?? [];
    if (above.kind === 'nothing' || (above.kind !== 'transaction' && fact === undefined && !MARKS.test(rest)))
      return this.#found.refuse(
        line,
        indent + 1,
        'line_unknown',
        'This line is indented, and belongs to nothing',
        'Begin a transaction above it, or take it out',
      );
    if (fact !== undefined) return this.#fact(key, value, line, indent);
    if (above.kind !== 'transaction') return;
    const { draft } = above;
    if (!MARKS.test(rest)) {
      const posting = readPosting(rest, line, indent + 1);
      return 'code' in posting ? this.#found.fault(line, indent + 1, posting) : void draft.postings.push(posting);
    }
    for (const mark of beforeComment(rest).split(/\s+/))
      (mark.startsWith('#') ? draft.tags : draft.links).push(mark.slice(1));
  }

  #fact(key: string, given: string, line: number, indent: number): void {
    const string = readString(given);
    if (string === null && given.startsWith('"'))
      return this.#found.refuse(
        line,
        indent + key.length + 3,
        'text_unclosed',
        'This text has no closing quote on its line',
        'Close it; a line break in a text is written as \\n',
      );
    const value = string?.value ?? beforeComment(given);
    const above = this.#above;
    if (above.kind === 'open') return void (key === 'countersign-id' && this.#accountIds.set(above.account, value));
    if (above.kind !== 'transaction') return;
    const { draft } = above;
    if (draft.postings.length > 0) return this.#found.leaveOut(line, 'Facts of single postings');
    if (key === 'countersign-id') draft.reference = value;
    if (!WRITERS_KEYS.has(key)) draft.metadata[isReservedKey(key) ? key : keyOfMetadata(key)] = value;
  }

  #endTransaction(): void {
    if (this.#above.kind !== 'transaction') return;
    const { tags, links, issuesBefore, ...transaction } = this.#above.draft;
    if (this.#found.issues.length > issuesBefore) return;
    if (tags.length > 0) transaction.metadata['tags'] = [...new Set(tags)].join(' ');
    // The link of a reversal is of our own making.
    if (links.length > 0 && transaction.reference === null)
      transaction.metadata['links'] = [...new Set(links)].join(' ');
    this.#transactions.push(transaction);
  }
}
