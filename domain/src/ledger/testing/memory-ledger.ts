import type { Account, Balance } from '../../schemas/account.ts';
import type { Feed } from '../../schemas/balance-month.ts';
import type { Journal } from '../../schemas/journal.ts';
import type { LedgerIntent } from '../../schemas/ledger-intent.ts';
import type { Period } from '../../schemas/period.ts';
import { balanceKey } from '../balance-sheet.ts';
import { decideBatch, type Closing, type LedgerDecision, type LedgerState } from '../decide.ts';

/** A ledger as the store keeps it: what a batch decides is laid into it. For tests. */
export class MemoryLedger implements LedgerState {
  size = 0;
  readonly accounts = new Map<string, Account>();
  readonly journals = new Map<string, Journal>();
  readonly balances = new Map<string, Balance>();
  readonly periods = new Map<string, Period>();
  readonly leaves: string[] = [];
  readonly feeds: (Omit<Feed, 'cells'> & { readonly cells: LedgerDecision['cells'] })[] = [];

  readonly closing = {
    get: (id: string): Closing => ({
      currencies: [...this.balances.values()].filter((one) => one.accountId === id).map((one) => one.currency),
      children: [...this.accounts.values()].filter((one) => one.parentId === id && !one.closed).map((one) => one.id),
    }),
  };

  run(intents: readonly LedgerIntent[], at: string): LedgerDecision {
    const decision = decideBatch(this, intents, at);
    for (const account of [...decision.accountsOpened, ...decision.accountsChanged])
      this.accounts.set(account.id, account);
    for (const period of decision.periods) this.periods.set(period.id, period);
    for (const journal of [...decision.journalsCreated, ...decision.journalsStepped])
      this.journals.set(journal.id, journal);
    for (const balance of decision.balances)
      this.balances.set(balanceKey(balance.accountId, balance.currency), balance);
    this.leaves.push(...decision.leaves);
    if (decision.leaves.length > 0)
      this.feeds.push({
        firstSeq: this.size,
        nextSeq: this.size + decision.leaves.length,
        day: at.slice(0, 10),
        cells: decision.cells,
      });
    this.size += decision.leaves.length;
    return decision;
  }

  balance(accountId: string, currency = 'USD'): Balance | undefined {
    return this.balances.get(balanceKey(accountId, currency));
  }
}

type Opening = Extract<LedgerIntent, { type: 'open_account' }>;
type Recording = Extract<LedgerIntent, { type: 'record' }>;
export type EntryText = readonly [account: string, side: 'debit' | 'credit', amountMinor: string, currency?: string];

export const opening = (
  id: string,
  parentId: string | null,
  postable: boolean,
  type: Account['type'] = 'asset',
  more: Partial<Opening['account']> = {},
): Opening => ({
  type: 'open_account',
  id: `open-${id}`,
  account: { id, name: id, type, parentId, postable, closed: false, mirrors: null, ...more },
});

export const recording = (
  id: string,
  entries: readonly EntryText[],
  state: 'pending' | 'posted' = 'posted',
  more: Partial<Omit<Recording, 'journal'>> & { readonly journal?: Partial<Recording['journal']> } = {},
): Recording => ({
  type: 'record',
  id,
  state,
  source: { executionId: null, effectId: null, kind: 'test' },
  ...more,
  journal: {
    memo: 'memo',
    effectiveDay: null,
    entries: entries.map(([accountId, side, amountMinor, currency = 'USD']) => ({
      accountId,
      side,
      amountMinor,
      currency,
    })),
    ...more.journal,
  },
});

/** Debit one, credit the other. */
export const between = (debit: string, credit: string, amountMinor: string | bigint, currency = 'USD'): EntryText[] => [
  [debit, 'debit', String(amountMinor), currency],
  [credit, 'credit', String(amountMinor), currency],
];
