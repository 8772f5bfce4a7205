import { assert } from '../errors.ts';
import { canonicalJson } from '../hash.ts';
import type { Account, Journal } from '../schemas/ledger.ts';

/**
 * The leaves of the ledger stream: RFC 8785 text of a typed statement of everything that can't change. They are made
 * from the stored documents, by the writer and by the verifier alike.
 */
const leaf = (type: string, body: Record<string, unknown>): string =>
  canonicalJson({ type: `countersign.ledger.${type}`, version: 1, body });

export function accountLeaf(account: Account): string {
  const { id, name, type, parentId, depth, path, postable, mirrors, createdAt } = account;
  return leaf('account_opened', { id, name, type, parentId, depth, path, postable, mirrors, createdAt });
}

/** The first step says all of the journal; a later one only what it adds. */
export function journalLeaf(journal: Journal, stepIndex: number): string {
  const step = journal.steps[stepIndex];
  assert(step !== undefined, `journal ${journal.id} has a step ${stepIndex}`);
  const body = { journalId: journal.id, step: step.step, at: step.at, reason: step.reason };
  if (stepIndex > 0) return leaf('journal_step', body);
  const { memo, effectiveDay, entries, source, reverses } = journal;
  // Absent, not null, where nothing is reversed: leaves from before there were reversals stay as they are.
  const taken = reverses == null ? {} : { reverses };
  return leaf('journal_recorded', { ...body, memo, effectiveDay, entries, source, ...taken });
}
