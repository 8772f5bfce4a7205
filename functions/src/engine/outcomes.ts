import { TransitCounter } from '@countersign/domain/plan/settlement';
import { countsOf, TallyCounter } from '@countersign/domain/plan/totals';
import { pageSchema, type Effect, type Outcome, type PageOutcomes } from '@countersign/domain/schemas/effect';
import type { Execution, Plan, Tally } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { readAll, type Stored } from '../store/database.ts';
import type { Deps } from './deps.ts';

const PAGES_A_READ = 20;

/** One page with what became of it; `settled` is null when nothing was begun. */
export interface PageWithOutcomes {
  readonly index: number;
  readonly effects: readonly Effect[];
  readonly settled: PageOutcomes | null;
}

/** The pages of a plan in order, from one of them on, some at a time: a plan of any size fits. */
export async function* readPages(
  deps: Deps,
  orgId: string,
  executionId: string,
  plan: Plan,
  from = 0,
): AsyncGenerator<PageWithOutcomes> {
  for (let start = from; start < plan.pageCount; start += PAGES_A_READ) {
    const indexes = Array.from(
      { length: Math.min(PAGES_A_READ, plan.pageCount - start) },
      (_, offset) => start + offset,
    );
    const [pages, outcomes] = await Promise.all([
      deps.db.getAll(indexes.map((index) => refs.page(orgId, executionId, plan.attempt, index).path)),
      readAll(
        deps.db,
        indexes.map((index) => refs.outcome(orgId, executionId, plan.attempt, index)),
      ),
    ]);
    for (const [offset, index] of indexes.entries())
      yield { index, effects: effectsOf(pages[offset] ?? null), settled: outcomes[offset] ?? null };
  }
}

/** A page that is gone, or is none any more, has drifted before it was begun: it must not keep the run from ending. */
function effectsOf(stored: Stored | null): readonly Effect[] {
  return pageSchema.safeParse(stored?.data).data?.effects ?? [];
}

export interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly unknown: number;
  readonly untouched: number;
  readonly pages: number;
}

/** The exact tally, from the stored outcomes, where accepted money is, and which effects' claims must be kept. */
export async function readTally(
  deps: Deps,
  orgId: string,
  executionId: string,
  plan: Plan,
): Promise<{
  tally: Tally;
  transit: Execution['transit'];
  counts: Counts;
  keep: (effectId: string) => boolean;
  begun: ReadonlyMap<string, string>;
}> {
  const counter = new TallyCounter(plan.totals, plan.effectCount);
  const transit = new TransitCounter();
  const keep = new Set<string>();
  const begunNotDone = new Map<string, string>();
  let pages = 0;
  for await (const page of readPages(deps, orgId, executionId, plan)) {
    if (page.settled === null) continue;
    if (page.settled.state === 'settled') pages += 1;
    const outcomes = page.settled.state === 'settled' ? page.settled.outcomes : begun(page.effects, page.settled);
    counter.add(page.effects, outcomes);
    const byKey = new Map(page.effects.map((effect) => [effect.key, effect]));
    for (const outcome of outcomes) {
      if (mayBeDone(outcome)) keep.add(outcome.effectId);
      else if (outcome.status === 'not_done' && outcome.code === STOPPED_BEFORE)
        begunNotDone.set(outcome.effectId, page.settled.intendedAt);
      const effect = byKey.get(outcome.key);
      if (effect !== undefined) transit.add(effect, outcome);
    }
  }
  const tally = counter.toTally();
  const counts = { ...countsOf(tally), pages };
  return { tally, transit: transit.toTransit(), counts, keep: (id) => keep.has(id), begun: begunNotDone };
}

/** Intents without outcomes may have been sent: unknown, and their claims stay. */
function begun(effects: readonly Effect[], { intents, intendedAt }: PageOutcomes): Outcome[] {
  return effects.flatMap(({ key, line }, at): Outcome[] => {
    const intent = intents[at];
    if (intent === undefined || intent.skip) return [];
    return [
      {
        effectId: intent.effectId,
        key,
        line,
        status: 'unknown',
        providerId: null,
        code: 'not_settled',
        message: null,
        journalId: intent.journalId,
        settlement: null,
        at: intendedAt,
      },
    ];
  });
}

/**
 * The code of an effect whose page was begun by a worker that was lost, and which the provider does not know: unknown as
 * long as that worker may still be sending it, then not done under the second.
 */
export const MAY_BE_SENT = 'may_be_sent';
export const STOPPED_BEFORE = 'drift';

function mayBeDone(outcome: Outcome): boolean {
  return outcome.status === 'succeeded' || outcome.status === 'unknown';
}
