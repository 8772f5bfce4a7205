import { AppError } from '../../errors.ts';
import { toMajorText } from '../../money/money.ts';
import type { Journal } from '../../schemas/journal.ts';
import { guardsToText } from '../chart/guard-text.ts';
import { dayAfter } from '../days.ts';
import type { NamedAccount } from './account-names.ts';
import { metadataKey, quoted } from './metadata-text.ts';
import {
  factsOf,
  linkOf,
  MAX_BEANCOUNT_DIGITS,
  signedAmount,
  WrittenBooks,
  type TextWriter,
  type TextWriterOptions,
  type WrittenSum,
} from './text-writer.ts';

/** The years that beancount's lexer takes for a date; the day behind the last one must still be one. */
const FIRST_DAY = '1700-01-01';
const LAST_DAY = '2099-12-30';

/**
 * A ledger as beancount text (version 2 or 3; "Beancount Language Syntax"). Posted journals only. Accounts are opened at
 * the end, where their first days are known; beancount sorts by date. The balance of every account is asserted there,
 * to the last unit (`~ 0`), so that `bean-check` checks the export.
 */
export class BeancountWriter implements TextWriter {
  readonly #books: WrittenBooks;
  readonly #options: TextWriterOptions;

  constructor(accounts: readonly NamedAccount[], options: TextWriterOptions) {
    this.#books = new WrittenBooks(accounts);
    this.#options = options;
  }

  head(): string {
    const { title, asOf } = this.#options;
    return [
      `;; ${title.toWellFormed().replace(/\p{Cc}/gu, ' ')}`,
      `;; Exported by Countersign as of ${asOf}. Debits are positive. Accounts and their balances are at the end.`,
      '',
      `option "title" ${quoted(title)}`,
      '',
      '',
    ].join('\n');
  }

  /** @throws AppError `failed_precondition` for a day that beancount has no text for */
  journal(journal: Journal): string {
    if (journal.state !== 'posted') return '';
    const { effectiveDay: day, memo, id } = journal;
    if (day < FIRST_DAY || day > LAST_DAY)
      throw new AppError(
        'failed_precondition',
        `Journal ${id} is of ${day}; beancount takes days from ${FIRST_DAY} to ${LAST_DAY}`,
      );
    this.#books.add(journal);
    const link = linkOf(journal);
    return `${[
      `${day} * ${quoted(memo)}${link === null ? '' : ` ^${link}`}`,
      `  countersign-id: ${quoted(id)}`,
      ...factsOf(journal).map(([key, value]) => `  ${key}: ${quoted(value)}`),
      ...Object.entries(journal.metadata).map(([key, value]) => `  ${metadataKey(key)}: ${quoted(value)}`),
      ...journal.entries.map(
        ({ accountId, side, amountMinor, currency }) =>
          `  ${this.#books.nameOf(accountId)}  ${signedAmount(side, amountMinor, currency)}`,
      ),
    ].join('\n')}\n\n`;
  }

  sums(): readonly WrittenSum[] {
    return this.#books.sums();
  }

  tail(): string {
    const accounts = this.#books.named().map(({ name, account }) => ({ name, account, ...this.#daysOf(account) }));
    const closings = new Map(accounts.map(({ account, closed }) => [account.id, closed]));
    return [
      ...[...this.#books.currencies].sort().map((currency) => `1970-01-01 commodity ${currency}`),
      '',
      ...accounts.flatMap(({ name, account, opened }) => openLines(name, account, opened)),
      '',
      ';; Balances at the end, exact.',
      ...this.#books.sums().map((sum) => this.#balanceLine(sum, closings.get(sum.accountId) ?? null)),
      '',
      ...accounts.flatMap(({ name, closed }) => (closed === null ? [] : [`${closed} close ${name}`])),
      '',
    ].join('\n');
  }

  /** From the first entry on, even where it came before the day that the account was meant to open. */
  #daysOf(account: NamedAccount): { opened: string; closed: string | null } {
    const days = this.#books.daysOf(account.id);
    const first = least(days?.first, account.openedOn ?? undefined);
    const last = account.closed ? greatest(days?.last, account.closedOn ?? undefined) : undefined;
    const opened = inRange(least(first, last) ?? '1970-01-01');
    return { opened, closed: account.closed ? dayAfter(inRange(last ?? opened)) : null };
  }

  #balanceLine(sum: WrittenSum, closed: string | null): string {
    const { accountId, currency, debitMinor, creditMinor } = sum;
    const most = debitMinor > creditMinor ? debitMinor : creditMinor;
    if (most.toString().length > MAX_BEANCOUNT_DIGITS)
      throw new AppError(
        'failed_precondition',
        `Sums of ${accountId} in ${currency} have more digits than beancount adds exactly`,
      );
    const day = closed ?? this.#books.dayAfterAll ?? '';
    const amount = toMajorText(debitMinor - creditMinor, currency);
    return `${day} balance ${this.#books.nameOf(accountId)}  ${amount} ~ 0 ${currency}`;
  }
}

function openLines(name: string, account: NamedAccount, opened: string): string[] {
  const facts: (readonly [string, string | null])[] = [
    ['countersign-id', account.id],
    ['name', account.name],
    ['branch', account.branch],
    ['opened-on', account.openedOn],
    ['guards', account.guards.length === 0 ? null : guardsToText(account.guards)],
  ];
  return [
    `${opened} open ${name}${account.currency === null ? '' : ` ${account.currency}`}`,
    ...facts.flatMap(([key, value]) => (value === null ? [] : [`  ${key}: ${quoted(value)}`])),
  ];
}

function least(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function greatest(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

const inRange = (day: string): string => (day < FIRST_DAY ? FIRST_DAY : day > LAST_DAY ? LAST_DAY : day);
