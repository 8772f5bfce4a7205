import { canonicalJson } from '../hash.ts';
import type { JournalEntryDraft } from '../schemas/effect.ts';
import type { Journal } from '../schemas/journal.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { balanced } from './balanced.ts';
import type { Book } from './book.ts';
import { isDay } from './days.ts';
import { firstDay } from './leaf.ts';
import { openDay } from './periods.ts';
import { refuse, type Refused } from './refusal.ts';
import { suspend } from './suspense.ts';

const MAX_ENTRIES = 500;
/** Sums of amounts below this stay far within the 78 digits that a balance can hold. */
const MAX_AMOUNT_DIGITS = 60;

export type RecordIntent = Extract<LedgerIntent, { type: 'record' }>;

export const PLAIN: Pick<
  Journal,
  | 'lateFor'
  | 'group'
  | 'expiresAt'
  | 'reverses'
  | 'reversedBy'
  | 'partReversals'
  | 'reversedMinor'
  | 'revives'
  | 'revivedBy'
  | 'suspended'
> = {
  lateFor: null,
  group: null,
  expiresAt: null,
  reverses: null,
  reversedBy: null,
  partReversals: [],
  reversedMinor: [],
  revives: null,
  revivedBy: null,
  suspended: [],
};

export function record(book: Book, intent: RecordIntent, group: string | null = null): Refused {
  const recorded = book.journal(intent.id);
  if (recorded !== undefined)
    return sameJournal(recorded, intent, group)
      ? null
      : refuse('intent_id_reused', `Journal ${intent.id} is recorded already, and differs`);
  const asked = intent.journal.effectiveDay;
  if (asked !== null && !isDay(asked)) return refuse('day_invalid', `"${asked}" is not a day`);
  const refused = checkShape(intent) ?? (intent.must === true ? null : checkAccounts(book, intent));
  if (refused !== null) return refused;
  const day = openDay(asked ?? book.today, book.closedThrough);
  if (asked !== null && day !== asked && intent.must !== true && intent.journal.late !== 'route')
    return refuse(
      'period_closed',
      `The ledger is closed through ${book.closedThrough}; journal ${intent.id} is of ${asked}`,
    );
  const { entries } = intent.journal;
  const guarded = intent.must === true ? null : book.guarded(entries, intent.state);
  if (guarded !== null) return guarded;
  const placed =
    intent.must === true
      ? suspend(book, entries, (entry) => accountRefuses(book, entry, day)?.message ?? null)
      : { entries, suspended: [] };
  const journal: Journal = {
    ...PLAIN,
    id: intent.id,
    state: intent.state,
    memo: intent.journal.memo,
    effectiveDay: day,
    ...placed,
    accounts: accountsOf(placed.entries),
    metadata: intent.journal.metadata ?? {},
    source: intent.source,
    steps: [{ step: intent.state, seq: book.seq, at: book.at, reason: null, routedFrom: null }],
    lateFor: asked === null || asked === day ? null : asked,
    group,
    expiresAt: intent.expiresAt ?? null,
    recordedAt: book.at,
  };
  begin(book, journal);
  if (intent.must === true) alertIfLate(book, journal);
  return null;
}

/** What had to be booked could not be booked for its day. Whoever asked for a route needs no alert of it. */
export function alertIfLate(book: Book, { id, effectiveDay, lateFor }: Journal): void {
  if (lateFor === null) return;
  book.alerts.push({
    kind: 'late_posting',
    journalId: id,
    message: `Booked for ${effectiveDay}: the period of ${lateFor} was closed`,
  });
}

/** Each journal sees the ones before it. When one is refused, none is recorded. */
export function recordLinked(book: Book, intent: Extract<LedgerIntent, { type: 'record_linked' }>): Refused {
  const ids = new Set(intent.journals.map((journal) => journal.id));
  if (ids.size !== intent.journals.length) return refuse('linked_twice', 'A journal is linked to itself');
  const trial = book.branch();
  for (const journal of intent.journals) {
    const refused = record(trial, journal, intent.id);
    if (refused !== null)
      return { ...refused, message: `${refused.message} (linked: none of ${ids.size} is recorded)` };
  }
  book.absorb(trial);
  return null;
}

/** Put a new journal into the book: its leaf, its entries, its share in the day's limits. */
export function begin(book: Book, journal: Journal): void {
  book.putJournal(journal, true);
  book.enter(journal, journal.effectiveDay, journal.state === 'pending' ? 'pending' : 'posted', 1n);
  book.count(journal.entries, 1n);
  for (const { accountId, reason } of journal.suspended.slice(0, 1))
    book.alerts.push({
      kind: 'suspense',
      journalId: journal.id,
      message: `Entries for ${accountId} lie in suspense: ${reason}`,
    });
}

export const accountsOf = (entries: readonly JournalEntryDraft[]): string[] => [
  ...new Set(entries.map((entry) => entry.accountId)),
];

/** What no account has to do with: number, amounts and balance. */
function checkShape({ id, journal: { entries } }: RecordIntent): Refused {
  if (entries.length > MAX_ENTRIES)
    return refuse('entries_over_limit', `Journal ${id} has ${entries.length} entries; ${MAX_ENTRIES} is the limit`);
  for (const { amountMinor } of entries) {
    if (amountMinor === '0' || amountMinor.startsWith('-'))
      return refuse('amount_not_positive', `Journal ${id} has an entry of ${amountMinor}; the side says the direction`);
    if (amountMinor.length > MAX_AMOUNT_DIGITS)
      return refuse('amount_too_large', `Journal ${id} has an amount of more than ${MAX_AMOUNT_DIGITS} digits`);
  }
  return balanced(entries) ? null : refuse('unbalanced', `Journal ${id} is not balanced in each of its currencies`);
}

function checkAccounts(book: Book, { journal: { entries, effectiveDay } }: RecordIntent): Refused {
  const day = effectiveDay ?? book.today;
  for (const entry of entries) {
    const refused = accountRefuses(book, entry, day);
    if (refused !== null) return refused;
  }
  return null;
}

/** Why an account takes no such entry, or null. */
export function accountRefuses(book: Book, { accountId, currency }: JournalEntryDraft, day: string): Refused {
  const account = book.account(accountId);
  if (account === undefined) return refuse('account_missing', `There is no account ${accountId}`);
  if (account.closed) return refuse('account_closed', `Account ${accountId} is closed`);
  if (!account.postable) return refuse('account_not_postable', `Account ${accountId} only sums up those below it`);
  if (account.currency !== null && account.currency !== currency)
    return refuse('account_currency', `Account ${accountId} takes ${account.currency} only, not ${currency}`);
  if (account.openedOn !== null && day < account.openedOn)
    return refuse('account_not_open_yet', `Account ${accountId} opens on ${account.openedOn}; the entry is of ${day}`);
  return null;
}

function sameJournal(
  recorded: Journal,
  { state, journal, source, expiresAt }: RecordIntent,
  group: string | null,
): boolean {
  const day = recorded.lateFor ?? firstDay(recorded);
  const entries = recorded.entries.map((entry, index) => {
    const moved = recorded.suspended.find((one) => one.entry === index);
    return moved === undefined ? entry : { ...entry, accountId: moved.accountId };
  });
  const was = {
    state: recorded.steps[0]?.step,
    memo: recorded.memo,
    day,
    entries,
    metadata: recorded.metadata,
    source: recorded.source,
    expiresAt: recorded.expiresAt,
    group: recorded.group,
  };
  const asked = {
    state,
    memo: journal.memo,
    day: journal.effectiveDay ?? day,
    entries: journal.entries,
    metadata: journal.metadata ?? {},
    source,
    expiresAt: expiresAt ?? null,
    group,
  };
  return canonicalJson(was) === canonicalJson(asked);
}

/**
 * Money that was about to move has moved: that can't be refused. A period that closed meanwhile routes the journal to
 * the first open day; one that was voided meanwhile is booked anew, under the intent's id.
 */
export function post(book: Book, { id, journalId }: Extract<LedgerIntent, { type: 'post' }>): Refused {
  const journal = book.journal(journalId);
  if (journal === undefined) return refuse('journal_missing', `There is no journal ${journalId}`);
  if (journal.state === 'posted') return null;
  if (journal.state === 'voided') return revive(book, journal, id);
  const day = openDay(journal.effectiveDay, book.closedThrough);
  const routedFrom = day === journal.effectiveDay ? null : journal.effectiveDay;
  const posted: Journal = {
    ...journal,
    state: 'posted',
    effectiveDay: day,
    steps: [...journal.steps, { step: 'posted', seq: book.seq, at: book.at, reason: null, routedFrom }],
  };
  book.putJournal(posted, false);
  book.enter(journal, journal.effectiveDay, 'pending', -1n);
  book.enter(posted, day, 'posted', 1n);
  if (routedFrom !== null)
    book.alerts.push({
      kind: 'late_posting',
      journalId,
      message: `Posted for ${day}: the period of ${routedFrom} closed while it was pending`,
    });
  return null;
}

function revive(book: Book, voided: Journal, id: string): Refused {
  if (voided.revivedBy === id) return null;
  if (voided.revivedBy !== null)
    return refuse('journal_voided', `Journal ${voided.id} was voided, and booked again by ${voided.revivedBy}`);
  if (book.journal(id) !== undefined) return refuse('intent_id_reused', `Journal ${id} is recorded already`);
  const day = openDay(book.today, book.closedThrough);
  const moved = suspend(book, voided.entries, (entry) => accountRefuses(book, entry, day)?.message ?? null);
  // What lay in suspense before lies there again.
  const placed = { ...moved, suspended: [...voided.suspended, ...moved.suspended] };
  book.note({ ...voided, revivedBy: id });
  begin(book, {
    ...voided,
    ...PLAIN,
    id,
    state: 'posted',
    effectiveDay: day,
    ...placed,
    accounts: accountsOf(placed.entries),
    steps: [{ step: 'posted', seq: book.seq, at: book.at, reason: null, routedFrom: null }],
    lateFor: voided.effectiveDay === day ? null : voided.effectiveDay,
    revives: voided.id,
    recordedAt: book.at,
  });
  book.alerts.push({
    kind: 'revived',
    journalId: id,
    message: `Journal ${voided.id} was voided; its money has moved after all, and is booked here`,
  });
  return null;
}

export function voidJournal(book: Book, journalId: string, reason: string): Refused {
  const journal = book.journal(journalId);
  if (journal === undefined) return refuse('journal_missing', `There is no journal ${journalId}`);
  if (journal.state === 'voided') return null;
  if (journal.state === 'posted')
    return refuse('journal_posted', `Journal ${journalId} is posted; only a reversal corrects it`);
  book.putJournal(
    {
      ...journal,
      state: 'voided',
      steps: [...journal.steps, { step: 'voided', seq: book.seq, at: book.at, reason, routedFrom: null }],
    },
    false,
  );
  book.enter(journal, journal.effectiveDay, 'pending', -1n);
  if (journal.recordedAt.slice(0, 10) === book.today) book.count(journal.entries, -1n);
  return null;
}

export function expire(book: Book, { journalId }: Extract<LedgerIntent, { type: 'expire' }>): Refused {
  const journal = book.journal(journalId);
  if (journal === undefined) return refuse('journal_missing', `There is no journal ${journalId}`);
  // Settled before its time came: nothing is left to do.
  if (journal.state !== 'pending') return null;
  if (journal.expiresAt === null || journal.expiresAt > book.at)
    return refuse('journal_not_expired', `Journal ${journalId} does not expire before ${journal.expiresAt ?? 'ever'}`);
  return voidJournal(book, journalId, 'expired');
}
