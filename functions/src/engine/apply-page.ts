import { assert } from '@countersign/domain/errors';
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
import { insideKindOf } from '../effects/index.ts';
import { read, type Transaction } from '../store/database.ts';
import { awaitDecided } from '../streams/index.ts';
import type { BalanceGuard } from './balance-guard.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';
import type { LiveProgress } from './live-progress.ts';
import { commitIntents, intentsCommitId, intentsOf } from './page-intents.ts';
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
  /** By effect id: an earlier execution may have sent it since then. */
  readonly askSince: ReadonlyMap<string, string>;
  /** Runs calls to a connector, bounded over all pages. */
  readonly limit: <T>(connector: 'stripe' | 'http', call: () => Promise<T>) => Promise<T>;
  readonly drift: (effects: readonly Effect[]) => Promise<Drift | null>;
  /** Looked at before every page. */
  readonly halt: (from: Pick<Transaction, 'get' | 'getAll'>) => Promise<Halt | null>;
  /** Whether the provider is still the one that was signed. Another one knows nothing of this run's payments. */
  readonly mayAskProvider: boolean;
  readonly balances: BalanceGuard;
  readonly progress: LiveProgress;
  /** What became of the effects that others need, by key; filled as their pages are settled. */
  readonly results: Map<string, Pick<Outcome, 'status' | 'providerId'>>;
}

/** Why nothing more is begun: `ended` by a command, `stopped` by the organization, no time left (`yield`). */
export interface Halt {
  readonly kind: 'stopped' | 'cancelled' | 'yield' | 'ended';
}

export type PageResult = { readonly kind: 'settled' } | { readonly kind: 'drift'; readonly drift: Drift } | Halt;

/** What of a page's own documents is read before its turn: both are written by this lease's holder alone. */
export interface LoadedPage {
  /** Null when it is not what was signed. */
  readonly page: PlanPage | null;
  readonly begun: PageOutcomes | null;
}

export async function loadPage(context: ApplyContext, index: number): Promise<LoadedPage> {
  const [page, begun] = await Promise.all([readSignedPage(context, index), readBegun(context, index)]);
  return { page, begun };
}

/**
 * Perform one signed page: its intents (with pending journals) are committed before, its outcomes (journals posted or
 * voided) after. Two commits a page; one, when all it does is in the organization's own documents. A page that a dead
 * worker left behind is sent again with the same keys. All pages with effects that this one's need are settled.
 */
export async function applyPage(
  context: ApplyContext,
  index: number,
  { page, begun }: LoadedPage,
): Promise<PageResult> {
  // Nothing can be half done: the only commit looks for a reason to halt itself, and the round trip is spared.
  const atOnce = page !== null && begun === null && isSettledAtOnce(context, page);
  const halt = atOnce ? null : await context.halt(context.deps.db);
  if (halt !== null) return halt;
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
  if (begun?.state === 'settled') {
    remember(context, page, begun.outcomes);
    context.progress.add(page.effects, begun.outcomes);
    return { kind: 'settled' };
  }
  const drift = await context.drift(page.effects);
  if (drift !== null) {
    if (begun !== null) await settle(context, page, begun, 'ask_only');
    return { kind: 'drift', drift };
  }
  if (atOnce) return settleAtOnce(context, page);
  await settle(context, page, begun ?? (await commitIntents(context, page)), begun === null ? 'first' : 'again');
  return { kind: 'settled' };
}

/** Effects on the organization's own documents are done by the commit of their outcomes, so they need no intents. */
function isSettledAtOnce({ plan }: ApplyContext, page: PlanPage): boolean {
  return (
    plan.rechecks.length === 0 &&
    page.effects.every((effect) => insideKindOf(effect) !== null && effect.journal === null)
  );
}

async function settleAtOnce(context: ApplyContext, page: PlanPage): Promise<PageResult> {
  const intended = intentsOf(context, page);
  const performed = await performOutside(context, page, intended, new Map(), 'first');
  const settled = await commitOutcomes(context, page, intended, performed, 'first', context.halt);
  if ('kind' in settled) return settled;
  remember(context, page, settled);
  return { kind: 'settled' };
}

/** End a page that a dead worker has begun, in a run that stops here: what it did is asked for, and nothing is sent. */
export async function closePage(context: ApplyContext, index: number): Promise<void> {
  const { page, begun } = await loadPage(context, index);
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
  const settled = await commitOutcomes(context, page, intended, outcomes, mode, async () => null);
  assert(!('kind' in settled), 'a page that was begun is ended');
  remember(context, page, settled);
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
