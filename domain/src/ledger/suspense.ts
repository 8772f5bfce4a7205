import type { JournalEntryDraft } from '../schemas/effect.ts';
import type { Account, OpeningAccount } from '../schemas/account.ts';
import type { Journal } from '../schemas/journal.ts';
import type { Book } from './book.ts';

/** Where entries lie that must be booked and have no account to go to. The writer opens it when it first needs it. */
export const SUSPENSE_ACCOUNT = 'suspense';

/** What must be booked can be of any currency and day: what the suspense account has to be like. */
export const takesAll = ({
  postable,
  currency,
  openedOn,
}: Pick<OpeningAccount, 'postable' | 'currency' | 'openedOn'>): boolean =>
  postable && currency == null && openedOn == null;

type Suspended = Pick<Journal, 'entries' | 'suspended'>;

/** Entries with each that its account does not take put into suspense. Their amounts and sides stay: it is as balanced as before. */
export function suspend(
  book: Book,
  entries: readonly JournalEntryDraft[],
  because: (entry: JournalEntryDraft) => string | null,
): Suspended {
  const suspended: Journal['suspended'] = [];
  const placed = entries.map((entry, index) => {
    const reason = because(entry);
    if (reason === null) return entry;
    suspended.push({ entry: index, accountId: entry.accountId, reason });
    return { ...entry, accountId: SUSPENSE_ACCOUNT };
  });
  if (suspended.length > 0) openSuspense(book);
  return { entries: placed, suspended };
}

function openSuspense(book: Book): void {
  if (book.account(SUSPENSE_ACCOUNT) !== undefined) return;
  const account: Account = {
    id: SUSPENSE_ACCOUNT,
    name: 'Suspense',
    type: 'asset',
    parentId: null,
    depth: 0,
    path: [],
    postable: true,
    currency: null,
    branch: null,
    openedOn: null,
    closed: false,
    closedOn: null,
    guards: [],
    mirrors: null,
    seq: book.seq,
    createdAt: book.at,
    changes: [],
    version: 1,
  };
  book.putAccount(account, true);
}
