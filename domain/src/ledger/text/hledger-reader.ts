import { isDay } from '../days.ts';
import { HledgerAmounts } from './hledger-amounts.ts';
import { postingDateOf, splitComment, tagsOf } from './hledger-comments.ts';
import { emptyFacts, isReservedKey, keyOfMetadata, textOfTag, WRITERS_KEYS } from './metadata-text.ts';
import {
  TextFindings,
  type ParsedText,
  type TextFault,
  type TextPosting,
  type TextTransaction,
} from './text-ledger.ts';

const DATE = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(=\S+)?(?=\s|$)/;
const COMMENT = /^[;#*]/;
/** Directives that change no amount. */
const LEFT_OUT: ReadonlySet<string> = new Set(['payee', 'tag', 'P', 'N', 'C']);
const OWN_KEYS: ReadonlySet<string> = new Set([...WRITERS_KEYS, 'countersign-check', 'links']);
/**
 * Read the commonly used part of an hledger journal (hledger manual, "Journal"): transactions with status, code,
 * description, tags and one amount left open; `account`, `commodity`, `decimal-mark`; balance assertions, which are
 * checked later. What would need hledger itself (prices, balance assignments, virtual postings, rules, aliases,
 * includes) is refused by line and column.
 */
export function parseHledger(text: string): ParsedText {
  const reader = new HledgerReader(/^; Exported by Countersign /m.test(text.slice(0, 2000)));
  text.split(/\r\n|\r|\n/).forEach((line, at) => reader.line(line, at + 1));
  return reader.finish();
}

interface Draft {
  /** Of issues, when it began: with one more, the transaction is not taken. */
  readonly issuesBefore: number;
  readonly line: number;
  readonly day: string;
  memo: string;
  readonly code: string | null;
  readonly metadata: Record<string, string>;
  readonly postings: TextPosting[];
}

/** What indented lines belong to. Those of what was refused say nothing by themselves. */
type Above =
  | { readonly kind: 'nothing' | 'refused' | 'commodity' | 'directive' }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'transaction'; readonly draft: Draft };

class HledgerReader {
  /** Whether tags are in the form that our own writer gives them. */
  readonly #ours: boolean;
  readonly #found = new TextFindings();
  readonly #transactions: TextTransaction[] = [];
  readonly #accountIds = new Map<string, string>();
  readonly #amounts = new HledgerAmounts();
  #above: Above = { kind: 'nothing' };
  #transactionCount = 0;
  #inComment = false;

  constructor(ours: boolean) {
    this.#ours = ours;
  }

  line(text: string, line: number): void {
    if (this.#inComment) return void (this.#inComment = text.trimEnd() !== 'end comment');
    if (this.#found.isTooLong(text, line)) return;
    if (/^[ \t]+\S/.test(text)) return this.#indented(text, line);
    // A blank line ends a transaction too.
    this.#endTransaction();
    this.#above = { kind: 'nothing' };
    if (text.trim() === '' || COMMENT.test(text)) return;
    const date = DATE.exec(text);
    this.#above = date === null ? this.#directive(text, line) : this.#transaction(text, line, date);
  }

  finish(): ParsedText {
    this.#endTransaction();
    return {
      transactions: this.#transactions,
      accountIds: this.#accountIds,
      assertions: [],
      transactionCount: this.#transactionCount,
      issues: this.#found.toList(),
    };
  }

  #directive(text: string, line: number): Above {
    const [word = ''] = text.split(/\s/);
    const rest = splitComment(text.slice(word.length)).before.trim();
    if (word === 'comment') {
      this.#inComment = true;
      return { kind: 'nothing' };
    }
    if (word === 'decimal-mark' && this.#amounts.decimalMark(rest)) return { kind: 'directive' };
    if (word === 'account') return { kind: 'account', account: rest.split(/\s{2,}|\t/)[0] ?? '' };
    if (word === 'commodity') {
      this.#amounts.form(rest);
      return { kind: 'commodity' };
    }
    if (LEFT_OUT.has(word)) {
      this.#found.leaveOut(line, `"${word}" lines`);
      return { kind: 'directive' };
    }
    this.#found.refuse(
      line,
      1,
      'directive_unknown',
      `"${word.slice(0, 40)}" is not read here: it would change what the rest means, or is no line of an hledger journal; so nothing of the file is posted`,
      'Let hledger write one plain file (hledger print -x), and import that',
    );
    return { kind: 'refused' };
  }

  #transaction(text: string, line: number, [head, year = '', , month = '', date = '', second]: RegExpExecArray): Above {
    this.#transactionCount += 1;
    const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
    const refuse = (column: number, code: string, message: string, remedy: string): Above => {
      this.#found.refuse(line, column, code, message, remedy);
      return { kind: 'refused' };
    };
    if (!isDay(day)) return refuse(1, 'day_invalid', `"${day}" is not in the calendar`, 'Correct the date');
    if (second !== undefined)
      return refuse(
        head.length - second.length + 1,
        'second_date',
        'A second date has no place in a journal',
        'Keep the one that it counts for',
      );
    const { comment, before } = splitComment(text.slice(head.length));
    const [, status, code, description = ''] = /^\s*([*!](?=\s|\(|$))?\s*(?:\(([^)]*)\))?\s*(.*)$/s.exec(before) ?? [];
    if (status === '!')
      return refuse(
        head.length + 2,
        'incomplete',
        'This transaction is marked as pending (!)',
        'Mark it with * when it is right, or take it out',
      );
    if (code === undefined && description.startsWith('('))
      return refuse(head.length + 2, 'code_unclosed', 'The bracket of this code is not closed', 'Close it with ")"');
    const draft: Draft = {
      issuesBefore: this.#found.issues.length,
      line,
      day,
      memo: description.trim(),
      code: code === undefined || code.trim() === '' ? null : code.trim(),
      metadata: emptyFacts(),
      postings: [],
    };
    this.#tags(draft, comment);
    return { kind: 'transaction', draft };
  }

  #indented(text: string, line: number): void {
    const indent = /^[ \t]+/.exec(text)?.[0].length ?? 0;
    const rest = text.slice(indent);
    const above = this.#above;
    const isComment = rest.startsWith(';');
    switch (above.kind) {
      case 'refused':
        return;
      case 'transaction':
        return isComment
          ? this.#comment(above.draft, rest.slice(1), line, indent)
          : this.#posting(above.draft, rest, line, indent);
      case 'account': {
        // hledger passes over what else stands there.
        if (!isComment) return this.#found.leaveOut(line, 'Lines below "account"');
        const id = tagsOf(rest.slice(1)).find(([key]) => key === 'countersign-id')?.[1];
        return void (id !== undefined && this.#accountIds.set(above.account, textOfTag(id)));
      }
      case 'commodity':
        if (/^format\s/.test(rest)) return this.#amounts.form(splitComment(rest.slice('format'.length)).before.trim());
        break;
      case 'directive':
      case 'nothing':
        break;
    }
    if (!isComment)
      this.#found.refuse(
        line,
        indent + 1,
        'line_unknown',
        'This line is indented, and belongs to nothing',
        'Begin a transaction above it, or take it out',
      );
  }

  #comment(draft: Draft, comment: string, line: number, indent: number): void {
    if (draft.postings.length === 0) this.#tags(draft, comment);
    else this.#postingComment(comment, line, indent + 1);
  }

  #tags(draft: Draft, comment: string): void {
    for (const [key, given] of tagsOf(comment)) {
      const value = this.#ours ? textOfTag(given) : given;
      if (key === 'memo' && this.#ours) draft.memo = value;
      else if (!this.#ours || !OWN_KEYS.has(key)) draft.metadata[isReservedKey(key) ? key : keyOfMetadata(key)] = value;
    }
  }

  #postingComment(comment: string, line: number, column: number): void {
    const date = postingDateOf(comment);
    if (date !== null)
      this.#found.refuse(
        line,
        column,
        'posting_date',
        `This posting counts for another day than its transaction (${date.slice(0, 20)}); a journal has one`,
        'Make two transactions of it, against an account that holds what is between',
      );
    else if (tagsOf(comment).length > 0) this.#found.leaveOut(line, 'Tags of single postings');
  }

  #posting(draft: Draft, rest: string, line: number, indent: number): void {
    const status = /^([*!])\s*/.exec(rest);
    const start = status?.[0].length ?? 0;
    const { comment, before } = splitComment(rest.slice(start));
    const account = (/^(?:\S|[ \t](?![ \t]))+/.exec(before)?.[0] ?? '').trimEnd();
    const column = indent + start + 1;
    const refuse = (at: number, { code, message, remedy }: TextFault): void =>
      this.#found.refuse(line, at, code, message, remedy);
    const fault = faultOfAccount(account);
    if (status?.[1] === '!') refuse(indent + 1, PENDING);
    if (fault !== null) return refuse(column, fault);
    this.#postingComment(comment, line, column + before.length);
    const behind = before.slice(account.length);
    const at = column + account.length + (/^\s*/.exec(behind)?.[0].length ?? 0);
    const [, given = '', asserted = ''] = /^([^=]*)(.*)$/s.exec(behind.trim()) ?? [];
    const posting = { line, column, account };
    if (given.trim() === '') {
      if (asserted !== '') return refuse(at, ASSIGNMENT);
      return void draft.postings.push({ ...posting, amount: null, assertion: null });
    }
    const amount = this.#amounts.read(given.trim());
    if ('code' in amount) return refuse(at, amount);
    const assertion = asserted === '' ? null : this.#amounts.readAssertion(asserted, account, line, at + given.length);
    if (assertion !== null && 'code' in assertion) return refuse(at + given.length, assertion);
    draft.postings.push({ ...posting, amount, assertion });
  }

  #endTransaction(): void {
    if (this.#above.kind !== 'transaction') return;
    const { code, metadata, issuesBefore, ...transaction } = this.#above.draft;
    if (this.#found.issues.length > issuesBefore) return;
    // Codes of others are numbers of checks and the like: nothing says that one comes once.
    if (code !== null && !this.#ours) metadata['code'] = code;
    this.#transactions.push({ ...transaction, metadata, reference: this.#ours ? code : null });
  }
}

const PENDING: TextFault = {
  code: 'incomplete',
  message: 'This posting is marked as pending (!)',
  remedy: 'Take the mark out when it is right',
};
const ASSIGNMENT: TextFault = {
  code: 'balance_assignment',
  message: 'A balance without an amount makes an amount up',
  remedy: 'Write the amount before the "="',
};

function faultOfAccount(account: string): TextFault | null {
  if (/^[([]/.test(account))
    return {
      code: 'virtual_posting',
      message: `"${account.slice(0, 40)}" is a virtual posting, which has no place in a journal`,
      remedy: 'Take the brackets off, or take it out',
    };
  if (account.includes('\t') || account === '')
    return {
      code: 'account_malformed',
      message: `"${account.replaceAll('\t', ' ').slice(0, 40)}" is all one name to hledger`,
      remedy: 'Write two spaces between account and amount; one space or tab belongs to the name',
    };
  return null;
}
