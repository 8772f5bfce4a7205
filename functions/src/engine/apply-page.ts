import { pageHash } from '@countersign/domain/plan/digest';
import { paths } from '@countersign/domain/paths';
import {
  pageSchema,
  type Effect,
  type Outcome,
  type PageOutcomes,
  type PlanPage,
} from '@countersign/domain/schemas/effect';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import type { Organization } from '@countersign/domain/schemas/organization';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { awaitDecided } from '../streams/index.ts';
import type { BalanceGuard } from './balance-guard.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';
import type { LiveProgress } from './live-progress.ts';
import { commitIntents, intentsCommitId } from './page-intents.ts';
import { commitOutcomes } from './page-outcomes.ts';
import { performOutside, type Mode } from './perform-effects.ts';
import type { Lease } from './work.ts';

export interface ApplyContext {
  readonly deps: Deps;
  readonly lease: Lease;
  readonly execution: Execution;
  readonly plan: Plan;
  readonly organization: Organization;
  /** Attempt numbers above 1, by effect id. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Runs calls to a connector, bounded over all pages. */
  readonly limit: <T>(connector: 'stripe' | 'http', call: () => Promise<T>) => Promise<T>;
  readonly drift: (effects: readonly Effect[]) => Promise<Drift | null>;
  readonly balances: BalanceGuard;
  readonly progress: LiveProgress;
  /** What became of the effects that others need, by key; filled as their pages are settled. */
  readonly results: Map<string, Pick<Outcome, 'status' | 'providerId'>>;
}

export type PageResult = { readonly kind: 'settled' } | { readonly kind: 'drift'; readonly drift: Drift };

/**
 * Perform one signed page: its intents (with pending journals) are committed before, its outcomes (journals posted or
 * voided) after. Two commits a page. A page that a dead worker left behind is sent again with the same keys.
 * All pages with effects that this one's need are settled.
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
  const before = await readBegun(context, index);
  if (before?.state === 'settled') {
    remember(context, page, before.outcomes);
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
  const begun = await readBegun(context, index);
  if (page !== null && begun?.state === 'intended') await settle(context, page, begun, 'ask_only');
}

async function readBegun({ deps, lease, execution, plan }: ApplyContext, index: number): Promise<PageOutcomes | null> {
  return read(deps.db, refs.outcome(lease.orgId, execution.id, plan.attempt, index));
}

async function settle(context: ApplyContext, page: PlanPage, intended: PageOutcomes, mode: Mode): Promise<void> {
  const hasJournals = intended.intents.some((intent) => intent.journalId !== null);
  const refusals = hasJournals
    ? await awaitDecided(context.deps.streams, context.lease.orgId, 'ledger', intentsCommitId(context, page.index))
    : [];
  const refused = new Map(refusals.map((refusal) => [refusal.intentId, refusal.message]));
  const outcomes = await performOutside(context, page, intended, refused, mode);
  remember(context, page, await commitOutcomes(context, page, intended, outcomes, mode));
}

function remember(context: ApplyContext, page: PlanPage, outcomes: readonly Outcome[]): void {
  page.effects.forEach(({ key }, at) => {
    const outcome = outcomes[at];
    if (outcome !== undefined) context.results.set(key, { status: outcome.status, providerId: outcome.providerId });
  });
}

/** The page, if it is still what was signed. */
async function readSignedPage({ deps, lease, execution, plan }: ApplyContext, index: number): Promise<PlanPage | null> {
  const stored = await deps.db.get(paths.page(lease.orgId, execution.id, plan.attempt, index));
  const page = pageSchema.safeParse(stored?.data).data;
  return page !== undefined && pageHash(index, page.effects) === plan.pageHashes[index] ? page : null;
}
