import { countOf, TallyCounter } from '@countersign/domain/plan/totals';
import type { Effect, Outcome, PageOutcomes } from '@countersign/domain/schemas/effect';
import type { Plan, Tally } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { readAll } from '../store/database.ts';
import type { Deps } from './deps.ts';

const PAGES_A_READ = 20;

/** One page with what became of it; `settled` is null when nothing was begun. */
export interface PageWithOutcomes {
  readonly index: number;
  readonly effects: readonly Effect[];
  readonly settled: PageOutcomes | null;
}

/** All pages of a plan in order, some at a time: a plan of any size fits. */
export async function* readPages(deps: Deps, orgId: string, executionId: string, plan: Plan): AsyncGenerator<PageWithOutcomes> {
  for (let start = 0; start < plan.pageCount; start += PAGES_A_READ) {
    const indexes = Array.from({ length: Math.min(PAGES_A_READ, plan.pageCount - start) }, (_, offset) => start + offset);
    const [pages, outcomes] = await Promise.all([
      readAll(deps.db, indexes.map((index) => refs.page(orgId, executionId, plan.attempt, index))),
      readAll(deps.db, indexes.map((index) => refs.outcome(orgId, executionId, plan.attempt, index))),
    ]);
    for (const [offset, index] of indexes.entries()) yield { index, effects: pages[offset]?.effects ?? [], settled: outcomes[offset] ?? null };
  }
}

export interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly unknown: number;
  readonly untouched: number;
  readonly pages: number;
}

/** The exact tally, from the stored outcomes, and which effects' claims must be kept. */
export async function readTally(deps: Deps, orgId: string, executionId: string, plan: Plan): Promise<{ tally: Tally; counts: Counts; keep: (effectId: string) => boolean }> {
  const counter = new TallyCounter(plan.totals);
  const keep = new Set<string>();
  let pages = 0;
  for await (const page of readPages(deps, orgId, executionId, plan)) {
    if (page.settled === null) continue;
    // Intents without outcomes: they may have been sent, so their claims stay.
    if (page.settled.state === 'intended') for (const intent of page.settled.intents) keep.add(intent.effectId);
    else pages += 1;
    counter.add(page.effects, page.settled.outcomes);
    for (const outcome of page.settled.outcomes) if (mayBeDone(outcome)) keep.add(outcome.effectId);
  }
  const tally = counter.toTally();
  const counts = { succeeded: countOf(tally.succeeded), failed: countOf(tally.failed), unknown: countOf(tally.unknown), untouched: countOf(tally.untouched), pages };
  return { tally, counts, keep: (id) => keep.has(id) };
}

function mayBeDone(outcome: Outcome): boolean {
  return outcome.status === 'succeeded' || outcome.status === 'unknown';
}
