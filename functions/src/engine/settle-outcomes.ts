import { claimId } from '@countersign/domain/plan/effect-checks';
import { paths } from '@countersign/domain/paths';
import { toStoredOutcomes, type Effect, type Outcome } from '@countersign/domain/schemas/effect';
import { refs } from '../refs.ts';
import { read, readAll, type Transaction } from '../store/database.ts';
import type { ChangeSet } from './change-set.ts';
import { freeAfterFailure } from './claims.ts';
import { settleJournals } from './page-outcomes.ts';
import { takeOffList } from './unknowns.ts';

/** What became of an effect that was unknown. */
export type Answer = Pick<Outcome, 'providerId' | 'code' | 'message' | 'settlement'> & {
  readonly status: 'succeeded' | 'failed';
};

export interface PageToSettle {
  readonly orgId: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly index: number;
  readonly effects: readonly Effect[];
}

/**
 * Settle effects of one page that are still unknown: what is known of the others stands. What succeeded posts its
 * journal; what failed voids it and frees its claim, with the attempt raised. Part of the caller's transaction.
 * @param answers by effect id
 * @param deciding the proposal by which people settle them
 * @returns those that were unknown until now, as they are settled
 */
export async function settleOutcomes(
  tx: Transaction,
  change: ChangeSet,
  { orgId, executionId, attempt, index, effects }: PageToSettle,
  answers: ReadonlyMap<string, Answer>,
  now: string,
  deciding: string | null = null,
): Promise<Outcome[]> {
  const current = await read(tx, refs.outcome(orgId, executionId, attempt, index));
  if (current === null) return [];
  const settled: Outcome[] = [];
  const outcomes = current.outcomes.map((outcome) => {
    const answer = outcome.status === 'unknown' ? answers.get(outcome.effectId) : undefined;
    if (answer === undefined) return outcome;
    const after = { ...outcome, ...answer, at: now };
    settled.push(after);
    return after;
  });
  if (settled.length === 0) return [];
  change.also({
    op: 'set',
    path: paths.outcome(orgId, executionId, attempt, index),
    data: toStoredOutcomes({ ...current, outcomes }),
  });
  change.post(...settleJournals(settled));
  const claims = effects.flatMap((effect) => {
    const failed = settled.some((outcome) => outcome.key === effect.key && outcome.status === 'failed');
    return failed && effect.claim !== null ? [effect.claim] : [];
  });
  const held = await readAll(
    tx,
    claims.map(({ kind, reference }) => refs.claim(orgId, claimId(kind, reference))),
  );
  claims.forEach((claim, at) => {
    const holder = held[at];
    if (holder?.executionId === executionId) change.also(freeAfterFailure(orgId, claim, holder.attempt, now));
  });
  await takeOffList(
    tx,
    change,
    orgId,
    settled.map(({ effectId }) => effectId),
    deciding,
  );
  return settled;
}
