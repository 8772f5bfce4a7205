import { canonicalJson, derivedId } from '../hash.ts';
import { balanced, imbalances } from '../ledger/balanced.ts';
import type { Journal } from '../schemas/journal.ts';
import type { DoneEffect, ShownRun } from './check-execution.ts';
import type { Must } from './findings.ts';
import type { Pack } from './read-pack.ts';

type Late = Partial<Pick<Journal, 'lateFor' | 'metadata' | 'reverses' | 'revives' | 'suspended'>>;
/** A journal as its leaves tell it. */
type Told = Pick<Journal, 'memo' | 'effectiveDay' | 'entries' | 'source'> & Late & { journalId: string; state: string };

/** The journals among the ledger's leaves: balanced each, and their steps in a lawful order. */
export function readJournals(pack: Pack, must: Must): Map<string, Told> {
  const journals = new Map<string, Told>();
  for (const { seq, leaf } of pack.leaves.ledger) {
    const body = (leaf?.body ?? {}) as unknown as Told & { readonly step: string };
    const { journalId, step } = body;
    const own = (holds: boolean, message: string): void => must(holds, 'journal', `journals/${journalId}`, message);
    const journal = journals.get(journalId);
    if (leaf?.type === 'countersign.ledger.journal_recorded') {
      own(journal === undefined, `is recorded a second time, at leaf ${seq}`);
      const isBalanced = balanced(body.entries) && body.entries.every(({ amountMinor }) => BigInt(amountMinor) > 0n);
      own(isBalanced, 'is not balanced in each of its currencies');
      journals.set(journalId, { ...body, state: step });
    } else if (leaf?.type === 'countersign.ledger.journal_step') {
      own(journal !== undefined, `is ${step} at leaf ${seq}, and its record is missing`);
      if (journal === undefined) continue;
      own(journal.state === 'pending', `is ${step} after it was ${journal.state}`);
      journal.state = step;
    }
  }
  return journals;
}

/** Journals that are not quite what was signed, though rightly so. */
export interface Booked {
  readonly journals: number;
  readonly late: number;
  readonly suspended: number;
  readonly takenBack: number;
}

/** What the signed plans and the outcomes ask of the ledger, against what it has. */
export function checkJournals(pack: Pack, runs: readonly ShownRun[], must: Must): Booked {
  const journals = readJournals(pack, must);
  const effects = runs.flatMap((run) => run.effects);
  const known = new Set(effects.map(({ effectId }) => effectId));
  const shown = new Set(runs.map(({ execution }) => execution.id));
  for (const { journalId, source } of journals.values()) {
    const isKnown = !shown.has(source.executionId ?? '') || known.has(source.effectId ?? '');
    const message = `says that it comes of run ${source.executionId}, whose plan has no such effect`;
    must(isKnown, 'journal', `journals/${journalId}`, message);
  }
  const reversals = Map.groupBy([...journals.values()], ({ reverses }) => reverses);
  const revived = new Set([...journals.values()].map(({ revives }) => revives));
  const booked = { journals: journals.size, late: 0, suspended: 0, takenBack: 0 };
  for (const { effect, effectId, outcome } of effects) {
    if (effect.journal === null) continue;
    const id = derivedId('journal', effectId);
    const own = (holds: boolean, message: string): void => must(holds, 'journal', `journals/${id}`, message);
    const journal = journals.get(id);
    const isNeeded = outcome?.status === 'succeeded' || (outcome?.status === 'unknown' && outcome.journalId !== null);
    own(journal !== undefined || !isNeeded, `the journal of effect ${effect.key} is missing`);
    if (journal === undefined) continue;
    own(isAsSigned(journal, effect.journal), `is not the journal that was signed for effect ${effect.key}`);
    const isOwn = journal.source.effectId === effectId && journal.source.kind === effect.kind;
    own(isOwn, `does not name effect ${effect.key} as its source`);
    const taken = reversals.get(id) ?? [];
    const isReversed = cancel([journal, ...taken]) && taken.some(({ source }) => source.effectId === effectId);
    const state = isReversed ? 'reversed' : revived.has(id) ? 'posted' : journal.state;
    own(fits(state, outcome), `is ${state}, though effect ${effect.key} ${became(outcome)}`);
    booked.late += journal.lateFor == null ? 0 : 1;
    booked.suspended += journal.suspended === undefined ? 0 : 1;
    booked.takenBack += taken.length > 0 && !isReversed ? 1 : 0;
  }
  return booked;
}

/** Whether journals come to nothing together, in each account and currency. */
function cancel(journals: readonly Pick<Told, 'entries'>[]): boolean {
  const entries = journals.flatMap((one) => one.entries);
  return imbalances(entries.map((one) => ({ ...one, currency: `${one.accountId} ${one.currency}` }))).size === 0;
}

/** What is booked is what succeeded; what may still turn out either way is held pending. */
function fits(state: string, outcome: Outcome): boolean {
  if (outcome?.status === 'succeeded') return state === 'posted';
  if (outcome?.status === 'unknown') return state === 'pending';
  return state !== 'posted' && (state !== 'pending' || outcome?.status !== 'failed');
}

type Outcome = DoneEffect['outcome'];
const became = (outcome: Outcome): string =>
  outcome === null ? 'has no outcome' : outcome.settlement?.state === 'returned' ? 'came back' : `is ${outcome.status}`;

/** The same, but for a day that was closed by then, and entries that lie in the suspense account instead of their own. */
function isAsSigned(journal: Told, signed: NonNullable<DoneEffect['effect']['journal']>): boolean {
  const { memo, metadata = {}, effectiveDay: day } = signed;
  const isDay = day === null || day === journal.effectiveDay || day === journal.lateFor;
  const places = new Map(journal.suspended?.map(({ entry, accountId }) => [entry, accountId]));
  const entries = journal.entries.map((one, at) => ({ ...one, accountId: places.get(at) ?? one.accountId }));
  const here = { memo: journal.memo, metadata: journal.metadata ?? {}, entries };
  return isDay && canonicalJson(here) === canonicalJson({ memo, metadata, entries: signed.entries });
}
