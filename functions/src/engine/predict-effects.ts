import { AppError } from '@countersign/domain/errors';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Problem } from '@countersign/domain/schemas/execution';
import { kindOf, type PredictWorld } from '../effects/index.ts';

const AT_ONCE = 200;
const MAX_SHOWN = 200;

/**
 * What each effect would do, as its kind predicts it. A plan with an effect that can not be done as things are now is
 * refused whole: nobody is asked to sign it.
 * @throws AppError `input_error` with `details.problems`
 */
export async function assertDoable(world: PredictWorld, effects: readonly Effect[]): Promise<void> {
  const problems: Problem[] = [];
  for (let start = 0; start < effects.length && problems.length < MAX_SHOWN; start += AT_ONCE) {
    const chunk = effects.slice(start, start + AT_ONCE);
    const predictions = await Promise.all(chunk.map(async (effect) => kindOf(effect).predict(world, effect as never)));
    predictions.forEach(({ problem }, at) => {
      const effect = chunk[at];
      if (problem !== null && effect !== undefined) problems.push(problemOf(effect, problem));
    });
  }
  const [first] = problems;
  if (first === undefined) return;
  const others = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  throw new AppError('input_error', `${first.message}${others}.`, {
    details: { problems: problems.slice(0, MAX_SHOWN) },
  });
}

function problemOf(effect: Effect, message: string): Problem {
  return {
    line: effect.line,
    column: null,
    reference: effect.key,
    code: 'effect_not_doable',
    message,
    remedy: 'Put it right, or leave it out, and run it again',
    severity: 'refused',
  };
}
