import { KIND_NOUN } from '@countersign/domain/plan/effect-facts';
import { inWords, plural } from '@countersign/domain/plan/sentence';
import type { EffectKind } from '@countersign/domain/schemas/effect';
import type { Plan } from '@countersign/domain/schemas/execution';

/** What a plan consists of: `214 payouts and 1 file`. */
export function effectsInWords(plan: Pick<Plan, 'effectsByKind' | 'effectCount'>): string {
  if (plan.effectsByKind.length === 0) return plural(plan.effectCount, 'effect');
  return inWords(
    plan.effectsByKind.map(({ kind, count }) => {
      const [one, many] = KIND_NOUN[kind as EffectKind] ?? ['effect', 'effects'];
      return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
    }),
  );
}
