import { AppError } from '@countersign/domain/errors';
import { derivedId, digestOf } from '@countersign/domain/hash';
import { pageHash } from '@countersign/domain/plan/digest';
import { effectId, providerKey } from '@countersign/domain/plan/effect-checks';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { totalsOf } from '@countersign/domain/plan/totals';
import { paths } from '@countersign/domain/paths';
import {
  pageSchema,
  toStoredOutcomes,
  type Effect,
  type Outcome,
  type PageOutcomes,
  type PlanPage,
} from '@countersign/domain/schemas/effect';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger';
import { config } from '../config.ts';
import { effectKinds } from '../effects/index.ts';
import type { Performed } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { awaitDecided, takeResult, type Refusal } from '../streams/index.ts';
import { ChangeSet } from './change-set.ts';
import { freeAfterFailure } from './claims.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';
import { fenced, type Lease } from './work.ts';
import type { LiveProgress } from './live-progress.ts';
import { withRetries } from './retry-policy.ts';

export interface ApplyContext {
  readonly deps: Deps;
  readonly lease: Lease;
  readonly execution: Execution;
  readonly plan: Plan;
  /** Attempt numbers above 1, by effect id. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Runs calls to the provider, bounded over all pages. */
  readonly limit: <T>(call: () => Promise<T>) => Promise<T>;
  readonly drift: (effects: readonly Effect[]) => Promise<Drift | null>;
  readonly progress: LiveProgress;
}

export type PageResult = { readonly kind: 'settled' } | { readonly kind: 'drift'; readonly drift: Drift };

/**
 * Perform one signed page: its intents (with pending journals) are committed before, its outcomes (journals posted or
 * voided) after. Two commits a page. A page that a dead worker left behind is sent again with the same keys.
 */
export async function applyPage(context: ApplyContext, index: number): Promise<PageResult> {
  const page = await readSignedPage(context, index);
  if (page === null)
    return {
      kind: 'drift',
      drift: {
        what: 'page',
        subject: `page ${index + 1}`,
        signed: context.plan.pageHashes[index] ?? '',
        found: 'other effects than those that were signed',
      },
    };
  const before = await read(
    context.deps.db,
    refs.outcome(context.lease.orgId, context.execution.id, page.attempt, index),
  );
  if (before?.state === 'settled') {
    context.progress.add(page.effects, before.outcomes);
    return { kind: 'settled' };
  }
  const drift = await context.drift(page.effects);
  if (drift !== null) {
    if (before !== null) await settle(context, page, before, 'ask_only');
    return { kind: 'drift', drift };
  }
  await settle(context, page, before ?? (await commitIntents(context, page)), before === null ? 'first' : 'again');
  return { kind: 'settled' };
}

/** End a page that a dead worker has begun, in a run that stops here: what it did is asked for, and nothing is sent. */
export async function closePage(context: ApplyContext, index: number): Promise<void> {
  const page = await readSignedPage(context, index);
  const begun = await read(
    context.deps.db,
    refs.outcome(context.lease.orgId, context.execution.id, context.plan.attempt, index),
  );
  if (page !== null && begun?.state === 'intended') await settle(context, page, begun, 'ask_only');
}

/** `first`: nothing of it was sent before; `again`: it may have been, with the same keys; `ask_only`: no more is sent. */
type Mode = 'first' | 'again' | 'ask_only';

async function settle(context: ApplyContext, page: PlanPage, intended: PageOutcomes, mode: Mode): Promise<void> {
  const refusals = await awaitDecided(
    context.deps.streams,
    context.lease.orgId,
    'ledger',
    intentsCommitId(context, page.index),
  );
  const outcomes = await performAll(
    context,
    page,
    intended,
    new Map(refusals.map((refusal) => [refusal.intentId, refusal])),
    mode,
  );
  await commitOutcomes(context, page, intended, outcomes);
}

/** The page, if it is still what was signed. */
async function readSignedPage({ deps, lease, execution, plan }: ApplyContext, index: number): Promise<PlanPage | null> {
  const stored = await deps.db.get(paths.page(lease.orgId, execution.id, plan.attempt, index));
  const page = pageSchema.safeParse(stored?.data).data;
  return page !== undefined && pageHash(index, page.effects) === plan.pageHashes[index] ? page : null;
}

function intentsCommitId({ execution, plan }: ApplyContext, index: number): string {
  return `intend-${execution.id}-${plan.attempt}-${index}`;
}

async function commitIntents(context: ApplyContext, page: PlanPage): Promise<PageOutcomes> {
  const { deps, lease, execution } = context;
  const now = deps.now().toISOString();
  const intents = page.effects.map((effect) => {
    const id = effectId(execution.id, effect.key);
    return {
      effectId: id,
      idempotencyKey: providerKey(
        lease.orgId,
        effect.claim.kind,
        effect.claim.reference,
        context.attempts.get(id) ?? 1,
      ),
      journalId: derivedId('journal', id),
    };
  });
  const intended: PageOutcomes = {
    attempt: page.attempt,
    index: page.index,
    state: 'intended',
    intents,
    outcomes: [],
    intendedAt: now,
    settledAt: null,
  };
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
  change.post(
    ...page.effects.map((effect, at): LedgerIntent =>
      recordPending(effect, execution.id, intents[at]?.effectId ?? '', intents[at]?.journalId ?? ''),
    ),
  );
  const data = {
    page: String(page.index + 1),
    payouts: String(page.effects.length),
    amounts: amountsInWords(page.totals),
    pageHash: page.hash,
  };
  await fenced(deps, lease, async (tx) =>
    tx.write(...change.toWrites('execution.page_intended', { executionId: execution.id, data })),
  );
  return intended;
}

function recordPending(effect: Effect, executionId: string, effectOf: string, journalId: string): LedgerIntent {
  return {
    type: 'record',
    id: journalId,
    state: 'pending',
    journal: effect.journal,
    source: { executionId, effectId: effectOf, kind: effect.kind },
  };
}

async function performAll(
  context: ApplyContext,
  page: PlanPage,
  intended: PageOutcomes,
  refused: ReadonlyMap<string, Refusal>,
  mode: Mode,
): Promise<Outcome[]> {
  return Promise.all(
    page.effects.map(async (effect, at): Promise<Outcome> => {
      const intent = intended.intents[at];
      if (intent === undefined) throw new AppError('internal', 'An effect has no intent');
      const refusal = refused.get(intent.journalId);
      const performed: Performed =
        refusal !== undefined
          ? { status: 'failed', code: 'ledger_refused', message: refusal.message, retryable: false }
          : await context.limit(() => performOne(context, effect, intent, intended.intendedAt, mode));
      return {
        effectId: intent.effectId,
        key: effect.key,
        line: effect.line,
        status: performed.status,
        providerId: performed.status === 'succeeded' ? performed.providerId : null,
        code: performed.status === 'succeeded' ? null : performed.code,
        message: performed.status === 'succeeded' ? null : performed.message,
        journalId: refusal === undefined ? intent.journalId : null,
        at: context.deps.now().toISOString(),
      };
    }),
  );
}

async function performOne(
  context: ApplyContext,
  effect: Effect,
  intent: PageOutcomes['intents'][number],
  intendedAt: string,
  mode: Mode,
): Promise<Performed> {
  const { deps, execution } = context;
  const kind = effectKinds[effect.kind];
  const approvalAgeMs = deps.now().getTime() - Date.parse(execution.approvedAt ?? execution.requestedAt);
  if (mode === 'ask_only' || (mode === 'again' && approvalAgeMs > config.askFirstAfterMs)) {
    const found = await kind.find(deps.provider, effect, { effectId: intent.effectId, since: new Date(intendedAt) });
    if (found !== null) return found;
    if (mode === 'ask_only')
      return { status: 'not_done', code: 'drift', message: 'Not sent: the run stopped before', retryable: false };
  }
  const performed = await send(context, effect, intent);
  if (performed.status === 'succeeded' || performed.status === 'unknown') return performed;
  if (mode === 'first') return { ...performed, status: 'failed' };
  // The worker before this one may have paid: a refusal now proves nothing about then, so the provider is asked.
  const found = await kind
    .find(deps.provider, effect, { effectId: intent.effectId, since: new Date(intendedAt) })
    .catch(() => 'no answer' as const);
  if (found === 'no answer') return { ...performed, status: 'unknown' };
  if (found !== null) return found;
  return { ...performed, status: performed.status === 'failed' ? 'failed' : 'unknown' };
}

/** Send until there is an answer, or the patience for a throttling provider ends: then it is not done. */
async function send(
  { deps, execution }: ApplyContext,
  effect: Effect,
  intent: PageOutcomes['intents'][number],
): Promise<Performed> {
  const kind = effectKinds[effect.kind];
  let last: Performed | null = null;
  try {
    return await withRetries(async () => {
      last = await kind.perform(deps.provider, effect, {
        executionId: execution.id,
        effectId: intent.effectId,
        idempotencyKey: intent.idempotencyKey,
      });
      // A throttled call has not been done: it may be made again with the same key.
      if (last.status === 'not_done' && last.retryable)
        throw new AppError('unavailable', last.message, { retryable: true });
      return last;
    });
  } catch (error) {
    if (last !== null) return last;
    throw error;
  }
}

async function commitOutcomes(
  context: ApplyContext,
  page: PlanPage,
  intended: PageOutcomes,
  outcomes: readonly Outcome[],
): Promise<void> {
  const { deps, lease, execution } = context;
  const now = deps.now().toISOString();
  const settled: PageOutcomes = { ...intended, state: 'settled', outcomes: [...outcomes], settledAt: now };
  const freed = page.effects.flatMap((effect, at) => {
    const outcome = outcomes[at];
    return outcome?.status === 'failed'
      ? [freeAfterFailure(lease.orgId, effect, context.attempts.get(outcome.effectId) ?? 1, now)]
      : [];
  });
  const data = settledFacts(page, outcomes);
  context.progress.add(page.effects, outcomes);
  await context.progress.within(async (update) =>
    fenced(deps, lease, async (tx) => {
      const fields = update === null ? null : await update(tx);
      // Made anew for each try of the transaction: a command may have changed the execution meanwhile.
      const change = new ChangeSet(
        lease.orgId,
        `settle-${execution.id}-${page.attempt}-${page.index}`,
        { kind: 'system', part: 'engine' },
        now,
      );
      change.also({
        op: 'set',
        path: paths.outcome(lease.orgId, execution.id, page.attempt, page.index),
        data: toStoredOutcomes(settled),
      });
      change.also(takeResult(lease.orgId, 'ledger', intentsCommitId(context, page.index)), ...freed);
      change.post(...settleJournals(outcomes));
      if (fields !== null) change.change(refs.execution(lease.orgId, execution.id), fields.before, fields.after);
      tx.write(...change.toWrites('execution.page_settled', { executionId: execution.id, data }));
    }),
  );
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
