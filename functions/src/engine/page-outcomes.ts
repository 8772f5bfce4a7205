import { AppError } from '@countersign/domain/errors';
import { derivedId, digestOf } from '@countersign/domain/hash';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { totalsOf } from '@countersign/domain/plan/totals';
import { paths } from '@countersign/domain/paths';
import {
  toStoredOutcomes,
  type Effect,
  type Outcome,
  type PageOutcomes,
  type PlanPage,
} from '@countersign/domain/schemas/effect';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { insideKindOf } from '../effects/index.ts';
import type { Performed } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { read, type Transaction, type Write } from '../store/database.ts';
import { takeResult } from '../streams/index.ts';
import type { ApplyContext, Halt } from './apply-page.ts';
import { ChangeSet } from './change-set.ts';
import { freeAfterFailure } from './claims.ts';
import { intentsCommitId } from './page-intents.ts';
import { idsOf, outcomeOf, withIds, type Mode } from './perform-effects.ts';
import { unknownWrites } from './unknowns.ts';
import { fenced } from './work.ts';

/**
 * The second of a page's two commits: what became of each effect, its journal posted or voided, its claim kept or
 * freed, and the effects on the organization's own documents, which are done with it or not at all.
 * @param performed of the effects on other systems; null for the others
 * @param halt a reason not to begin, for a page that has no intents
 * @returns the outcomes of all, or why nothing was done
 */
export async function commitOutcomes(
  context: ApplyContext,
  page: PlanPage,
  intended: PageOutcomes,
  performed: readonly (Outcome | null)[],
  mode: Mode,
  halt: ApplyContext['halt'],
): Promise<readonly Outcome[] | Halt> {
  const { deps, lease, execution } = context;
  const now = deps.now().toISOString();
  let outcomes: readonly Outcome[] = [];
  let halted: Halt | null = null;
  await context.progress.within(async (update) =>
    fenced(deps, lease, async (tx) => {
      // Made anew for each try of the transaction: a command may have changed something meanwhile.
      const change = new ChangeSet(
        lease.orgId,
        `settle-${execution.id}-${page.attempt}-${page.index}`,
        { kind: 'system', part: 'engine' },
        now,
      );
      // Asked for together: one round trip.
      const [reason, decided, earlier] = await Promise.all([
        halt(tx),
        withInside(tx, context, page, intended, performed, mode, change, now),
        read(tx, refs.outcome(lease.orgId, execution.id, page.attempt, page.index)),
      ]);
      [halted, outcomes] = [null, decided];
      // The commit has happened and its answer was lost: what it decided stands, and nothing is done a second time.
      if (earlier?.state === 'settled') {
        outcomes = earlier.outcomes;
        return;
      }
      halted = reason;
      if (halted !== null) return;
      const fields = update === null ? null : await update(tx, page.effects, outcomes);
      const settled: PageOutcomes = { ...intended, state: 'settled', outcomes: [...outcomes], settledAt: now };
      change.also({
        op: 'set',
        path: paths.outcome(lease.orgId, execution.id, page.attempt, page.index),
        data: toStoredOutcomes(settled),
      });
      change.also(...freedClaims(context, page, outcomes, now));
      change.also(...unknownWrites(lease.orgId, execution, `${page.attempt}-${page.index}`, page.effects, outcomes));
      if (intended.intents.some((intent) => intent.journalId !== null))
        change.also(takeResult(lease.orgId, 'ledger', intentsCommitId(context, page.index)));
      change.post(...settleJournals(outcomes));
      if (fields !== null) change.change(refs.execution(lease.orgId, execution.id), fields.before, fields.after);
      const data = settledFacts(page, outcomes);
      tx.write(...change.toWrites('execution.page_settled', { executionId: execution.id, data }));
    }),
  );
  if (halted !== null) return halted;
  context.progress.add(page.effects, outcomes);
  return outcomes;
}

/** All outcomes in the order of the page; effects on our own documents are decided here, in the transaction. */
async function withInside(
  tx: Transaction,
  context: ApplyContext,
  page: PlanPage,
  intended: PageOutcomes,
  performed: readonly (Outcome | null)[],
  mode: Mode,
  change: ChangeSet,
  now: string,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [at, effect] of page.effects.entries()) {
    const intent = intended.intents[at];
    const kind = insideKindOf(effect);
    const outside = performed[at] ?? null;
    if (outside !== null) {
      outcomes.push(outside);
      continue;
    }
    if (intent === undefined || kind === null) throw new AppError('internal', 'An effect was not performed');
    const done: Performed =
      mode === 'ask_only'
        ? { status: 'not_done', code: 'drift', message: 'Not done: the run stopped before', retryable: false }
        : await kind.perform(tx, withIds(context, effect), idsOf(context, page, intent), change, now);
    outcomes.push(outcomeOf(effect, intent, done, now, true));
  }
  return outcomes;
}

/** A proven failure frees the claim: the next attempt has another key. */
function freedClaims(context: ApplyContext, page: PlanPage, outcomes: readonly Outcome[], now: string): Write[] {
  return page.effects.flatMap((effect, at) => {
    const outcome = outcomes[at];
    return outcome?.status === 'failed' && effect.claim !== null
      ? [freeAfterFailure(context.lease.orgId, effect.claim, context.attempts.get(outcome.effectId) ?? 1, now)]
      : [];
  });
}

/** Succeeded posts, a definite failure voids; what is unknown stays pending until it is settled. */
export function settleJournals(outcomes: readonly Outcome[]): LedgerIntent[] {
  return outcomes.flatMap((outcome): LedgerIntent[] => {
    if (outcome.journalId === null || outcome.status === 'unknown') return [];
    const id = derivedId('journal-step', outcome.journalId, outcome.status);
    if (outcome.status === 'succeeded') return [{ type: 'post', id, journalId: outcome.journalId }];
    return [{ type: 'void', id, journalId: outcome.journalId, reason: outcome.code ?? 'failed' }];
  });
}

function settledFacts(page: PlanPage, outcomes: readonly Outcome[]): Record<string, string> {
  const of = (status: Outcome['status']): Effect[] => page.effects.filter((_, at) => outcomes[at]?.status === status);
  return {
    page: String(page.index + 1),
    succeeded: String(of('succeeded').length),
    failed: String(of('failed').length),
    unknown: String(of('unknown').length),
    amounts: amountsInWords(totalsOf(of('succeeded'))),
    outcomesRoot: digestOf('countersign/page-outcomes', 1, { index: page.index, outcomes }),
  };
}
