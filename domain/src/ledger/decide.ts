import type { Account } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { changeAccount, openAccount } from './account-intents.ts';
import { balanceKey } from './balance-sheet.ts';
import { Book, outcomeOf, type LedgerDecision as Outcome, type LedgerState } from './book.ts';
import { expire, post, record, recordLinked, voidJournal } from './journal-intents.ts';
import { changePeriod, openPeriod } from './period-intents.ts';
import type { LedgerRefusal, Refused } from './refusal.ts';
import { reverse } from './reverse.ts';

export type { Closing, LedgerAlert, LedgerState } from './book.ts';
export type { LedgerRefusal, LedgerRefusalCode } from './refusal.ts';

export interface LedgerDecision extends Outcome {
  readonly refusals: readonly ({ readonly index: number } & LedgerRefusal)[];
}

/**
 * Decide a batch of well-formed intents in their order. A refused intent leaves no trace but its refusal; an intent
 * that was carried out before is accepted without effect, so that handing one in twice is once.
 * @param at ISO instant, the recorded time of all steps
 */
export function decideBatch(state: LedgerState, intents: readonly LedgerIntent[], at: string): LedgerDecision {
  const book = new Book(state, at);
  const refusals: ({ index: number } & LedgerRefusal)[] = [];
  intents.forEach((intent, index) => {
    const refused = decide(book, intent);
    if (refused !== null) refusals.push({ index, ...refused });
  });
  return { ...outcomeOf(book), refusals };
}

function decide(book: Book, intent: LedgerIntent): Refused {
  switch (intent.type) {
    case 'open_account':
      return openAccount(book, intent);
    case 'change_account':
      return changeAccount(book, intent);
    case 'open_period':
      return openPeriod(book, intent);
    case 'close_period':
    case 'lock_period':
    case 'reopen_period':
      return changePeriod(book, intent);
    case 'record':
      return record(book, intent);
    case 'record_linked':
      return recordLinked(book, intent);
    case 'post':
      return post(book, intent);
    case 'void':
      return voidJournal(book, intent.journalId, intent.reason);
    case 'expire':
      return expire(book, intent);
    case 'reverse':
      return reverse(book, intent);
  }
}

/** Keys of the balances that an intent's entries touch, so that they can be loaded: the accounts' own and all above. */
export function balancesOf(
  entries: readonly { readonly accountId: string; readonly currency: string }[],
  accounts: { get(id: string): Pick<Account, 'path'> | undefined },
): Set<string> {
  const keys = new Set<string>();
  for (const { accountId, currency } of entries) {
    keys.add(balanceKey(accountId, currency));
    for (const above of accounts.get(accountId)?.path ?? []) keys.add(balanceKey(above, currency));
  }
  return keys;
}
