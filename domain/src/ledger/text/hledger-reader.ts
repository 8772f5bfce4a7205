import { isDay } from '../days.ts';
import { isReservedKey, keyOfMetadata, textOfTag } from './metadata-text.ts';
import { minorOf } from './text-number.ts';
import {
  TextFindings,
  type ParsedText,
  type TextAssertion,
  type TextPosting,
  type TextTransaction,
} from './text-ledger.ts';

const DATE = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(=\S+)?(?=\s|$)/;
const COMMENT = /^[;#*]/;
/** Directives that change no amount. */
const LEFT_OUT: ReadonlySet<string> = new Set(['commodity', 'payee', 'tag', 'P', 'N', 'C', 'I', 'b', 'o', 'i', 'h']);
const OWN_KEYS: ReadonlySet<string> = new Set([
  'countersign-id',
  'countersign-check',
  'recorded-at',
  'source',
  'execution',
  'reverses',
  'late-for',
  'linked-group',
  'links',
]);
const AMOUNT =
  /^(?<before>[A-Z]{3})?\s*(?<sign>[-+]?)\s*(?<early>[A-Z]{3})?\s*(?<number>[0-9][0-9.,]*)\s*(?<after>[A-Z]{3})?/;

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

class HledgerReader {
  /** Whether tags are in the form that our own writer gives them. */
  readonly #ours: boolean;
  readonly #found = new TextFindings();
  readonly #transactions: TextTransaction[] = [];
  readonly #accountIds = new Map<string, string>();
  #decimal: '.' | ',' | null = null;
  #current: Draft | null = null;
  #transactionCount = 0;
  #account: string | null = null;
  #inComment = false;
  #skipping = false;

  constructor(ours: boolean) {
    this.#ours = ours;
  }

  line(text: string, line: number): void {
    if (this.#inComment) return void (this.#inComment = text.trimEnd() !== 'end comment');
    if (/^[ \t]+\S/.test(text)) return this.#indented(text, line);
    // A blank line ends a transaction too.
    this.#endTransaction();
    this.#account = null;
    this.#skipping = false;
    if (text.trim() === '' || COMMENT.test(text)) return;
    const date = DATE.exec(text);
    if (date !== null) this.#transactionCount += 1;
    if (date !== null) return this.#transaction(text, line, date);
    this.#directive(text, line);
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

  #directive(text: string, line: number): void {
    const [word = ''] = text.split(/\s/);
    const rest = text.slice(word.length).trim();
    this.#skipping = true;
    if (word === 'comment') return void (this.#inComment = true);
    if (word === 'decimal-mark' && /^[.,]$/.test(rest)) return void (this.#decimal = rest as '.' | ',');
    if (word === 'account') {
      this.#skipping = false;
      this.#account = rest.split(/\s{2,}|\t|\s*;/)[0] ?? '';
      return;
    }
    if (LEFT_OUT.has(word)) return word === 'commodity' ? undefined : this.#found.leaveOut(line, `"${word}" lines`);
    this.#found.refuse(
      line,
      1,
      'directive_unknown',
      `"${word.slice(0, 40)}" is not read here: it would change what the rest means, or is no line of an hledger journal`,
      'Let hledger write one plain file (hledger print -x), and import that',
    );
  }

  #transaction(text: string, line: number, [head, year = '', , month = '', date = '', second]: RegExpExecArray): void {
    const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
    const refuse = (column: number, code: string, message: string, remedy: string): void => {
      this.#found.refuse(line, column, code, message, remedy);
      this.#skipping = true;
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
    const [, status, code, description = ''] = /^\s*([*!](?=\s|\(|$))?\s*(?:\(([^)]*)\))?\s*(.*)$/.exec(before) ?? [];
    if (status === '!')
      return refuse(
        head.length + 2,
        'incomplete',
        'This transaction is marked as pending (!)',
        'Mark it with * when it is right, or take it out',
      );
    this.#current = {
      issuesBefore: this.#found.issues.length,
      line,
      day,
      memo: description.trim(),
      code: code === undefined || code.trim() === '' ? null : code.trim(),
      metadata: {},
      postings: [],
    };
    this.#tags(comment);
  }

  #indented(text: string, line: number): void {
    const indent = /^[ \t]+/.exec(text)?.[0].length ?? 0;
    const rest = text.slice(indent);
    if (this.#skipping) return;
    const isComment = rest.startsWith(';');
    if (this.#account !== null) {
      const id = isComment ? tagsOf(rest.slice(1)).find(([key]) => key === 'countersign-id')?.[1] : undefined;
      return void (id !== undefined && this.#accountIds.set(this.#account, textOfTag(id)));
    }
    const draft = this.#current;
    if (draft === null) {
      if (!isComment)
        this.#found.refuse(
          line,
          indent + 1,
          'line_unknown',
          'This line is indented, and belongs to nothing',
          'Begin a transaction above it, or take it out',
        );
      return;
    }
    if (!isComment) return this.#posting(draft, rest, line, indent);
    if (draft.postings.length === 0) this.#tags(rest.slice(1));
    else if (tagsOf(rest.slice(1)).length > 0) this.#found.leaveOut(line, 'Tags of single postings');
  }

  #tags(comment: string): void {
    const draft = this.#current;
    if (draft === null) return;
    for (const [key, given] of tagsOf(comment)) {
      const value = this.#ours ? textOfTag(given) : given;
      if (key === 'memo' && this.#ours) draft.memo = value;
      else if (!this.#ours || !OWN_KEYS.has(key)) draft.metadata[isReservedKey(key) ? key : keyOfMetadata(key)] = value;
    }
  }

  #posting(draft: Draft, rest: string, line: number, indent: number): void {
    const status = /^([*!])\s+/.exec(rest);
    const start = status?.[0].length ?? 0;
    const { comment, before } = splitComment(rest.slice(start));
    const account = (/^(?:\S| (?! ))+/.exec(before.replaceAll('\t', '  '))?.[0] ?? '').trimEnd();
    const column = indent + start + 1;
    const refuse = (at: number, code: string, message: string, remedy: string): void =>
      this.#found.refuse(line, at, code, message, remedy);
    if (status?.[1] === '!')
      refuse(indent + 1, 'incomplete', 'This posting is marked as pending (!)', 'Take the mark out when it is right');
    if (/^[([]/.test(account))
      return refuse(
        column,
        'virtual_posting',
        `"${account.slice(0, 40)}" is a virtual posting, which has no place in a journal`,
        'Take the brackets off, or take it out',
      );
    if (tagsOf(comment).length > 0) this.#found.leaveOut(line, 'Tags of single postings');
    const behind = before.slice(account.length);
    const at = column + account.length + (/^\s*/.exec(behind)?.[0].length ?? 0);
    const [, given = '', asserted = ''] = /^([^=]*)(.*)$/.exec(behind.trim()) ?? [];
    const posting = { line, column, account };
    if (given.trim() === '') {
      if (asserted !== '')
        return refuse(
          at,
          'balance_assignment',
          'A balance without an amount makes an amount up',
          'Write the amount before the "="',
        );
      return void draft.postings.push({ ...posting, amount: null, assertion: null });
    }
    const amount = this.#amount(given.trim());
    if ('code' in amount) return refuse(at, amount.code, amount.message, amount.remedy);
    const assertion = asserted === '' ? null : this.#assertion(asserted, account, line, at + given.length);
    if (assertion !== null && 'code' in assertion)
      return refuse(at + given.length, assertion.code, assertion.message, assertion.remedy);
    draft.postings.push({ ...posting, amount, assertion });
  }

  #assertion(text: string, account: string, line: number, column: number): TextAssertion | Fault {
    const [, sole, below, number = ''] = /^=(=)?(\*)?\s*(.*)$/.exec(text) ?? [];
    const amount = this.#amount(number);
    if ('code' in amount) return amount;
    const { minor: amountMinor, currency } = amount;
    return {
      line,
      column,
      account,
      amountMinor,
      currency,
      toleranceMinor: 0n,
      below: below !== undefined,
      sole: sole !== undefined,
    };
  }

  #amount(text: string): { minor: bigint; currency: string } | Fault {
    const match = AMOUNT.exec(text);
    const { before, sign = '', early, number = '', after } = match?.groups ?? {};
    const currency = before ?? early ?? after;
    if (match === null || currency === undefined)
      return {
        code: 'amount_unreadable',
        message: `"${text.slice(0, 40)}" is no number with a currency code`,
        remedy: 'Write it like 1234.50 USD',
      };
    if (match[0].length < text.length)
      return {
        code: 'price_or_cost',
        message: `"${text.slice(match[0].length).trim().slice(0, 40)}" is not read: a journal is balanced in each of its currencies`,
        remedy: 'Write both currencies against an account that holds the currency position',
      };
    const digits = this.#plain(number);
    if (typeof digits !== 'string') return digits;
    const minor = minorOf(sign + digits, currency);
    return typeof minor === 'bigint' ? { minor, currency } : minor;
  }

  /** Digits with `.` before the decimals. One mark that could be either is asked about. */
  #plain(number: string): string | Fault {
    const ambiguous: Fault = {
      code: 'amount_grouped',
      message: `"${number.slice(0, 40)}" could mean two things`,
      remedy: 'Say "decimal-mark ." (or ",") at the top of the file, or write it without grouping',
    };
    const decimal =
      this.#decimal ??
      (/^[0-9]+(\.[0-9]*)?$/.test(number) || /^[0-9]{1,3}(,[0-9]{3})+\.[0-9]*$/.test(number) ? '.' : null);
    if (decimal === null) return ambiguous;
    const group = decimal === '.' ? ',' : '.';
    const [whole = '', fraction, ...more] = number.split(decimal);
    const grouped = new RegExp(`^(?:[0-9]+|[0-9]{1,3}(?:\\${group}[0-9]{3})+)$`).test(whole);
    if (!grouped || more.length > 0 || /[^0-9]/.test(fraction ?? '')) return ambiguous;
    return fraction === undefined ? whole.replaceAll(group, '') : `${whole.replaceAll(group, '')}.${fraction}`;
  }

  #endTransaction(): void {
    const draft = this.#current;
    if (draft === null) return;
    this.#current = null;
    const { code, metadata, issuesBefore, ...transaction } = draft;
    if (this.#found.issues.length > issuesBefore) return;
    // Codes of others are numbers of checks and the like: nothing says that one comes once.
    if (code !== null && !this.#ours) metadata['code'] = code;
    this.#transactions.push({ ...transaction, metadata, reference: this.#ours ? code : null });
  }
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

function splitComment(text: string): { readonly before: string; readonly comment: string } {
  const at = text.indexOf(';');
  return at < 0 ? { before: text, comment: '' } : { before: text.slice(0, at), comment: text.slice(at + 1) };
}

/** `name: value`, to the next comma. */
function tagsOf(comment: string): [key: string, value: string][] {
  return comment.split(',').flatMap((part): [string, string][] => {
    const match = /(?:^|\s)([^\s:,]+):\s*(.*)$/.exec(part);
    return match === null ? [] : [[match[1] ?? '', (match[2] ?? '').trim()]];
  });
}
