import { assert } from '@countersign/domain/errors';
import { derivedId, digestOf } from '@countersign/domain/hash';
import { claimId } from '@countersign/domain/plan/effect-checks';
import { retally, TransitCounter, type OutcomeChange } from '@countersign/domain/plan/settlement';
import { coarseOf } from '@countersign/domain/plan/states';
import { countsOf } from '@countersign/domain/plan/totals';
import { paths } from '@countersign/domain/paths';
import { toStoredOutcomes, type PageOutcomes } from '@countersign/domain/schemas/effect';
import type { Execution, ExecutionState, Plan } from '@countersign/domain/schemas/execution';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { refs } from '../refs.ts';
import { readAll, type Transaction, type Write } from '../store/database.ts';
import type { ChangeSet } from './change-set.ts';
import { freeAfterFailure } from './claims.ts';
import { settleJournals } from './page-outcomes.ts';
import { takeOffList } from './unknowns.ts';
import { ensureSettlement } from './settle-later-work.ts';
import { dueAt } from './work.ts';

const MAX_MEMO_CHARS = 300;

export interface ChangedPage {
  /** As read in this transaction. */
  readonly page: PageOutcomes;
  readonly changes: readonly OutcomeChange[];
}

export interface LaterChange {
  readonly orgId: string;
  /** As read in this transaction; it has ended, so its tally is exact. */
  readonly execution: Execution;
  readonly pages: readonly ChangedPage[];
  readonly now: string;
  /** The proposal by which people settle what was unknown. */
  readonly deciding?: string | null;
}

/**
 * All that follows, in one commit, when outcomes of an ended run become others: the page, journals posted, voided or
 * reversed, claims of what came back freed under a higher attempt, tally, transit and state of the run, a new report,
 * and the provider asked again while money is on its way. Whoever changes an outcome after the end goes through here:
 * the tally is added to, never counted anew, so that no change made at the same moment is lost.
 * @returns the execution as it is after the commit
 */
export async function changeOutcomes(tx: Transaction, change: ChangeSet, later: LaterChange): Promise<Execution> {
  const { orgId, execution, pages, now } = later;
  const { plan } = execution;
  const changes = pages.flatMap((one) => one.changes);
  assert(plan !== null && execution.endedAt !== null, 'outcomes change when the run has ended');
  const fields = executionAfter(execution, plan, changes);
  const freed = await freedClaims(tx, later, changes);
  const isNews = changes.some(({ after }) => after.settlement !== null && after.settlement.state !== 'returned');
  if (isNews) change.also(...(await ensureSettlement(tx, orgId, execution.id, now)));
  const after = pages.map(({ page, changes: ofPage }) => pageAfter(page, ofPage));
  change.also(...after.map((page) => pageWrite(orgId, execution.id, page)), ...freed);
  change.tell(Object.fromEntries(after.map(outcomesRoot)));
  const known = changes.filter(({ before, after }) => before.status === 'unknown' && after.status !== 'unknown');
  if (known.length > 0)
    await takeOffList(
      tx,
      change,
      orgId,
      known.map(({ before }) => before.effectId),
      later.deciding ?? null,
    );
  change.post(...changes.flatMap((one) => laterJournals(execution.id, one)));
  // A new report tells of the new outcomes.
  if (fields.report === null && execution.report !== null) change.also(dueAt(orgId, execution.id, now));
  return change.change(refs.execution(orgId, execution.id), execution, { ...fields, updatedAt: now });
}

function pageAfter(page: PageOutcomes, changes: readonly OutcomeChange[]): PageOutcomes {
  const after = new Map(changes.map((one) => [one.after.effectId, one.after]));
  return { ...page, outcomes: page.outcomes.map((outcome) => after.get(outcome.effectId) ?? outcome) };
}

function pageWrite(orgId: string, executionId: string, page: PageOutcomes): Write {
  const path = paths.outcome(orgId, executionId, page.attempt, page.index);
  return { op: 'set', path, data: toStoredOutcomes(page) };
}

/** The event tells the hash of a page's outcomes as they are now, as the one that settled it did. */
function outcomesRoot({ index, outcomes }: PageOutcomes): [name: string, root: string] {
  return [`outcomesRoot.${index}`, digestOf('countersign/page-outcomes', 1, { index, outcomes })];
}

function executionAfter(
  execution: Execution,
  plan: Plan,
  changes: readonly OutcomeChange[],
): Pick<Execution, 'state' | 'coarse' | 'tally' | 'transit' | 'journalCount' | 'report'> {
  assert(execution.tally !== null, 'a run with outcomes has a tally');
  const tally = retally(execution.tally, plan, changes);
  const transit = new TransitCounter(execution.transit);
  for (const { effect, before, after } of changes) transit.add(effect, before, -1).add(effect, after);
  const { succeeded } = countsOf(tally);
  const state = stateAfter(execution.state, succeeded === plan.effectCount);
  const told = changes.every(({ before, after }) => before.status === after.status);
  return {
    state,
    coarse: coarseOf(state),
    tally,
    transit: transit.toTransit(),
    journalCount: succeeded,
    report: told ? execution.report : null,
  };
}

/** What was cancelled or has drifted stays so, with what is known of it now. */
function stateAfter(state: ExecutionState, allSucceeded: boolean): ExecutionState {
  if (state !== 'completed' && state !== 'needs_repair') return state;
  return allSucceeded ? 'completed' : 'needs_repair';
}

/** Only if the claim is still this effect's: somebody may have freed it, and another run have taken it. */
async function freedClaims(
  tx: Transaction,
  { orgId, execution, now }: LaterChange,
  changes: readonly OutcomeChange[],
): Promise<Write[]> {
  const drafts = changes.flatMap(({ effect, after }) =>
    after.status === 'failed' && effect.claim !== null ? [{ draft: effect.claim, effectId: after.effectId }] : [],
  );
  if (drafts.length === 0) return [];
  const claims = await readAll(
    tx,
    drafts.map(({ draft }) => refs.claim(orgId, claimId(draft.kind, draft.reference))),
  );
  return drafts.flatMap(({ draft, effectId }, at) => {
    const claim = claims[at];
    if (claim?.executionId !== execution.id || claim.effectId !== effectId) return [];
    return [freeAfterFailure(orgId, draft, claim.attempt, now)];
  });
}

/** Posted and reversed: should the posting still wait in an inbox behind this, it finds itself done. */
function laterJournals(executionId: string, { effect, before, after }: OutcomeChange): LedgerIntent[] {
  const { journalId } = before;
  if (journalId === null || before.status === after.status) return [];
  if (before.status !== 'succeeded' || after.status !== 'failed') return settleJournals([after]);
  const memo = `Reversal: ${effect.journal?.memo ?? effect.key}`.slice(0, MAX_MEMO_CHARS);
  return [
    ...settleJournals([before]),
    {
      type: 'reverse',
      id: reversalId(journalId),
      journalId,
      memo,
      source: { executionId, effectId: before.effectId, kind: `${effect.kind}.reversal` },
    },
  ];
}

export function reversalId(journalId: string): string {
  return derivedId('reversal', journalId);
}
