import { canonicalJson } from '../hash.ts';
import type { Account, AccountChange, Guard } from '../schemas/account.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import type { Book } from './book.ts';
import { isDay } from './days.ts';
import { asOpened } from './leaf.ts';
import { refuse, type Refused } from './refusal.ts';
import { SUSPENSE_ACCOUNT, takesAll } from './suspense.ts';

/** Levels below the root. */
export const MAX_DEPTH = 8;
const MAX_CHANGES = 200;

type Opening = Extract<LedgerIntent, { type: 'open_account' }>['account'];

export function openAccount(book: Book, { account }: Extract<LedgerIntent, { type: 'open_account' }>): Refused {
  const opened = book.account(account.id);
  if (opened !== undefined)
    return sameOpening(opened, account)
      ? null
      : refuse('account_exists', `Account ${account.id} is open already, and differs`);
  const refused = checkOpening(book, account);
  if (refused !== null) return refused;
  const parent = account.parentId === null ? null : (book.account(account.parentId) as Account);
  const path = parent === null ? [] : [...parent.path, parent.id];
  if (path.length > MAX_DEPTH)
    return refuse(
      'tree_too_deep',
      `Account ${account.id} would lie ${path.length} levels deep; ${MAX_DEPTH} is the limit`,
    );
  book.putAccount(
    {
      ...account,
      currency: account.currency ?? null,
      branch: account.branch ?? null,
      openedOn: account.openedOn ?? null,
      guards: account.guards ?? [],
      closedOn: null,
      depth: path.length,
      path,
      seq: book.seq,
      createdAt: book.at,
      changes: [],
      version: 1,
    },
    true,
  );
  return null;
}

function sameOpening(opened: Account, asked: Opening): boolean {
  const statement = (one: Opening): string =>
    canonicalJson({
      name: one.name,
      type: one.type,
      parentId: one.parentId,
      postable: one.postable,
      mirrors: one.mirrors,
      currency: one.currency ?? null,
      branch: one.branch ?? null,
      openedOn: one.openedOn ?? null,
      guards: one.guards ?? [],
    });
  // Who asks again after a change may know of it or not.
  return statement(asked) === statement(asOpened(opened)) || statement(asked) === statement(opened);
}

function checkOpening(book: Book, account: Opening): Refused {
  if (account.closed) return refuse('account_closed', `Account ${account.id} can not be opened closed`);
  if (account.openedOn != null && !isDay(account.openedOn))
    return refuse('day_invalid', `"${account.openedOn}" is not a day`);
  if (account.id === SUSPENSE_ACCOUNT && !takesAll(account))
    return refuse(
      'suspense_account',
      `Account ${account.id} takes what has no other place: any entry, of any currency and day`,
    );
  return checkParent(book, account) ?? checkGuardList(account.id, account.guards ?? []);
}

function checkParent(book: Book, account: Opening): Refused {
  if (account.parentId === null) return null;
  const parent = book.account(account.parentId);
  if (parent === undefined)
    return refuse('parent_missing', `Account ${account.id} would lie under ${account.parentId}, which is not open`);
  if (parent.closed) return refuse('parent_closed', `Account ${parent.id} is closed`);
  if (parent.postable) return refuse('parent_postable', `Account ${parent.id} takes entries, so none can lie under it`);
  if (parent.type !== account.type)
    return refuse(
      'parent_type_differs',
      `Account ${account.id} is of type ${account.type}, but ${parent.id} above it of type ${parent.type}`,
    );
  if (parent.currency !== null && account.currency !== parent.currency)
    return refuse(
      'account_currency',
      `Account ${account.id} would take ${account.currency ?? 'any currency'}, but ${parent.id} above it ${parent.currency} only`,
    );
  return null;
}

function checkGuardList(id: string, guards: readonly Guard[]): Refused {
  const kinds = guards.map((guard) =>
    guard.kind === 'not_below_zero'
      ? guard.kind
      : `${guard.kind} ${guard.currency} ${guard.kind === 'daily_limit' ? guard.side : ''}`,
  );
  if (new Set(kinds).size !== kinds.length) return refuse('guard_invalid', `Account ${id} would have a guard twice`);
  if (guards.some((guard) => guard.kind !== 'not_below_zero' && guard.limitMinor.startsWith('-')))
    return refuse('guard_invalid', `Account ${id} would have a guard with a limit below zero`);
  return null;
}

/** An account that is closed takes no entries, but for reversals of what it has. It can be opened again. */
export function changeAccount(book: Book, intent: Extract<LedgerIntent, { type: 'change_account' }>): Refused {
  const { id, accountId, set, reason } = intent;
  const account = book.account(accountId);
  if (account === undefined) return refuse('account_missing', `There is no account ${accountId}`);
  const done = account.changes.findIndex((change) => change.id === id);
  if (done >= 0)
    return sameChange(account, done, set, reason)
      ? null
      : refuse('intent_id_reused', `Account ${accountId} has a change ${id} already, and it differs`);
  if (account.changes.length >= MAX_CHANGES)
    return refuse('changes_over_limit', `Account ${accountId} has been changed ${MAX_CHANGES} times`);
  const after = withClosingDay(set, account, book.today);
  const fields = fieldsThatDiffer(after, account);
  if (fields.length === 0) return refuse('nothing_to_change', `Account ${accountId} is like this already`);
  const refused = checkChange(book, account, after);
  if (refused !== null) return refused;
  const step = {
    id,
    seq: book.seq,
    at: book.at,
    reason,
    before: pick(account, fields),
    after: pick(after, fields),
  };
  const changed = { ...account, ...step.after, changes: [...account.changes, step], version: account.version + 1 };
  // Fields that are picked are set.
  book.putAccount(changed as Account, false);
  return null;
}

const fieldsThatDiffer = (after: AccountChange, before: AccountChange): (keyof AccountChange)[] =>
  (Object.keys(after) as (keyof AccountChange)[]).filter(
    (field) => canonicalJson(after[field] ?? null) !== canonicalJson(before[field] ?? null),
  );

const pick = (from: AccountChange, fields: readonly (keyof AccountChange)[]): AccountChange =>
  Object.fromEntries(fields.map((field) => [field, from[field]]));

/** Whether a change that was made is what is asked for now, from where the account stood then. */
function sameChange(account: Account, index: number, set: AccountChange, reason: string): boolean {
  const undone = account.changes.slice(index).toReversed();
  const before = Object.assign({ ...account }, ...undone.map((change) => change.before)) as Account;
  const made = account.changes[index] as Account['changes'][number];
  const after = withClosingDay(set, before, made.at.slice(0, 10));
  return (
    made.reason === reason &&
    canonicalJson(pick(after, fieldsThatDiffer(after, before))) === canonicalJson({ ...made.after })
  );
}

function withClosingDay(set: AccountChange, account: Account, today: string): AccountChange {
  if (set.closed === true && !account.closed) return { ...set, closedOn: set.closedOn ?? today };
  if (set.closed === false) return { ...set, closedOn: null };
  return set;
}

function checkChange(book: Book, account: Account, after: AccountChange): Refused {
  if (after.closedOn != null && !isDay(after.closedOn))
    return refuse('day_invalid', `"${after.closedOn}" is not a day`);
  if (after.closedOn != null && !(after.closed ?? account.closed))
    return refuse('day_invalid', `Account ${account.id} is open; only one that is closed has a last day`);
  if (after.closed === true && !account.closed) return checkClosing(book, account);
  const parent = account.parentId === null ? undefined : book.account(account.parentId);
  if (after.closed === false && account.closed && parent?.closed === true)
    return refuse('parent_closed', `Account ${parent.id} is closed`);
  return checkGuardList(account.id, after.guards ?? []);
}

/** Nothing is left in it, nothing is on its way, and nothing open lies under it. */
function checkClosing(book: Book, account: Account): Refused {
  if (account.id === SUSPENSE_ACCOUNT)
    return refuse('suspense_account', `Account ${account.id} takes what has no other place, and stays open`);
  for (const currency of book.currenciesOf(account.id)) {
    const sums = book.sheet.sums(account.id, currency);
    if (sums.postedDebit !== sums.postedCredit)
      return refuse(
        'account_not_empty',
        `Account ${account.id} holds ${currency} ${sums.postedDebit - sums.postedCredit} (minor units, debit)`,
      );
    if (sums.pendingDebit !== 0n || sums.pendingCredit !== 0n)
      return refuse('account_not_empty', `Account ${account.id} has pending entries in ${currency}`);
  }
  const [below] = book.openChildren(account.id);
  return below === undefined
    ? null
    : refuse('account_has_open_children', `Account ${account.id} can't be closed before ${below}, which lies under it`);
}
