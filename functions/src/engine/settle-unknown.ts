import { AppError } from '@countersign/domain/errors';
import { countsOf } from '@countersign/domain/plan/totals';
import { coarseOf } from '@countersign/domain/plan/states';
import { paths } from '@countersign/domain/paths';
import { toStoredOutcomes, type Outcome, type PageOutcomes } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { config } from '../config.ts';
import { outsideKindOf } from '../effects/index.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { settleJournals } from './page-outcomes.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { readPages, readTally, type PageWithOutcomes } from './outcomes.ts';
import { idsOf } from './perform-effects.ts';
import { fenced, release, type Lease } from './work.ts';

/** When the provider is asked next about what is unknown; null when nothing is, or when it has been asked long enough. */
export function nextAsk(execution: Execution, now: Date): string | null {
  if (execution.tally === null || countsOf(execution.tally).unknown === 0 || execution.endedAt === null) return null;
  const askedForMs = now.getTime() - Date.parse(execution.endedAt);
  return askedForMs > config.askAgainMs * config.maxAsks
    ? null
    : new Date(now.getTime() + config.askAgainMs).toISOString();
}

/**
 * Ask the provider what became of effects whose outcome is unknown. Only a payment that is found settles one; that
 * none is found proves nothing. Nothing is sent.
 */
export async function askAgain(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  const { plan } = execution;
  if (plan === null) throw new AppError('internal', 'An applied execution has a plan');
  for await (const page of readPages(deps, lease.orgId, execution.id, plan)) {
    if (page.settled?.outcomes.some((outcome) => outcome.status === 'unknown') === true)
      await askForPage(deps, lease, execution.id, page, page.settled);
  }
  await drainStream(deps.streams, lease.orgId, 'ledger');
  const { tally, counts } = await readTally(deps, lease.orgId, execution.id, plan);
  const now = deps.now().toISOString();
  await fenced(deps, lease, async (tx) => {
    const ref = refs.execution(lease.orgId, execution.id);
    const current = await read(tx, ref);
    if (current === null || current.tally === null || JSON.stringify(current.tally) === JSON.stringify(tally)) {
      tx.write(release(lease, current === null ? null : nextAsk(current, deps.now())));
      return;
    }
    // What was cancelled or has drifted stays so, with what is known of it now.
    const state =
      current.state === 'needs_repair' && counts.succeeded === plan.effectCount ? 'completed' : current.state;
    const change = new ChangeSet(
      lease.orgId,
      `settled-${execution.id}-${lease.token}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    // A new report tells of the new outcomes.
    const after = change.change(ref, current, {
      state,
      coarse: coarseOf(state),
      tally,
      journalCount: counts.succeeded,
      report: null,
      updatedAt: now,
    });
    change.also(release(lease, after.report === null ? now : null));
    tx.write(
      ...change.toWrites('execution.unknown_settled', {
        executionId: execution.id,
        data: { succeeded: String(counts.succeeded), unknown: String(counts.unknown) },
      }),
    );
  });
}

async function askForPage(
  deps: Deps,
  lease: Lease,
  executionId: string,
  page: PageWithOutcomes,
  settled: PageOutcomes,
): Promise<void> {
  const answers = new Map<string, Outcome>();
  const organization = await read(deps.db, refs.organization(lease.orgId));
  if (organization === null) return;
  const ports = { provider: deps.provider, http: deps.http, organization };
  for (const [at, outcome] of settled.outcomes.entries()) {
    const effect = page.effects[at];
    if (outcome.status !== 'unknown' || effect === undefined) continue;
    const kind = outsideKindOf(effect);
    const intent = settled.intents[at];
    if (kind === null || intent === undefined) continue;
    const found = await kind.find(ports, effect, {
      ...idsOf({ lease, execution: { id: executionId } }, settled, intent),
      since: new Date(settled.intendedAt),
    });
    if (found?.status !== 'succeeded') continue;
    answers.set(outcome.effectId, {
      ...outcome,
      status: 'succeeded',
      providerId: found.providerId,
      code: null,
      message: null,
      settlement: found.settlement === undefined ? null : { state: found.settlement, at: deps.now().toISOString() },
      at: deps.now().toISOString(),
    });
  }
  if (answers.size === 0) return;
  const now = deps.now().toISOString();
  await fenced(deps, lease, async (tx) => {
    const ref = refs.outcome(lease.orgId, executionId, settled.attempt, settled.index);
    const current = await read(tx, ref);
    if (current === null) return;
    const outcomes = current.outcomes.map((outcome) =>
      outcome.status === 'unknown' ? (answers.get(outcome.effectId) ?? outcome) : outcome,
    );
    const change = new ChangeSet(
      lease.orgId,
      `asked-${executionId}-${settled.index}-${lease.token}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    change.also({
      op: 'set',
      path: paths.outcome(lease.orgId, executionId, settled.attempt, settled.index),
      data: toStoredOutcomes({ ...current, outcomes }),
    });
    change.post(...settleJournals([...answers.values()]));
    tx.write(
      ...change.toWrites('execution.unknown_settled', {
        executionId,
        data: { page: String(settled.index + 1), found: String(answers.size) },
      }),
    );
  });
}
