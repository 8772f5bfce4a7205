import type { JournalEntryDraft } from '../schemas/effect.ts';
import type { Account, Balance } from '../schemas/account.ts';
import type { Journal } from '../schemas/journal.ts';
import type { Period } from '../schemas/period.ts';
import { balanceKey, BalanceSheet, type BalancesBefore, type BalanceSums } from './balance-sheet.ts';
import { DayCells } from './day-cells.ts';
import { checkGuards } from './guards.ts';
import { accountLeaf, journalLeaf, periodLeaf } from './leaf.ts';
import { closedThrough } from './periods.ts';
import type { Refused } from './refusal.ts';

/** What a batch can see. Whatever an intent names and is not here does not exist. Balances that are absent are zero. */
export interface LedgerState {
  readonly size: number;
  readonly accounts: { get(id: string): Account | undefined };
  readonly journals: { get(id: string): Journal | undefined };
  /** All of them. */
  readonly periods: ReadonlyMap<string, Period>;
  /** By `balanceKey`. */
  readonly balances: BalancesBefore;
  /** Of accounts that the batch may close: the currencies that they have balances in, and the open accounts right below. */
  readonly closing: { get(accountId: string): Closing | undefined };
}

export interface Closing {
  readonly currencies: readonly string[];
  readonly children: readonly string[];
}

/** What people should hear of, though nothing was refused. */
export interface LedgerAlert {
  readonly kind: 'suspense' | 'late_posting' | 'revived';
  readonly journalId: string;
  readonly message: string;
}

const NOTHING: BalanceSums = {
  postedDebit: 0n,
  postedCredit: 0n,
  pendingDebit: 0n,
  pendingCredit: 0n,
  day: null,
  dayDebit: 0n,
  dayCredit: 0n,
};

/** The ledger while a batch is decided: what was there, and what the intents so far have added. */
export class Book implements LedgerState {
  readonly #state: LedgerState;
  readonly at: string;
  readonly leaves: string[] = [];
  /** Which document tells each of these leaves, such as `journals/j1`. */
  readonly leafDocuments: string[] = [];
  /** Opened or changed in this batch, as they stand; the same for periods and journals. */
  readonly accountsTouched = new Map<string, Account>();
  readonly accountsOpened = new Set<string>();
  readonly periodsTouched = new Map<string, Period>();
  readonly journalsTouched = new Map<string, Journal>();
  readonly created = new Set<string>();
  readonly alerts: LedgerAlert[] = [];
  readonly sheet: BalanceSheet;
  readonly cells = new DayCells();
  #closedThrough: string | null;

  /** @param at ISO instant, the recorded time of all steps */
  constructor(state: LedgerState, at: string) {
    this.#state = state;
    this.at = at;
    this.sheet = new BalanceSheet(state.balances);
    this.#closedThrough = closedThrough(state.periods.values());
  }

  /** The place of the next leaf. */
  get seq(): number {
    return this.#state.size + this.leaves.length;
  }

  get size(): number {
    return this.seq;
  }

  /** The recorded day, in UTC. */
  get today(): string {
    return this.at.slice(0, 10);
  }

  get closedThrough(): string | null {
    return this.#closedThrough;
  }

  get accounts(): LedgerState['accounts'] {
    return { get: (id) => this.account(id) };
  }

  get journals(): LedgerState['journals'] {
    return { get: (id) => this.journal(id) };
  }

  get balances(): BalancesBefore {
    return this.sheet;
  }

  get periods(): ReadonlyMap<string, Period> {
    return this.periodsTouched.size === 0
      ? this.#state.periods
      : new Map([...this.#state.periods, ...this.periodsTouched]);
  }

  get closing(): LedgerState['closing'] {
    return { get: (id) => ({ currencies: this.currenciesOf(id), children: this.openChildren(id) }) };
  }

  /** All currencies that an account may have a balance in. */
  currenciesOf(accountId: string): readonly string[] {
    const there = this.#state.closing.get(accountId)?.currencies ?? [];
    return [...new Set([...there, ...this.sheet.currenciesOf(accountId)])];
  }

  /** Open accounts right below one. */
  openChildren(accountId: string): readonly string[] {
    const there = (this.#state.closing.get(accountId)?.children ?? []).filter(
      (id) => this.accountsTouched.get(id)?.closed !== true,
    );
    const here = [...this.accountsTouched.values()].filter((one) => one.parentId === accountId && !one.closed);
    return [...new Set([...there, ...here.map((one) => one.id)])];
  }

  account(id: string): Account | undefined {
    return this.accountsTouched.get(id) ?? this.#state.accounts.get(id);
  }

  journal(id: string): Journal | undefined {
    return this.journalsTouched.get(id) ?? this.#state.journals.get(id);
  }

  /** An account as its intent leaves it: opened, or with one more change. */
  putAccount(account: Account, opened: boolean): void {
    this.accountsTouched.set(account.id, account);
    if (opened) this.accountsOpened.add(account.id);
    this.#addLeaf(`accounts/${account.id}`, accountLeaf(account, account.changes.length));
  }

  putPeriod(period: Period): void {
    this.periodsTouched.set(period.id, period);
    this.#addLeaf(`periods/${period.id}`, periodLeaf(period, period.steps.length - 1));
    this.#closedThrough = closedThrough(this.periods.values());
  }

  /** A journal with one more step. */
  putJournal(journal: Journal, created: boolean): void {
    if (created) this.created.add(journal.id);
    this.journalsTouched.set(journal.id, journal);
    this.#addLeaf(`journals/${journal.id}`, journalLeaf(journal, journal.steps.length - 1));
  }

  /** What other journals say of this one is in their leaves; here it is noted, to be read from both ends. */
  note(journal: Journal): void {
    this.journalsTouched.set(journal.id, journal);
  }

  /** Adds (or with −1 takes away) a journal's entries, in their accounts and all above. */
  enter(journal: Journal, day: string, state: 'pending' | 'posted', sign: 1n | -1n): void {
    for (const entry of journal.entries) {
      const amount = sign * BigInt(entry.amountMinor);
      this.cells.add(entry.accountId, entry.currency, day, state, entry.side, amount);
      for (const account of this.#upFrom(entry.accountId))
        this.sheet.add(account, entry.currency, state, entry.side, amount, this.seq, this.at);
    }
  }

  /** For the daily limits: entries of a journal that was recorded today, or (−1) is voided on the day it was. */
  count(entries: readonly JournalEntryDraft[], sign: 1n | -1n): void {
    for (const { accountId, currency, side, amountMinor } of entries)
      for (const account of this.#upFrom(accountId))
        this.sheet.count(account, currency, side, sign * BigInt(amountMinor), this.today);
  }

  /** Whether the guards of the entries' accounts, and of all above them, allow these entries. */
  guarded(entries: readonly JournalEntryDraft[], state: 'pending' | 'posted'): Refused {
    const sums = new Map<string, { account: Account; currency: string; before: BalanceSums; after: BalanceSums }>();
    for (const { accountId, currency, side, amountMinor } of entries) {
      for (const account of this.#upFrom(accountId)) {
        if (account.guards.length === 0) continue;
        const key = balanceKey(account.id, currency);
        let row = sums.get(key);
        if (row === undefined) {
          const before = { ...NOTHING, ...this.sheet.sums(account.id, currency) };
          const after = {
            ...before,
            ...(before.day === this.today ? {} : { dayDebit: 0n, dayCredit: 0n }),
            day: this.today,
          };
          row = { account, currency, before, after };
          sums.set(key, row);
        }
        const field = `${state}${side === 'debit' ? 'Debit' : 'Credit'}` as const;
        row.after[field] += BigInt(amountMinor);
        row.after[side === 'debit' ? 'dayDebit' : 'dayCredit'] += BigInt(amountMinor);
      }
    }
    for (const { account, currency, before, after } of sums.values()) {
      const refused = checkGuards(account, currency, before, after);
      if (refused !== null) return refused;
    }
    return null;
  }

  /** A book that begins where this one stands; `absorb` takes over what it came to, or it is dropped. */
  branch(): Book {
    return new Book(this, this.at);
  }

  absorb(other: Book): void {
    this.leaves.push(...other.leaves);
    this.leafDocuments.push(...other.leafDocuments);
    for (const [id, account] of other.accountsTouched) this.accountsTouched.set(id, account);
    for (const id of other.accountsOpened) this.accountsOpened.add(id);
    for (const [id, journal] of other.journalsTouched) this.journalsTouched.set(id, journal);
    for (const id of other.created) this.created.add(id);
    this.alerts.push(...other.alerts);
    this.sheet.absorb(other.sheet);
    this.cells.absorb(other.cells);
  }

  #addLeaf(document: string, text: string): void {
    this.leaves.push(text);
    this.leafDocuments.push(document);
  }

  #upFrom(accountId: string): Account[] {
    const account = this.account(accountId) as Account;
    return [account, ...account.path.map((above) => this.account(above) as Account)];
  }
}

export interface LedgerDecision {
  /** Texts of the new leaves, in order, from `state.size` on. */
  readonly leaves: readonly string[];
  /** Which document tells each leaf, below the organization. */
  readonly leafDocuments: readonly string[];
  readonly accountsOpened: readonly Account[];
  readonly accountsChanged: readonly Account[];
  readonly periods: readonly Period[];
  readonly journalsCreated: readonly Journal[];
  /** Steps were added to these, or others point at them; their entries never change. */
  readonly journalsStepped: readonly Journal[];
  readonly balances: readonly Balance[];
  readonly cells: ReturnType<DayCells['toCells']>;
  readonly alerts: readonly LedgerAlert[];
}

/** All that a book has come to. */
export function outcomeOf(book: Book): LedgerDecision {
  const accounts = [...book.accountsTouched.values()];
  const journals = [...book.journalsTouched.values()];
  return {
    leaves: book.leaves,
    leafDocuments: book.leafDocuments,
    accountsOpened: accounts.filter((account) => book.accountsOpened.has(account.id)),
    accountsChanged: accounts.filter((account) => !book.accountsOpened.has(account.id)),
    periods: [...book.periodsTouched.values()],
    journalsCreated: journals.filter((journal) => book.created.has(journal.id)),
    journalsStepped: journals.filter((journal) => !book.created.has(journal.id)),
    balances: book.sheet.changed(),
    cells: book.cells.toCells(),
    alerts: book.alerts,
  };
}
