import type { Journal } from '@countersign/domain/schemas/journal';
import type { Shape, Tone } from '../../../components/execution-state.ts';

export interface JournalMark {
  readonly key: string;
  readonly tone: Tone;
  readonly shape: Shape;
  readonly label: string;
}

type Marked = Pick<
  Journal,
  'state' | 'lateFor' | 'steps' | 'reversedBy' | 'reverses' | 'partReversals' | 'suspended' | 'revives' | 'revivedBy'
>;

const STATES: Readonly<Record<Journal['state'], JournalMark>> = {
  pending: { key: 'pending', tone: 'busy', shape: 'half', label: 'Pending' },
  posted: { key: 'posted', tone: 'quiet', shape: 'ring-check', label: 'Posted' },
  voided: { key: 'voided', tone: 'quiet', shape: 'cross', label: 'Voided' },
};

/** A journal's state, and what is unusual about it, each with a shape and a word. */
export function journalMarks(journal: Marked): readonly JournalMark[] {
  const marks: JournalMark[] = [STATES[journal.state]];
  const moved = journal.steps.find(({ routedFrom }) => routedFrom !== null)?.routedFrom ?? null;
  if (journal.suspended.length > 0)
    marks.push({ key: 'suspended', tone: 'bad', shape: 'triangle', label: 'In suspense' });
  if (journal.lateFor !== null)
    marks.push({ key: 'late', tone: 'act', shape: 'clock', label: `Late, for ${journal.lateFor}` });
  if (moved !== null) marks.push({ key: 'moved', tone: 'act', shape: 'clock', label: `Late, moved from ${moved}` });
  if (journal.reversedBy !== null) marks.push({ key: 'reversed', tone: 'quiet', shape: 'bar', label: 'Reversed' });
  else if (journal.partReversals.length > 0)
    marks.push({ key: 'part', tone: 'quiet', shape: 'bar', label: 'Reversed in part' });
  if (journal.reverses !== null) marks.push({ key: 'reversal', tone: 'quiet', shape: 'arrow', label: 'Reversal' });
  if (journal.revives !== null)
    marks.push({ key: 'revives', tone: 'act', shape: 'octagon', label: 'Booked after it was voided' });
  if (journal.revivedBy !== null)
    marks.push({ key: 'revived', tone: 'act', shape: 'octagon', label: 'Moved after all, booked anew' });
  return marks;
}
