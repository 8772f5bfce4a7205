import { derivedId } from '@countersign/domain/hash';
import { effectId, providerKey } from '@countersign/domain/plan/effect-checks';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { paths } from '@countersign/domain/paths';
import { toStoredOutcomes, type Effect, type PageOutcomes, type PlanPage } from '@countersign/domain/schemas/effect';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { ApplyContext } from './apply-page.ts';
import { handedIn } from '../streams/index.ts';
import { ChangeSet } from './change-set.ts';
import { fenced } from './work.ts';

export type Intent = PageOutcomes['intents'][number];

export function intentsCommitId({ execution, plan }: Pick<ApplyContext, 'execution' | 'plan'>, index: number): string {
  return `intend-${execution.id}-${plan.attempt}-${index}`;
}

/** What will be done with the page's effects, under which keys. */
export function intentsOf(context: ApplyContext, page: PlanPage): PageOutcomes {
  return {
    attempt: page.attempt,
    index: page.index,
    state: 'intended',
    intents: page.effects.map((effect) => intentOf(context, effect)),
    outcomes: [],
    intendedAt: context.deps.now().toISOString(),
    settledAt: null,
  };
}

/** The first of a page's two commits: its intents, with their journals pending. */
export async function commitIntents(context: ApplyContext, page: PlanPage): Promise<PageOutcomes> {
  const { deps, lease, execution } = context;
  const intended = intentsOf(context, page);
  const { intents, intendedAt: now } = intended;
  const change = new ChangeSet(
    lease.orgId,
    intentsCommitId(context, page.index),
    { kind: 'system', part: 'engine' },
    now,
  );
  change.also({
    op: 'create',
    path: paths.outcome(lease.orgId, execution.id, page.attempt, page.index),
    data: toStoredOutcomes(intended),
  });
  change.post(...page.effects.flatMap((effect, at) => pendingJournal(effect, execution.id, intents[at])));
  const data = {
    page: String(page.index + 1),
    effects: String(page.effects.length),
    amounts: amountsInWords(page.totals),
    pageHash: page.hash,
  };
  const committed = await fenced(deps, lease, async (tx) => {
    const writes = change.toWrites('execution.page_intended', { executionId: execution.id, data });
    tx.write(...writes);
    return writes;
  });
  handedIn(deps.streams, lease.orgId, 'ledger', committed);
  return intended;
}

function intentOf({ lease, execution, attempts, results }: ApplyContext, effect: Effect): Intent {
  const id = effectId(execution.id, effect.key);
  const skip = effect.needs.some((key) => results.get(key)?.status !== 'succeeded');
  return {
    effectId: id,
    idempotencyKey:
      effect.claim === null
        ? providerKey(lease.orgId, 'effect', id, 1)
        : providerKey(lease.orgId, effect.claim.kind, effect.claim.reference, attempts.get(id) ?? 1),
    journalId: effect.journal === null || skip ? null : derivedId('journal', id),
    skip,
  };
}

function pendingJournal(effect: Effect, executionId: string, intent: Intent | undefined): LedgerIntent[] {
  if (effect.journal === null || intent === undefined || intent.journalId === null) return [];
  return [
    {
      type: 'record',
      id: intent.journalId,
      state: 'pending',
      journal: effect.journal,
      source: { executionId, effectId: intent.effectId, kind: effect.kind },
    },
  ];
}
