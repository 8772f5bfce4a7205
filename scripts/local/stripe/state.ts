import type { Journal } from './journal.ts';

/**
 * The state of the local Stripe: a handful of maps, changed only by `commit`. Amounts are integers in Stripe's
 * own smallest units, as JSON numbers, because that is how Stripe sends them; all are safe integers.
 */
export interface ExternalAccount {
  readonly id: string;
  readonly bankName: string;
  readonly last4: string;
  readonly currency: string;
  readonly country: string;
  readonly defaultForCurrency: boolean;
  readonly status: 'new' | 'verified' | 'validated' | 'errored';
}

export interface Account {
  readonly id: string;
  /** The platform itself: what a request without a `Stripe-Account` header acts on. Exactly one. */
  readonly platform: boolean;
  /** False: the account exists, but revoked its connection. Requests for it are refused. */
  readonly connected: boolean;
  /** Stripe hides the external accounts of a `standard` account from its platform. */
  readonly type: 'standard' | 'express' | 'custom';
  readonly businessName: string;
  readonly email: string | null;
  readonly country: string;
  readonly defaultCurrency: string;
  readonly created: number;
  readonly payoutsEnabled: boolean;
  /** Least payout by currency. Stripe's own minimums differ by country and account; here none unless set. */
  readonly minimumPayout: Readonly<Record<string, number>>;
  readonly externalAccounts: readonly ExternalAccount[];
}

export interface Balances {
  readonly available: Readonly<Record<string, number>>;
  readonly pending: Readonly<Record<string, number>>;
}

/** As the API sends it, and the account that it belongs to. */
export interface PayoutRecord {
  readonly account: string;
  readonly payout: Payout;
}

export interface Payout {
  readonly id: string;
  readonly object: 'payout';
  readonly amount: number;
  readonly application_fee: null;
  readonly application_fee_amount: null;
  readonly arrival_date: number;
  readonly automatic: boolean;
  readonly balance_transaction: string;
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly destination: string;
  readonly failure_balance_transaction: string | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly livemode: false;
  readonly metadata: Readonly<Record<string, string>>;
  readonly method: string;
  readonly original_payout: null;
  readonly payout_method: null;
  readonly reconciliation_status: 'not_applicable';
  readonly reversed_by: null;
  readonly source_type: string;
  readonly statement_descriptor: string | null;
  readonly status: 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled';
  readonly trace_id: { readonly status: string; readonly value: string | null } | null;
  readonly type: 'bank_account';
}

/** From the platform's balance to a connected account's. */
export interface Transfer {
  readonly id: string;
  readonly object: 'transfer';
  readonly amount: number;
  readonly amount_reversed: number;
  readonly balance_transaction: string;
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly destination: string;
  readonly livemode: false;
  readonly metadata: Readonly<Record<string, string>>;
  readonly reversed: boolean;
  readonly source_transaction: null;
  readonly source_type: string;
  readonly transfer_group: string | null;
}

export interface Transaction {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly source: string | null;
  readonly type:
    | 'payout'
    | 'payout_cancel'
    | 'payout_failure'
    | 'adjustment'
    | 'transfer'
    | 'transfer_refund'
    | 'payment'
    | 'payment_refund';
}

/** The first answer under an idempotency key, given again to every repetition. */
export interface SavedAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
  readonly savedAtMs: number;
}

/** Everything that one request changes. Values are absolute, so that applying a change twice changes nothing. */
export interface Change {
  readonly reset?: true;
  readonly forgetAnswers?: true;
  readonly accounts?: readonly Account[];
  readonly balances?: readonly (readonly [account: string, balances: Balances])[];
  readonly payouts?: readonly PayoutRecord[];
  readonly transfers?: readonly Transfer[];
  readonly transactions?: readonly Transaction[];
  readonly answers?: readonly (readonly [key: string, answer: SavedAnswer])[];
}

const NO_BALANCES: Balances = { available: {}, pending: {} };

export class State {
  readonly accounts = new Map<string, Account>();
  readonly payouts = new Map<string, PayoutRecord>();
  readonly transactions = new Map<string, Transaction>();
  readonly answers = new Map<string, SavedAnswer>();
  /** Ids by account, oldest first: what the lists are served from. */
  readonly payoutIds = new Map<string, string[]>();
  /** Oldest first, as they were made. */
  readonly transfers = new Map<string, Transfer>();
  readonly transactionIds = new Map<string, string[]>();
  readonly #balances = new Map<string, Balances>();
  readonly #journal: Journal | undefined;
  #watcher: ((change: Change, before: State) => void) | undefined;

  constructor(journal?: Journal) {
    this.#journal = journal;
    for (const change of journal?.load() ?? []) this.#apply(change);
  }

  balancesOf(account: string): Balances {
    return this.#balances.get(account) ?? NO_BALANCES;
  }

  platform(): Account {
    for (const account of this.accounts.values()) if (account.platform) return account;
    throw new Error('The local Stripe has no platform account');
  }

  /** Told of every change just before it is made. */
  watch(watcher: (change: Change, before: State) => void): void {
    this.#watcher = watcher;
  }

  /** Written to the journal before it counts, so that what was answered survives a killed process. */
  commit(change: Change): void {
    this.#journal?.append(change);
    this.#watcher?.(change, this);
    this.#apply(change);
  }

  /** The whole state as changes of bounded size, without answers too old to be replayed: a compacted journal. */
  *snapshot(answersSinceMs: number): Generator<Change> {
    yield { accounts: [...this.accounts.values()], balances: [...this.#balances] };
    for (const record of this.payouts.values()) yield { payouts: [record] };
    for (const transfer of this.transfers.values()) yield { transfers: [transfer] };
    for (const transaction of this.transactions.values()) yield { transactions: [transaction] };
    for (const entry of this.answers) if (entry[1].savedAtMs >= answersSinceMs) yield { answers: [entry] };
  }

  close(answersSinceMs: number): void {
    this.#journal?.close(this.snapshot(answersSinceMs));
  }

  #apply(change: Change): void {
    if (change.reset) {
      for (const map of [
        this.accounts,
        this.payouts,
        this.transfers,
        this.transactions,
        this.answers,
        this.payoutIds,
        this.transactionIds,
        this.#balances,
      ])
        map.clear();
    }
    if (change.forgetAnswers) this.answers.clear();
    for (const account of change.accounts ?? []) this.accounts.set(account.id, account);
    for (const [account, balances] of change.balances ?? []) this.#balances.set(account, balances);
    for (const record of change.payouts ?? []) {
      if (!this.payouts.has(record.payout.id)) pushTo(this.payoutIds, record.account, record.payout.id);
      this.payouts.set(record.payout.id, record);
    }
    for (const transfer of change.transfers ?? []) this.transfers.set(transfer.id, transfer);
    for (const transaction of change.transactions ?? []) {
      if (!this.transactions.has(transaction.id)) pushTo(this.transactionIds, transaction.account, transaction.id);
      this.transactions.set(transaction.id, transaction);
    }
    for (const [key, answer] of change.answers ?? []) this.answers.set(key, answer);
  }
}

function pushTo(lists: Map<string, string[]>, key: string, id: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [id]);
  else list.push(id);
}
