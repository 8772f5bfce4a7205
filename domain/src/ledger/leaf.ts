import { assert } from '../errors.ts';
import { canonicalJson } from '../hash.ts';
import type { Account } from '../schemas/account.ts';
import type { Journal } from '../schemas/journal.ts';
import type { Period } from '../schemas/period.ts';

/**
 * The leaves of the ledger stream: RFC 8785 text of a typed statement of everything that can't change. They are made
 * from the stored documents, by the writer and by the verifier alike. What was not there when a kind of leaf came to be
 * is absent, not null, where it says nothing: leaves from before it stay as they are.
 */
const leaf = (type: string, body: Record<string, unknown>): string =>
  canonicalJson({ type: `countersign.ledger.${type}`, version: 1, body });

/** Without the fields that say nothing. */
const said = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !saysNothing(value)));

const saysNothing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);

/** @param step 0 for its opening, else the number of the change */
export function accountLeaf(account: Account, step: number): string {
  if (step > 0) {
    const change = account.changes[step - 1];
    assert(change !== undefined, `account ${account.id} has a change ${step}`);
    const { at, reason, before, after } = change;
    return leaf('account_changed', { accountId: account.id, at, reason, before, after });
  }
  const { id, name, type, parentId, depth, path, postable, currency, branch, openedOn, guards, mirrors, createdAt } =
    asOpened(account);
  const newer = said({ currency, branch, openedOn, guards });
  return leaf('account_opened', { id, name, type, parentId, depth, path, postable, mirrors, createdAt, ...newer });
}

/** The account before all of its changes. */
export function asOpened(account: Account): Account {
  const before = account.changes.toReversed().map((change) => change.before);
  return Object.assign({ ...account, changes: [] }, ...before) as Account;
}

/** The first step says all of the journal; a later one only what it adds. */
export function journalLeaf(journal: Journal, stepIndex: number): string {
  const step = journal.steps[stepIndex];
  assert(step !== undefined, `journal ${journal.id} has a step ${stepIndex}`);
  const body = { journalId: journal.id, step: step.step, at: step.at, reason: step.reason };
  if (stepIndex > 0) {
    const routed = step.routedFrom == null ? {} : { effectiveDay: journal.effectiveDay, routedFrom: step.routedFrom };
    return leaf('journal_step', { ...body, ...routed });
  }
  const { memo, entries, source, reverses, metadata, lateFor, group, expiresAt, revives, suspended } = journal;
  const newer = said({ reverses, metadata, lateFor, group, expiresAt, revives, suspended });
  return leaf('journal_recorded', { ...body, memo, effectiveDay: firstDay(journal), entries, source, ...newer });
}

/** The day that a journal was recorded for, before posting it had to take another. */
export function firstDay({ steps, effectiveDay }: Pick<Journal, 'steps' | 'effectiveDay'>): string {
  return steps.find((step) => step.routedFrom != null)?.routedFrom ?? effectiveDay;
}

export function periodLeaf(period: Period, stepIndex: number): string {
  const step = period.steps[stepIndex];
  assert(step !== undefined, `period ${period.id} has a step ${stepIndex}`);
  const { id, from, to } = period;
  return leaf('period', { periodId: id, from, to, step: step.step, at: step.at, reason: step.reason });
}
