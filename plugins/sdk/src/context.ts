import { csvRows, type CsvRows } from './csv-rows.ts';
import { createDraft, type Draft } from './drafts.ts';
import type { FilePublish } from './effects.ts';
import { filePieces } from './file-pieces.ts';
import type { ClaimKind } from '@countersign/domain/schemas/effect';
import type { RateQuote } from '@countersign/domain/schemas/fx';

/** An input file's text, decoded by the host, without a byte order mark. */
export interface InputText {
  readonly name: string;
  readonly text: string;
  readonly encoding: string;
  readonly sha256: string;
}

export interface StripeDestination {
  readonly id: string;
  readonly bankName: string;
  readonly last4: string;
  readonly currency: string;
  readonly country: string;
  /** The account's default for its currency. */
  readonly isDefault: boolean;
}

export interface StripeAccount {
  readonly id: string;
  readonly businessName: string;
  readonly payoutsEnabled: boolean;
  /** `hidden`: Stripe does not show this account's bank accounts to the platform. */
  readonly destinations: readonly StripeDestination[] | 'hidden';
  readonly available: readonly { readonly currency: string; readonly amountMinor: string }[];
}

export interface MissingStripeAccount {
  readonly missing: true;
  readonly code: string;
  readonly message: string;
}

export interface ClaimHolder {
  /** '' of a journal that no execution has made. */
  readonly executionId: string;
  /** When it was taken, an ISO 8601 instant. */
  readonly at: string;
  /** Spent by an earlier run that this one resumes: the row is done (or nobody knows yet), so it is left out silently. */
  readonly resumed?: boolean;
  /** Not a claim: the reference is the id of a journal that the ledger has. */
  readonly inLedger?: boolean;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** All that a plugin has of the world. Each reading needs its capability in the manifest. */
export interface Context {
  /** The execution's own now, an ISO 8601 instant; it stands still. */
  readonly now: string;
  readonly execution: { readonly id: string; readonly title: string };
  readonly files: {
    /** The whole text; for files of up to 50 MiB. */
    text(parameter: string): Promise<InputText>;
    /** The text in pieces of about a MiB, in order; for files of any size. */
    chunks(parameter: string): AsyncIterable<string>;
    /** A CSV file's header, and its rows in batches; for files of any size. */
    rows(parameter: string): Promise<CsvRows>;
  };
  /** Files made while planning; `filePublish` makes the effect that shows one. */
  readonly drafts: { create(name: string, contentType: FilePublish['contentType']): Promise<Draft> };
  readonly stripe: {
    balances(accounts: readonly string[]): Promise<ReadonlyMap<string, StripeAccount | MissingStripeAccount>>;
  };
  /** Which of these references (of payouts, unless said) an execution holds already. References that are free are left out. */
  readonly claims: {
    lookup(references: readonly string[], kind?: ClaimKind): Promise<ReadonlyMap<string, ClaimHolder>>;
  };
  /** Records of a registered type by id, with the version that a `record.write` or a recheck names. Unknown ones are left out. */
  readonly records: { get(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, PluginRecord>> };
  readonly ledger: {
    /** Accounts of the ledger by id. Unknown ones are left out. */
    accounts(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerAccount>>;
    /**
     * Balances of accounts at the end of an effective day, as known now, all of one moment; null for everything that is
     * recorded. A sum stands for all accounts below it. At most 400 accounts that take entries.
     */
    balances(accounts: readonly string[], day: string | null): Promise<LedgerBalances>;
  };
  readonly fx: {
    /** The quotes of a day and the days before it by which these currencies can be compared with the base currency. */
    rates(query: RateQuery): Promise<RateTable>;
  };
  readonly log: Readonly<Record<LogLevel, (message: string) => void>>;
}

/** What decides whether an account takes an entry. */
export interface LedgerAccount {
  readonly name: string;
  readonly type: 'asset' | 'liability' | 'equity' | 'income' | 'expense';
  /** Else it only sums up those below it. */
  readonly postable: boolean;
  /** The only currency of its entries; null takes any. */
  readonly currency: string | null;
  readonly openedOn: string | null;
  readonly closed: boolean;
}

export interface LedgerBalance {
  readonly accountId: string;
  readonly currency: string;
  readonly postedDebitMinor: string;
  readonly postedCreditMinor: string;
  readonly pendingDebitMinor: string;
  readonly pendingCreditMinor: string;
}

export interface LedgerBalances {
  /** By account and currency; what has no entries is absent. */
  readonly balances: readonly LedgerBalance[];
  /** Leaves of the ledger that they cover: it grows with every posting. */
  readonly asOfSize: number;
}

export interface RateQuery {
  /** At most 200. */
  readonly currencies: readonly string[];
  readonly day: string;
  /** At most 31. */
  readonly maxAgeDays: number;
}

export interface RateTable {
  readonly baseCurrency: string;
  readonly quotes: readonly RateQuote[];
}

export interface PluginRecord {
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the sandbox gives: one callback, a log, and the time. The test kit has another. */
export interface Host {
  readonly now: string;
  call(method: string, args: unknown): Promise<unknown>;
  log(level: LogLevel, message: string): void;
}

/** So many accounts or references go in one call; the host sets no smaller limit. */
const ACCOUNTS_A_CALL = 500;
const REFERENCES_A_CALL = 10_000;
const RECORDS_A_CALL = 1_000;
const LEDGER_ACCOUNTS_A_CALL = 1_000;

export function createContext(host: Host, execution: { readonly id: string; readonly title: string }): Context {
  const logAt =
    (level: LogLevel) =>
    (message: string): void =>
      host.log(level, message);
  return {
    now: host.now,
    execution,
    log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
    files: {
      text: async (parameter) => (await host.call('files.read', { parameter })) as InputText,
      chunks: (parameter) => textsOf(host, parameter),
      rows: (parameter) => csvRows(host, parameter),
    },
    drafts: { create: (name, contentType) => createDraft(host, name, contentType) },
    stripe: {
      balances: (accounts) =>
        inBatches(accounts, ACCOUNTS_A_CALL, async (batch) => {
          const answer = (await host.call('stripe.balances', { accounts: batch })) as {
            accounts: Record<string, StripeAccount | MissingStripeAccount>;
          };
          return answer.accounts;
        }),
    },
    claims: {
      lookup: (references, kind = 'payout') =>
        inBatches(references, REFERENCES_A_CALL, async (batch) => {
          const answer = (await host.call('claims.lookup', { kind, references: batch })) as {
            taken: Record<string, ClaimHolder>;
          };
          return answer.taken;
        }),
    },
    records: {
      get: (type, ids) =>
        inBatches(ids, RECORDS_A_CALL, async (batch) => {
          const answer = (await host.call('records.get', { type, ids: batch })) as {
            records: Record<string, PluginRecord>;
          };
          return answer.records;
        }),
    },
    ledger: {
      accounts: (ids) =>
        inBatches(ids, LEDGER_ACCOUNTS_A_CALL, async (batch) => {
          const answer = (await host.call('ledger.accounts', { ids: batch })) as {
            accounts: Record<string, LedgerAccount>;
          };
          return answer.accounts;
        }),
      balances: async (accounts, day) => (await host.call('ledger.balances', { accounts, day })) as LedgerBalances,
    },
    fx: { rates: async (query) => (await host.call('fx.rates', query)) as RateTable },
  };
}

async function* textsOf(host: Host, parameter: string): AsyncGenerator<string, void, undefined> {
  for await (const { text } of filePieces(host, parameter)) yield text;
}

async function inBatches<T>(
  items: readonly string[],
  size: number,
  read: (batch: readonly string[]) => Promise<Record<string, T>>,
): Promise<ReadonlyMap<string, T>> {
  const all = new Map<string, T>();
  for (let start = 0; start < items.length; start += size) {
    const answer = await read(items.slice(start, start + size));
    for (const [key, value] of Object.entries(answer)) all.set(key, value);
  }
  return all;
}
