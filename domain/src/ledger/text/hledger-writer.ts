import { toMajorText } from '../../money/money.ts';
import type { Journal } from '../../schemas/journal.ts';
import { guardsToText } from '../chart/guard-text.ts';
import { ROOTS, type NamedAccount } from './account-names.ts';
import { metadataKey, tagValue } from './metadata-text.ts';
import {
  factsOf,
  formOf,
  linkOf,
  signedAmount,
  WrittenBooks,
  type TextWriter,
  type TextWriterOptions,
  type WrittenSum,
} from './text-writer.ts';

/**
 * A ledger as an hledger journal (hledger manual, "Journal"). Posted journals only. Every account and commodity is
 * declared, so that `hledger check --strict` holds, and the last transaction asserts the balance of every account, exact.
 */
export class HledgerWriter implements TextWriter {
  readonly #books: WrittenBooks;
  readonly #options: TextWriterOptions;

  constructor(accounts: readonly NamedAccount[], options: TextWriterOptions) {
    this.#books = new WrittenBooks(accounts);
    this.#options = options;
  }

  head(): string {
    const { title, asOf } = this.#options;
    return [
      `; ${title.toWellFormed().replace(/\p{Cc}/gu, ' ')}`,
      `; Exported by Countersign as of ${asOf}. Debits are positive.`,
      '',
      'decimal-mark .',
      '',
      ...this.#books.named().flatMap(({ name, account }) => accountLines(name, account)),
      '',
      '',
    ].join('\n');
  }

  journal(journal: Journal): string {
    if (journal.state !== 'posted') return '';
    this.#books.add(journal);
    const description = plainDescription(journal.memo);
    const link = linkOf(journal);
    const tags: (readonly [string, string])[] = [
      ...(description === journal.memo ? [] : [['memo', journal.memo] as const]),
      ...(link === null ? [] : [['links', link] as const]),
      ...factsOf(journal),
      ...Object.entries(journal.metadata).map(([key, value]) => [metadataKey(key), value] as const),
    ];
    return `${[
      `${journal.effectiveDay} * (${journal.id}) ${description}`.trimEnd(),
      ...tags.map(([key, value]) => `    ; ${key}: ${tagValue(value)}`.trimEnd()),
      ...journal.entries.map(
        ({ accountId, side, amountMinor, currency }) =>
          `    ${this.#books.nameOf(accountId)}  ${signedAmount(side, amountMinor, currency)}`,
      ),
    ].join('\n')}\n\n`;
  }

  sums(): readonly WrittenSum[] {
    return this.#books.sums();
  }

  tail(): string {
    const day = this.#books.dayAfterAll;
    const zero = (currency: string): string => `${toMajorText(0n, currency)} ${currency}`;
    return [
      ...[...this.#books.currencies].sort().map((currency) => `commodity ${formOf(currency)}`),
      '',
      ...(day === null ? [] : [`${day} * Balances at the end`, '    ; countersign-check: balances']),
      ...this.#books.sums().map(({ accountId, currency, debitMinor, creditMinor }) => {
        const balance = `${toMajorText(debitMinor - creditMinor, currency)} ${currency}`;
        return `    ${this.#books.nameOf(accountId)}  ${zero(currency)} = ${balance}`;
      }),
      '',
    ].join('\n');
  }
}

function accountLines(name: string, account: NamedAccount): string[] {
  const facts: (readonly [string, string | null])[] = [
    ['type', ROOTS[account.type].hledgerType],
    ['countersign-id', account.id],
    ['name', account.name],
    ['branch', account.branch],
    ['opened-on', account.openedOn],
    ['closed-on', account.closed ? (account.closedOn ?? 'closed') : null],
    ['guards', account.guards.length === 0 ? null : guardsToText(account.guards)],
  ];
  return [
    `account ${name}`,
    ...facts.flatMap(([key, value]) =>
      value === null ? [] : [`    ; ${key}:${key === 'type' ? '' : ' '}${tagValue(value)}`],
    ),
  ];
}

/** One line, without what begins a comment; outer white space would be lost. */
function plainDescription(memo: string): string {
  return memo
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replaceAll(';', ',')
    .trim();
}
