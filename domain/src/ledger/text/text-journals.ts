import { sha256Hex } from '../../hash.ts';
import { formatMoney } from '../../money/money.ts';
import { checkAssertions } from './check-assertions.ts';
import { parseBeancount } from './beancount-reader.ts';
import { parseHledger } from './hledger-reader.ts';
import type { TextFormat, TextIssue, TextPosting, TextTransaction } from './text-ledger.ts';

export interface TextEntry {
  readonly line: number;
  readonly column: number;
  /** As the file writes it. */
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** A journal of a text file: balanced in each currency, amounts above zero, at least two entries. */
export interface TextJournal {
  readonly line: number;
  /** The file's own, or made of the journal's content: the same file gives the same references. */
  readonly reference: string;
  readonly day: string;
  readonly memo: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly TextEntry[];
}

export interface TextLedger {
  /** Those that can be taken over; a transaction with an issue is not among them. */
  readonly journals: readonly TextJournal[];
  readonly transactionCount: number;
  /** Ids that the file gives to account names. */
  readonly accountIds: ReadonlyMap<string, string>;
  readonly issues: readonly TextIssue[];
}

/** Read a beancount or hledger text whole: nothing of it is carried out, and all that is wrong is found at once. */
export function readTextLedger(text: string, format: TextFormat): TextLedger {
  const { transactions, transactionCount, accountIds, assertions, issues } =
    format === 'beancount' ? parseBeancount(text) : parseHledger(text);
  const found = [...issues];
  const journals: TextJournal[] = [];
  const seen = new Map<string, number>();
  const empty: number[] = [];
  const filled: { readonly transaction: TextTransaction; readonly entries: readonly TextEntry[] }[] = [];
  for (const transaction of transactions) {
    const entries = entriesOf(transaction);
    if ('code' in entries) {
      found.push(entries);
      continue;
    }
    filled.push({ transaction, entries });
    // Amounts of zero say nothing but what they assert.
    if (entries.length === 0) {
      if (transaction.postings.every(({ assertion }) => assertion === null)) empty.push(transaction.line);
      continue;
    }
    const { line, day, memo, metadata } = transaction;
    journals.push({ line, reference: referenceOf(transaction, entries, seen), day, memo, metadata, entries });
  }
  if (empty[0] !== undefined) found.push(withoutAmounts(empty[0], empty.length));
  // With a transaction left out, balances say nothing about the rest.
  const whole = found.every(({ severity }) => severity === 'notice');
  if (whole) found.push(...checkAssertions(filled, assertions));
  // Without a line that says what others mean, every other one may mean something else.
  const isRead = found.every(({ code }) => code !== 'directive_unknown');
  return {
    journals: isRead ? journals : [],
    transactionCount,
    accountIds,
    issues: found.sort((a, b) => a.line - b.line),
  };
}

const withoutAmounts = (line: number, count: number): TextIssue => ({
  line,
  column: null,
  code: 'left_out',
  message: `Transactions without an amount are left out${count === 1 ? '' : ` (${count.toLocaleString('en-US')} of them, here the first)`}`,
  remedy: 'Nothing to do, unless an amount is missing',
  severity: 'notice',
});

/** Both sides of a transaction, the amount that it leaves open filled in. */
function entriesOf({ line, postings }: TextTransaction): TextEntry[] | TextIssue {
  const refuse = (
    at: Pick<TextPosting, 'line' | 'column'> | null,
    code: string,
    message: string,
    remedy: string,
  ): TextIssue => ({
    line: at?.line ?? line,
    column: at?.column ?? null,
    code,
    message,
    remedy,
    severity: 'refused',
  });
  const open = postings.filter((posting) => posting.amount === null);
  if (open[1] !== undefined)
    return refuse(
      open[1],
      'two_amounts_open',
      'Two postings of this transaction have no amount',
      'Write all amounts but one',
    );
  const rest = new Map<string, bigint>();
  for (const { amount } of postings)
    if (amount !== null) rest.set(amount.currency, (rest.get(amount.currency) ?? 0n) + amount.minor);
  const off = [...rest].filter(([, minor]) => minor !== 0n);
  if (off.length > 0 && open.length === 0) {
    const by = off.map(([currency, minor]) => formatMoney(minor, currency)).join(', ');
    return refuse(
      null,
      'unbalanced',
      `Debits less credits of this transaction are ${by}, not zero`,
      'Correct an amount: each currency comes to zero by itself',
    );
  }
  return postings.flatMap(({ line: at, column, account, amount }): TextEntry[] => {
    const amounts = amount === null ? off.map(([currency, minor]) => ({ currency, minor: -minor })) : [amount];
    return amounts.flatMap(({ currency, minor }): TextEntry[] =>
      minor === 0n
        ? []
        : [
            {
              line: at,
              column,
              account,
              side: minor > 0n ? 'debit' : 'credit',
              amountMinor: minor > 0n ? minor : -minor,
              currency,
            },
          ],
    );
  });
}

/** Of two transactions with the same content, the second one's is another. */
function referenceOf(
  { day, memo, reference }: TextTransaction,
  entries: readonly TextEntry[],
  seen: Map<string, number>,
): string {
  if (reference !== null) return reference;
  const content = contentHash([
    day,
    memo,
    ...entries.flatMap(({ account, side, amountMinor, currency }) => [account, side, amountMinor.toString(), currency]),
  ]);
  const count = (seen.get(content) ?? 0) + 1;
  seen.set(content, count);
  return `${day}-${content.slice(0, 16)}${count === 1 ? '' : `-${count}`}`;
}

/** Hex of a SHA-256. Without TextEncoder, which the sandbox of plugins does not have. */
function contentHash(parts: readonly string[]): string {
  const text = encodeURIComponent(JSON.stringify(parts)).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return sha256Hex(bytes);
}
