import { describeEffect, moneyOf } from '@countersign/domain/plan/effect-facts';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Prediction } from './definition.ts';

/** What follows from the effect alone. */
export function predictFacts(effect: Effect, problem: string | null = null): Prediction {
  return { money: moneyOf(effect), journal: effect.journal, text: describeEffect(effect), problem };
}
