export type TextFormat = 'beancount' | 'hledger';

/** What is wrong in a text, or was left out of it. Columns count characters from 1. */
export interface TextIssue {
  readonly line: number;
  readonly column: number | null;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** `refused`: what it says can't be taken over as it is. `notice`: it was left out, and no journal depends on it. */
  readonly severity: 'refused' | 'notice';
}

/** What is wrong in a piece of a text, before its place in the file is known. */
export interface TextFault {
  /** Characters of the piece before it. */
  readonly at?: number;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What a text says that an account should stand at. */
export interface TextAssertion {
  readonly line: number;
  readonly column: number;
  readonly account: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** By how much it may be off. */
  readonly toleranceMinor: bigint;
  /** Whether accounts below count as well. */
  readonly below: boolean;
  /** Whether there may be no other currency. */
  readonly sole: boolean;
}

export interface TextPosting {
  readonly line: number;
  readonly column: number;
  readonly account: string;
  /** Debits positive; null when it is what the others leave. */
  readonly amount: { readonly minor: bigint; readonly currency: string } | null;
  /** Of hledger: what the account should stand at after this posting. */
  readonly assertion: TextAssertion | null;
}

export interface TextTransaction {
  readonly line: number;
  readonly day: string;
  readonly memo: string;
  /** The writer's own id, or hledger's code; null when it has none. */
  readonly reference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly postings: readonly TextPosting[];
}

/** A file as it stands: nothing is made up and nothing checked across lines. */
export interface ParsedText {
  /** Those without an issue of their own. */
  readonly transactions: readonly TextTransaction[];
  /** All of them. */
  readonly transactionCount: number;
  /** Ids that the file itself gives to account names. */
  readonly accountIds: ReadonlyMap<string, string>;
  /** Of beancount: at the start of a day. */
  readonly assertions: readonly (TextAssertion & { readonly day: string })[];
  readonly issues: readonly TextIssue[];
}

/** Memos and facts of a journal have some hundred characters. */
const MAX_LINE_LENGTH = 10_000;

/** Collects what a reader finds; the numbers of what is left out are said once, at the end. */
export class TextFindings {
  readonly issues: TextIssue[] = [];
  readonly #leftOut = new Map<string, { line: number; count: number }>();

  refuse(line: number, column: number | null, code: string, message: string, remedy: string): void {
    this.issues.push({ line, column, code, message, remedy, severity: 'refused' });
  }

  /** @param column of the text in which the fault is, from 1 */
  fault(line: number, column: number, { at = 0, code, message, remedy }: TextFault): void {
    this.refuse(line, column + at, code, message, remedy);
  }

  /** Whether a line is longer than any that could be taken over; it is refused then. */
  isTooLong(text: string, line: number): boolean {
    if (text.length <= MAX_LINE_LENGTH) return false;
    this.refuse(
      line,
      MAX_LINE_LENGTH + 1,
      'line_too_long',
      `The line has ${text.length.toLocaleString('en-US')} characters`,
      `Shorten it to ${MAX_LINE_LENGTH.toLocaleString('en-US')}`,
    );
    return true;
  }

  /** @param what in the plural: `"note" lines` */
  leaveOut(line: number, what: string): void {
    const known = this.#leftOut.get(what);
    if (known === undefined) this.#leftOut.set(what, { line, count: 1 });
    else known.count += 1;
  }

  toList(): TextIssue[] {
    const notices = [...this.#leftOut].map(([what, { line, count }]): TextIssue => ({
      line,
      column: null,
      code: 'left_out',
      message: `${what} are left out${count === 1 ? '' : ` (${count.toLocaleString('en-US')} of them, here the first)`}`,
      remedy: 'Nothing to do, unless it matters to you',
      severity: 'notice',
    }));
    return [...this.issues, ...notices].sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
  }
}

/** Which of the two a text is, by its first transaction or directive; null when it looks like neither. */
export function detectTextFormat(text: string): TextFormat | null {
  const lines = text.slice(0, 200_000).split(/\r\n|\r|\n/);
  for (const line of lines) {
    if (/^(option|plugin|pushtag|pushmeta)\s/.test(line)) return 'beancount';
    if (
      /^\d{4}[-/]\d{2}[-/]\d{2}\s+(open|close|commodity|balance|pad|note|event|price|query|document|custom|txn)\s/.test(
        line,
      )
    )
      return 'beancount';
    if (/^\d{4}[-/]\d{2}[-/]\d{2}\s+[*!]\s+"/.test(line)) return 'beancount';
    if (/^(account|commodity|decimal-mark|payee|tag|D|Y|P|alias|apply|comment|~|=)(\s|$)/.test(line)) return 'hledger';
    if (/^\d{4}([-/.])\d{1,2}\1\d{1,2}(=\S+)?(\s|$)/.test(line)) return 'hledger';
  }
  return null;
}
