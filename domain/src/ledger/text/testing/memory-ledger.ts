import { balanceKey } from '../../balance-sheet.ts';
import { decideBatch, type Closing, type LedgerDecision, type LedgerState } from '../../decide.ts';
import type { Account, Balance, Journal, LedgerIntent, Period } from '../../../schemas/ledger.ts';

/** A ledger in memory for tests: what each batch decides is laid into it, as the writer does in the store. */
export class MemoryLedger implements LedgerState {
  size = 0;
  readonly accounts = new Map<string, Account>();
  readonly journals = new Map<string, Journal>();
  readonly balances = new Map<string, Balance>();
  readonly periods = new Map<string, Period>();

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
    this.size += decision.leaves.length;
    return decision;
  }
}
