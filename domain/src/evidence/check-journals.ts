import { canonicalJson } from '../hash.ts';
import type { JournalEntryDraft } from '../schemas/effect.ts';
import type { DoneEffect } from './check-execution.ts';
import type { Findings } from './findings.ts';
import type { Pack } from './read-pack.ts';

/** A journal as its leaves tell it. */
interface Told {
  readonly journalId: string;
  readonly memo: string;
  readonly effectiveDay: string;
  readonly entries: readonly JournalEntryDraft[];
  readonly source: { readonly executionId: string | null; readonly effectId: string | null; readonly kind: string };
  /** It counts for another day, since the one that was asked for was closed by then. */
  readonly lateFor?: string;
  readonly reverses?: string;
  /** The voided journal that it books anew. */
  readonly revives?: string;
  /** Some of its entries lie in the suspense account instead. */
  readonly suspended?: readonly unknown[];
  state: string;
}

export type Journals = ReadonlyMap<string, Told>;

/** The journals among the ledger's leaves: balanced each, and their steps in a lawful order. */
export function journalsOf(pack: Pack, findings: Findings): Journals {
  const journals = new Map<string, Told>();
  for (const { seq, leaf } of pack.leaves.ledger) {
    const body = (leaf?.body ?? {}) as unknown as Omit<Told, 'state'> & { readonly step: string };
    const where = `journals/${body.journalId}`;
    if (leaf?.type === 'countersign.ledger.journal_recorded') {
      if (journals.has(body.journalId)) findings.add('journal', where, `is recorded a second time, at leaf ${seq}`);
      journals.set(body.journalId, { ...body, state: body.step });
      if (!isBalanced(body.entries)) findings.add('journal', where, 'is not balanced in each of its currencies');
    } else if (leaf?.type === 'countersign.ledger.journal_step') {
      const journal = journals.get(body.journalId);
      if (journal === undefined)
        findings.add('journal', where, `is ${body.step} at leaf ${seq}, and its record is missing`);
      else if (journal.state !== 'pending')
        findings.add('journal', where, `is ${body.step} after it was ${journal.state}`);
      else journal.state = body.step;
    }
  }
  return journals;
}

function isBalanced(entries: readonly JournalEntryDraft[]): boolean {
  const sums = new Map<string, bigint>();
  for (const { currency, side, amountMinor } of entries) {
    const amount = BigInt(amountMinor);
    if (amount <= 0n) return false;
    sums.set(currency, (sums.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount));
  }
  return [...sums.values()].every((sum) => sum === 0n);
}

/** What the signed plan and the outcomes ask of the ledger, against what it has. */
export function checkJournals(journals: Journals, effects: readonly DoneEffect[], findings: Findings): void {
  const reversed = new Set([...journals.values()].flatMap(({ reverses }) => reverses ?? []));
  const revived = new Set([...journals.values()].flatMap(({ revives }) => revives ?? []));
  for (const { effect, effectId, journalId, outcome } of effects) {
    if (journalId === null || effect.journal === null) continue;
    const where = `journals/${journalId}`;
    const journal = journals.get(journalId);
    const status = outcome?.status ?? 'not_done';
    if (journal === undefined) {
      if (status === 'succeeded') findings.add('journal', where, `the journal of effect ${effect.key} is missing`);
      continue;
    }
    const { memo, entries, effectiveDay } = effect.journal;
    const { source } = journal;
    const asSigned =
      journal.memo === memo &&
      (effectiveDay === null || effectiveDay === journal.effectiveDay || effectiveDay === journal.lateFor) &&
      (journal.suspended !== undefined || canonicalJson(journal.entries) === canonicalJson(entries));
    if (!asSigned) findings.add('journal', where, `is not the journal that was signed for effect ${effect.key}`);
    if (source.effectId !== effectId || source.kind !== effect.kind)
      findings.add('journal', where, `does not name effect ${effect.key} as its source`);
    const isPosted = journal.state === 'posted' || revived.has(journalId);
    const isBack = outcome?.settlement?.state === 'returned';
    if (status === 'succeeded' && (!isPosted || reversed.has(journalId)))
      findings.add(
        'journal',
        where,
        `is ${reversed.has(journalId) ? 'reversed' : journal.state}, though effect ${effect.key} succeeded`,
      );
    if (status === 'failed' && isPosted && !reversed.has(journalId))
      findings.add('journal', where, `is posted, though effect ${effect.key} ${isBack ? 'came back' : 'failed'}`);
  }
}

/** Journals that name one of these runs as their source, and no effect of it. */
export function checkSources(
  journals: Journals,
  executionIds: ReadonlySet<string>,
  effects: readonly DoneEffect[],
  findings: Findings,
): void {
  const known = new Set(effects.map(({ effectId }) => effectId));
  for (const { journalId, source } of journals.values()) {
    if (source.executionId === null || !executionIds.has(source.executionId)) continue;
    if (source.effectId === null || !known.has(source.effectId))
      findings.add(
        'journal',
        `journals/${journalId}`,
        `says that it comes of run ${source.executionId}, whose plan has no such effect`,
      );
  }
}
