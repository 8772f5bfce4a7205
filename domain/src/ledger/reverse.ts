import { canonicalJson } from '../hash.ts';
import type { JournalEntryDraft } from '../schemas/effect.ts';
import type { Journal } from '../schemas/journal.ts';
import type { LedgerIntent } from '../schemas/ledger-intent.ts';
import { balanced } from './balanced.ts';
import type { Book } from './book.ts';
import { isDay } from './days.ts';
import { accountsOf, alertIfLate, begin, PLAIN } from './journal-intents.ts';
import { openDay } from './periods.ts';
import { refuse, type Refused } from './refusal.ts';

const MAX_PART_REVERSALS = 50;

type ReverseIntent = Extract<LedgerIntent, { type: 'reverse' }>;

/**
 * By a posted journal of its own, with the sides swapped; all that is left of the original, or part of each entry. Its
 * accounts took the entries once, and take them back whatever they are now: money that came back is there.
 */
export function reverse(book: Book, intent: ReverseIntent): Refused {
  const { id, journalId, memo, source } = intent;
  const journal = book.journal(journalId);
  if (journal === undefined) return refuse('journal_missing', `There is no journal ${journalId}`);
  if (journal.reversedBy === id || journal.partReversals.includes(id))
    return sameReversal(book.journal(id), journal, intent)
      ? null
      : refuse('intent_id_reused', `Journal ${id} takes ${journalId} back already, and differs`);
  const refused = checkReversible(book, journal, intent);
  if (refused !== null) return refused;
  const left = journal.entries.map((entry, index) => BigInt(entry.amountMinor) - taken(journal, index));
  const amounts = intent.amounts?.map(BigInt) ?? left;
  const wrong = checkAmounts(journal, amounts, left);
  if (wrong !== null) return wrong;
  const entries = takenBack(journal, amounts);
  const asked = intent.day ?? null;
  const day = openDay(asked ?? book.today, book.closedThrough);
  const whole = amounts.every((amount, index) => amount === left[index]);
  if (!whole && journal.partReversals.length >= MAX_PART_REVERSALS)
    return refuse(
      'reversals_over_limit',
      `Journal ${journalId} has been reversed in ${MAX_PART_REVERSALS} parts: only all that is left can be`,
    );
  const guarded = intent.guarded === true ? book.guarded(entries, 'posted') : null;
  if (guarded !== null) return guarded;

  const reversedMinor = amounts.map((amount, index) => (amount + taken(journal, index)).toString());
  const first = journal.partReversals.length === 0;
  book.note({
    ...journal,
    reversedBy: whole ? id : null,
    // Taken back at once, there is no part to tell.
    partReversals: whole && first ? [] : [...journal.partReversals, id],
    reversedMinor: whole && first ? [] : reversedMinor,
  });
  const reversal: Journal = {
    ...PLAIN,
    id,
    state: 'posted',
    memo,
    effectiveDay: day,
    entries,
    accounts: accountsOf(entries),
    metadata: journal.metadata,
    source,
    steps: [{ step: 'posted', seq: book.seq, at: book.at, reason: null, routedFrom: null }],
    lateFor: asked === null || asked === day ? null : asked,
    reverses: journalId,
    recordedAt: book.at,
  };
  begin(book, reversal);
  alertIfLate(book, reversal);
  return null;
}

/** Whether a reversal that is recorded is what is asked for now. Without a day or amounts, it was as it came to be. */
function sameReversal(recorded: Journal | undefined, journal: Journal, intent: ReverseIntent): boolean {
  if (recorded === undefined) return false;
  const { memo, source, amounts } = intent;
  const day = recorded.lateFor ?? recorded.effectiveDay;
  const was = { memo: recorded.memo, source: recorded.source, day, entries: recorded.entries };
  const entries = amounts === undefined ? recorded.entries : takenBack(journal, amounts.map(BigInt));
  return (
    (amounts !== undefined || journal.reversedBy === recorded.id) &&
    canonicalJson(was) === canonicalJson({ memo, source, day: intent.day ?? day, entries })
  );
}

/** Entries with their sides swapped, so much of each. */
function takenBack({ entries }: Journal, amounts: readonly bigint[]): JournalEntryDraft[] {
  return entries.flatMap((entry, index): JournalEntryDraft[] => {
    const amount = amounts[index] ?? 0n;
    if (amount === 0n) return [];
    return [{ ...entry, side: entry.side === 'debit' ? 'credit' : 'debit', amountMinor: amount.toString() }];
  });
}

const taken = (journal: Journal, index: number): bigint => BigInt(journal.reversedMinor[index] ?? 0);

function checkReversible(book: Book, journal: Journal, { id, day, guarded }: ReverseIntent): Refused {
  if (journal.reversedBy !== null)
    return refuse('journal_reversed', `Journal ${journal.id} is reversed already, by ${journal.reversedBy}`);
  if (journal.state === 'voided') return refuse('journal_voided', `Journal ${journal.id} is voided`);
  if (journal.state === 'pending')
    return refuse('journal_pending', `Journal ${journal.id} is pending; it can be voided, not reversed`);
  if (book.journal(id) !== undefined) return refuse('intent_id_reused', `Journal ${id} is recorded already`);
  if (day === undefined) return null;
  if (!isDay(day)) return refuse('day_invalid', `"${day}" is not a day`);
  if (guarded === true && book.closedThrough !== null && day <= book.closedThrough)
    return refuse('period_closed', `The ledger is closed through ${book.closedThrough}; the reversal is of ${day}`);
  return null;
}

function checkAmounts(journal: Journal, amounts: readonly bigint[], left: readonly bigint[]): Refused {
  const wrong = (how: string): Refused =>
    refuse('reversal_amounts', `The amounts that take journal ${journal.id} back ${how}`);
  if (amounts.length !== journal.entries.length)
    return wrong(`are ${amounts.length}; it has ${journal.entries.length} entries`);
  if (amounts.some((amount) => amount < 0n)) return wrong('are below zero');
  if (amounts.every((amount) => amount === 0n)) return wrong('are all zero');
  const over = amounts.findIndex((amount, index) => amount > (left[index] ?? 0n));
  if (over >= 0)
    return wrong(`are more than is left: entry ${over + 1} has ${left[over]} (minor units), not ${amounts[over]}`);
  const parts = journal.entries.map((entry, index) => ({ ...entry, amountMinor: String(amounts[index]) }));
  return balanced(parts) ? null : wrong('are not balanced in each currency');
}
