import type { Effect, Outcome, PageOutcomes, PlanPage } from '@countersign/domain/schemas/effect';

export interface EffectRow {
  readonly effect: Effect;
  readonly outcome: Outcome | null;
  readonly status: RowStatus;
}

/** What a row shows: the outcome's status, `sending` between its intent and its outcome, `waiting` before that. */
export type RowStatus = Outcome['status'] | 'sending' | 'waiting';

/** Effects of the loaded pages in order, each with what became of it. */
export function effectRows(pages: readonly PlanPage[], outcomePages: readonly PageOutcomes[]): readonly EffectRow[] {
  const byIndex = new Map(outcomePages.map((page) => [page.index, page]));
  return pages.flatMap((page) => {
    const settled = byIndex.get(page.index);
    const byKey = new Map(settled?.outcomes.map((outcome) => [outcome.key, outcome]));
    return page.effects.map((effect): EffectRow => {
      const outcome = byKey.get(effect.key) ?? null;
      return { effect, outcome, status: outcome?.status ?? (settled ? 'sending' : 'waiting') };
    });
  });
}
