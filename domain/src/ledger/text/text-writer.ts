import { AppError } from '../../errors.ts';
import { requireExponent, toMajorText } from '../../money/money.ts';
import type { Journal } from '../../schemas/journal.ts';
import { dayAfter } from '../days.ts';
import { accountNames, type NamedAccount } from './account-names.ts';

/** A ledger as text, in pieces: head, then each journal, then tail. Nothing but sums is kept in memory. */
export interface TextWriter {
  head(): string;
  /** '' for a journal that is not posted. Journals may come in any order; both tools sort by date. */
  journal(journal: Journal): string;
  tail(): string;
  /** What has been written so far, by account and currency. */
  sums(): readonly WrittenSum[];
}

export interface TextWriterOptions {
  /** Of the file, for people. */
  readonly title: string;
  /** ISO instant of the reading, and the size of the ledger stream then: what the file shows. */
  readonly asOf: string;
}

/** One account in one currency: what was written so far. */
export interface WrittenSum {
  readonly accountId: string;
  readonly currency: string;
  debitMinor: bigint;
  creditMinor: bigint;
}

/** Beancount adds with Python's decimals of 28 digits: sums that are longer would be rounded there. */
export const MAX_BEANCOUNT_DIGITS = 27;

/** What has been written, so that the end of the file can say where every account stands. */
export class WrittenBooks {
  readonly accounts: ReadonlyMap<string, NamedAccount>;
  readonly names: ReadonlyMap<string, string>;
  readonly #sums = new Map<string, WrittenSum>();
  readonly #days = new Map<string, { first: string; last: string }>();
  readonly currencies = new Set<string>();
  #lastDay: string | null = null;
  journals = 0;

  constructor(accounts: readonly NamedAccount[]) {
    this.accounts = new Map(accounts.map((account) => [account.id, account]));
    this.names = accountNames(accounts);
  }

  /** @throws AppError `failed_precondition` when an account of the journal is not given */
  add(journal: Journal): void {
    this.journals += 1;
    const day = journal.effectiveDay;
    if (this.#lastDay === null || day > this.#lastDay) this.#lastDay = day;
    for (const { accountId, currency, side, amountMinor } of journal.entries) {
      this.nameOf(accountId);
      this.currencies.add(currency);
      const days = this.#days.get(accountId);
      if (days === undefined) this.#days.set(accountId, { first: day, last: day });
      else if (day < days.first) days.first = day;
      else if (day > days.last) days.last = day;
      const key = `${accountId} ${currency}`;
      let sum = this.#sums.get(key);
      if (sum === undefined) this.#sums.set(key, (sum = { accountId, currency, debitMinor: 0n, creditMinor: 0n }));
      if (side === 'debit') sum.debitMinor += BigInt(amountMinor);
      else sum.creditMinor += BigInt(amountMinor);
    }
  }

  nameOf(accountId: string): string {
    const name = this.names.get(accountId);
    if (name === undefined)
      throw new AppError(
        'failed_precondition',
        `A journal has an entry on ${accountId}, which is not among the accounts`,
      );
    return name;
  }

  /** Accounts that take entries, by name. */
  named(): { readonly name: string; readonly account: NamedAccount }[] {
    return [...this.names]
      .map(([id, name]) => ({ name, account: this.accounts.get(id) as NamedAccount }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  daysOf(accountId: string): { readonly first: string; readonly last: string } | undefined {
    return this.#days.get(accountId);
  }

  /** The first day on which everything written is done; null when nothing is. */
  get dayAfterAll(): string | null {
    return this.#lastDay === null ? null : dayAfter(this.#lastDay);
  }

  /** By account name, then currency. */
  sums(): WrittenSum[] {
    return [...this.#sums.values()].sort((a, b) => {
      const [one, other] = [`${this.nameOf(a.accountId)} ${a.currency}`, `${this.nameOf(b.accountId)} ${b.currency}`];
      return one < other ? -1 : 1;
    });
  }
}

/** Debits positive, credits negative, in major units. */
export function signedAmount(side: 'debit' | 'credit', amountMinor: string, currency: string): string {
  const minor = BigInt(amountMinor);
  return `${toMajorText(side === 'debit' ? minor : -minor, currency)} ${currency}`;
}

/** A number of the currency's form, such as `1000.00`: what hledger's `commodity` directive shows. */
export function formOf(currency: string): string {
  const exponent = requireExponent(currency);
  return `1000.${'0'.repeat(exponent)} ${currency}`;
}

/** What both writers say of a journal beside its entries: [key, value], in this order. */
export function factsOf(journal: Journal): (readonly [key: string, value: string])[] {
  const { source } = journal;
  const facts: (readonly [string, string | null])[] = [
    ['recorded-at', journal.recordedAt],
    ['source', source.kind],
    ['execution', source.executionId],
    ['reverses', journal.reverses],
    ['late-for', journal.lateFor],
    ['linked-group', journal.group],
  ];
  return facts.flatMap(([key, value]) => (value == null ? [] : [[key, value] as const]));
}

/** Journals that belong together: a reversal and what it takes back share the id of the latter. */
export function linkOf(journal: Journal): string | null {
  if (journal.reverses !== null) return journal.reverses;
  return journal.reversedBy !== null || journal.partReversals.length > 0 ? journal.id : null;
}
