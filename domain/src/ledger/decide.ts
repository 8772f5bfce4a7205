import { canonicalJson } from '../hash.ts';
import type { Account, Balance, Journal, LedgerIntent } from '../schemas/ledger.ts';
import { balanced } from './balanced.ts';
import { BalanceSheet, balanceKey } from './balance-sheet.ts';
import { accountLeaf, journalLeaf } from './leaf.ts';

const MAX_DEPTH = 8;
const MAX_ENTRIES = 500;
/** Sums of amounts below this stay far within the 78 digits that a balance can hold. */
const MAX_AMOUNT_DIGITS = 60;

export type LedgerRefusalCode =
  | 'unbalanced'
  | 'entries_over_limit'
  | 'day_invalid'
  | 'amount_not_positive'
  | 'amount_too_large'
  | 'account_missing'
  | 'account_closed'
  | 'account_not_postable'
  | 'account_exists'
  | 'parent_missing'
  | 'parent_closed'
  | 'parent_postable'
  | 'parent_type_differs'
  | 'tree_too_deep'
  | 'intent_id_reused'
  | 'journal_missing'
  | 'journal_posted'
  | 'journal_voided'
  | 'journal_pending'
  | 'journal_reversed';

/** What the batch can see. Whatever an intent names and is not here does not exist. Balances that are absent are zero. */
export interface LedgerState {
  readonly size: number;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly journals: ReadonlyMap<string, Journal>;
  /** By `balanceKey`. */
  readonly balances: ReadonlyMap<string, Balance>;
}

export interface LedgerDecision {
  /** Texts of the new leaves, in order, from `state.size` on. */
  readonly leaves: readonly string[];
  readonly accountsOpened: readonly Account[];
  readonly journalsCreated: readonly Journal[];
  /** Steps were added to these, or they were reversed; nothing else of them changed. */
  readonly journalsStepped: readonly Journal[];
  readonly balances: readonly Balance[];
  readonly refusals: readonly { readonly index: number; readonly code: LedgerRefusalCode; readonly message: string }[];
}

/**
 * Decide a batch of well-formed intents in their order. A refused intent leaves no trace but its refusal; an intent
 * that was carried out before is accepted without effect, so that handing one in twice is once.
 * @param at ISO instant, the recorded time of all steps
 */
export function decideBatch(state: LedgerState, intents: readonly LedgerIntent[], at: string): LedgerDecision {
  const batch = new Batch(state, at);
  const refusals: { index: number; code: LedgerRefusalCode; message: string }[] = [];
  intents.forEach((intent, index) => {
    const refused = batch.decide(intent);
    if (refused !== null) refusals.push({ index, ...refused });
  });
  return {
    leaves: batch.leaves,
    accountsOpened: [...batch.accountsOpened.values()],
    journalsCreated: [...batch.created].map((id) => batch.journals.get(id) as Journal),
    journalsStepped: [...batch.journals.values()].filter((journal) => !batch.created.has(journal.id)),
    balances: batch.sheet.changed(),
    refusals,
  };
}

type Refused = { readonly code: LedgerRefusalCode; readonly message: string } | null;
const refuse = (code: LedgerRefusalCode, message: string): Refused => ({ code, message });

class Batch {
  readonly #state: LedgerState;
  readonly #at: string;
  readonly leaves: string[] = [];
  readonly accountsOpened = new Map<string, Account>();
  /** Created or stepped in this batch, as they stand. */
  readonly journals = new Map<string, Journal>();
  readonly created = new Set<string>();
  readonly sheet: BalanceSheet;

  constructor(state: LedgerState, at: string) {
    this.#state = state;
    this.#at = at;
    this.sheet = new BalanceSheet(state.balances);
  }

  decide(intent: LedgerIntent): Refused {
    switch (intent.type) {
      case 'open_account':
        return this.#openAccount(intent);
      case 'record':
        return this.#record(intent);
      case 'post':
        return this.#step(intent.journalId, 'posted', null);
      case 'void':
        return this.#step(intent.journalId, 'voided', intent.reason);
      case 'reverse':
        return this.#reverse(intent);
    }
  }

  #account(id: string): Account | undefined {
    return this.accountsOpened.get(id) ?? this.#state.accounts.get(id);
  }

  #journal(id: string): Journal | undefined {
    return this.journals.get(id) ?? this.#state.journals.get(id);
  }

  get #seq(): number {
    return this.#state.size + this.leaves.length;
  }

  #openAccount({ account }: Extract<LedgerIntent, { type: 'open_account' }>): Refused {
    const parent = account.parentId === null ? null : this.#account(account.parentId);
    const opened = this.#account(account.id);
    if (opened !== undefined) {
      const asked = {
        name: account.name,
        type: account.type,
        parentId: account.parentId,
        postable: account.postable,
        mirrors: account.mirrors,
      };
      const there = {
        name: opened.name,
        type: opened.type,
        parentId: opened.parentId,
        postable: opened.postable,
        mirrors: opened.mirrors,
      };
      return canonicalJson(asked) === canonicalJson(there)
        ? null
        : refuse('account_exists', `Account ${account.id} is open already, and differs`);
    }
    if (account.closed) return refuse('account_closed', `Account ${account.id} can not be opened closed`);
    if (parent === undefined)
      return refuse('parent_missing', `Account ${account.id} would lie under ${account.parentId}, which is not open`);
    if (parent?.closed === true) return refuse('parent_closed', `Account ${parent.id} is closed`);
    if (parent?.postable === true)
      return refuse('parent_postable', `Account ${parent.id} takes entries, so none can lie under it`);
    if (parent !== null && parent.type !== account.type) {
      return refuse(
        'parent_type_differs',
        `Account ${account.id} is of type ${account.type}, but ${parent.id} above it of type ${parent.type}`,
      );
    }
    const path = parent === null ? [] : [...parent.path, parent.id];
    if (path.length > MAX_DEPTH)
      return refuse(
        'tree_too_deep',
        `Account ${account.id} would lie ${path.length} levels deep; ${MAX_DEPTH} is the limit`,
      );
    const document: Account = { ...account, depth: path.length, path, seq: this.#seq, createdAt: this.#at, version: 1 };
    this.accountsOpened.set(account.id, document);
    this.leaves.push(accountLeaf(document));
    return null;
  }

  #record(intent: Extract<LedgerIntent, { type: 'record' }>): Refused {
    const { memo, entries } = intent.journal;
    const recorded = this.#journal(intent.id);
    if (recorded !== undefined)
      return sameJournal(recorded, intent)
        ? null
        : refuse('intent_id_reused', `Journal ${intent.id} is recorded already, and differs`);
    const { effectiveDay } = intent.journal;
    if (effectiveDay !== null && !isDay(effectiveDay)) return refuse('day_invalid', `"${effectiveDay}" is not a day`);
    const refused = this.#checkEntries(intent);
    if (refused !== null) return refused;
    const journal: Journal = {
      id: intent.id,
      state: intent.state,
      memo,
      effectiveDay: effectiveDay ?? this.#at.slice(0, 10),
      entries,
      accounts: [...new Set(entries.map((entry) => entry.accountId))],
      source: intent.source,
      steps: [{ step: intent.state, seq: this.#seq, at: this.#at, reason: null }],
      reverses: null,
      reversedBy: null,
      recordedAt: this.#at,
    };
    this.created.add(journal.id);
    this.#take(journal);
    this.#enter(journal, intent.state, 1n);
    return null;
  }

  #checkEntries({ id, journal: { entries } }: Extract<LedgerIntent, { type: 'record' }>): Refused {
    if (entries.length > MAX_ENTRIES)
      return refuse('entries_over_limit', `Journal ${id} has ${entries.length} entries; ${MAX_ENTRIES} is the limit`);
    for (const { accountId, amountMinor } of entries) {
      if (amountMinor === '0' || amountMinor.startsWith('-'))
        return refuse(
          'amount_not_positive',
          `Journal ${id} has an entry of ${amountMinor}; the side says the direction`,
        );
      if (amountMinor.length > MAX_AMOUNT_DIGITS)
        return refuse('amount_too_large', `Journal ${id} has an amount of more than ${MAX_AMOUNT_DIGITS} digits`);
      const account = this.#account(accountId);
      if (account === undefined) return refuse('account_missing', `There is no account ${accountId}`);
      if (account.closed) return refuse('account_closed', `Account ${accountId} is closed`);
      if (!account.postable) return refuse('account_not_postable', `Account ${accountId} only sums up those below it`);
    }
    return balanced(entries) ? null : refuse('unbalanced', `Journal ${id} is not balanced in each of its currencies`);
  }

  #step(journalId: string, step: 'posted' | 'voided', reason: string | null): Refused {
    const journal = this.#journal(journalId);
    if (journal === undefined) return refuse('journal_missing', `There is no journal ${journalId}`);
    if (journal.state === step) return null;
    if (journal.state === 'posted')
      return refuse('journal_posted', `Journal ${journalId} is posted; only a reversal corrects it`);
    if (journal.state === 'voided') return refuse('journal_voided', `Journal ${journalId} is voided`);
    const stepped: Journal = {
      ...journal,
      state: step,
      steps: [...journal.steps, { step, seq: this.#seq, at: this.#at, reason }],
    };
    this.#take(stepped);
    this.#enter(journal, 'pending', -1n);
    if (step === 'posted') this.#enter(journal, 'posted', 1n);
    return null;
  }

  /** Its accounts took the entries once, and take them back whatever they are now: money that came back is there. */
  #reverse({ id, journalId, memo, source }: Extract<LedgerIntent, { type: 'reverse' }>): Refused {
    const journal = this.#journal(journalId);
    if (journal === undefined) return refuse('journal_missing', `There is no journal ${journalId}`);
    if (journal.reversedBy === id) return null;
    if (journal.reversedBy != null)
      return refuse('journal_reversed', `Journal ${journalId} is reversed already, by ${journal.reversedBy}`);
    if (journal.state === 'voided') return refuse('journal_voided', `Journal ${journalId} is voided`);
    if (journal.state === 'pending')
      return refuse('journal_pending', `Journal ${journalId} is pending; it can be voided, not reversed`);
    if (this.#journal(id) !== undefined) return refuse('intent_id_reused', `Journal ${id} is recorded already`);
    const reversal: Journal = {
      ...journal,
      id,
      memo,
      effectiveDay: this.#at.slice(0, 10),
      entries: journal.entries.map((entry) => ({ ...entry, side: entry.side === 'debit' ? 'credit' : 'debit' })),
      source,
      steps: [{ step: 'posted', seq: this.#seq, at: this.#at, reason: null }],
      reverses: journalId,
      reversedBy: null,
      recordedAt: this.#at,
    };
    this.journals.set(journalId, { ...journal, reversedBy: id });
    this.created.add(id);
    this.#take(reversal);
    this.#enter(reversal, 'posted', 1n);
    return null;
  }

  #take(journal: Journal): void {
    this.journals.set(journal.id, journal);
    this.leaves.push(journalLeaf(journal, journal.steps.length - 1));
  }

  /** Adds (or with −1 takes away) a journal's entries, in their accounts and all above. */
  #enter(journal: Journal, state: 'pending' | 'posted', sign: 1n | -1n): void {
    for (const entry of journal.entries) {
      const account = this.#account(entry.accountId) as Account;
      const amount = sign * BigInt(entry.amountMinor);
      this.sheet.add(account, entry.currency, state, entry.side, amount, this.#seq, this.#at);
      for (const above of account.path)
        this.sheet.add(this.#account(above) as Account, entry.currency, state, entry.side, amount, this.#seq, this.#at);
    }
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

function sameJournal(
  recorded: Journal,
  { state, journal, source }: Extract<LedgerIntent, { type: 'record' }>,
): boolean {
  const day = journal.effectiveDay ?? recorded.effectiveDay;
  const statement = (parts: Record<string, unknown>): string => canonicalJson(parts);
  return (
    statement({
      state: recorded.steps[0]?.step,
      memo: recorded.memo,
      day: recorded.effectiveDay,
      entries: recorded.entries,
      source: recorded.source,
    }) === statement({ state, memo: journal.memo, day, entries: journal.entries, source })
  );
}

/** Keys of the balances that an intent's entries touch, so that they can be loaded: the accounts' own and all above. */
export function balancesOf(
  entries: readonly { readonly accountId: string; readonly currency: string }[],
  accounts: ReadonlyMap<string, Pick<Account, 'path'>>,
): Set<string> {
  const keys = new Set<string>();
  for (const { accountId, currency } of entries) {
    keys.add(balanceKey(accountId, currency));
    for (const above of accounts.get(accountId)?.path ?? []) keys.add(balanceKey(above, currency));
  }
  return keys;
}
