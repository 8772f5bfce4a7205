import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { readAll, type Transaction } from '../store/database.ts';
import type { ChangeSet } from './change-set.ts';
import { changeOutcomes, type ChangedPage } from './settle-later-outcomes.ts';

/** What became of an effect that was unknown. Not done: nobody can be sending it any more; its claim goes with the report. */
export type Answer = Pick<Outcome, 'providerId' | 'code' | 'message' | 'settlement'> & {
  readonly status: 'succeeded' | 'failed' | 'not_done';
};

export interface PagesToSettle {
  readonly orgId: string;
  /** As read in this transaction. */
  readonly execution: Execution;
  readonly pages: readonly { readonly attempt: number; readonly index: number; readonly effects: readonly Effect[] }[];
}

/**
 * Settle effects of an ended run that are still unknown: what is known of the others stands. All that follows from it,
 * the run's tally and state too, is part of the caller's commit; see `changeOutcomes`.
 * @param answers by effect id
 * @param deciding the proposal by which people settle them
 * @returns those that were unknown until now, as they are settled; when there are none, nothing was changed
 */
export async function settleOutcomes(
  tx: Transaction,
  change: ChangeSet,
  { orgId, execution, pages }: PagesToSettle,
  answers: ReadonlyMap<string, Answer>,
  now: string,
  deciding: string | null = null,
): Promise<Outcome[]> {
  const stored = await readAll(
    tx,
    pages.map(({ attempt, index }) => refs.outcome(orgId, execution.id, attempt, index)),
  );
  const changed = pages.flatMap(({ effects }, place): ChangedPage[] => {
    const page = stored[place];
    if (page == null) return [];
    const changes = effects.flatMap((effect, at) => {
      const before = page.outcomes[at];
      const answer = before?.status === 'unknown' ? answers.get(before.effectId) : undefined;
      return before === undefined || answer === undefined
        ? []
        : [{ effect, before, after: { ...before, ...answer, at: now } }];
    });
    return changes.length === 0 ? [] : [{ page, changes }];
  });
  if (changed.length === 0) return [];
  await changeOutcomes(tx, change, { orgId, execution, pages: changed, now, deciding });
  return changed.flatMap(({ changes }) => changes.map(({ after }) => after));
}
