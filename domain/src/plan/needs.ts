import { AppError } from '../errors.ts';
import type { Effect } from '../schemas/effect.ts';

/** A chain of effects that need one another may be this long. */
export const MAX_NEEDS_DEPTH = 500;

/**
 * How deep each effect lies below those that it needs, from 0. Effects of one depth need none of each other, so they
 * can be performed side by side once all that are less deep are settled.
 * @throws AppError `plugin_error` for a need that is not in the plan, comes after, or is too deep
 */
export function depthsOf(effects: readonly Effect[]): number[] {
  const depths = new Map<string, number>();
  return effects.map((effect) => {
    let depth = 0;
    for (const need of effect.needs) {
      const above = depths.get(need);
      if (above === undefined)
        throw new AppError(
          'plugin_error',
          `Effect "${effect.key}" needs "${need}", which is not before it in the plan`,
          {
            details: { key: effect.key },
          },
        );
      depth = Math.max(depth, above + 1);
    }
    if (depth > MAX_NEEDS_DEPTH)
      throw new AppError(
        'plugin_error',
        `Effect "${effect.key}" is at the end of a chain longer than ${MAX_NEEDS_DEPTH}`,
        {
          details: { key: effect.key },
        },
      );
    depths.set(effect.key, depth);
    return depth;
  });
}

/** What stands for the id that the provider gave to an effect before: `{"$providerIdOf": key}`, and nothing beside it. */
function referenceIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const [name, key] = entries[0] ?? [];
  return entries.length === 1 && name === '$providerIdOf' && typeof key === 'string' ? key : null;
}

/** Every effect that some JSON refers to. */
export function referencesIn(value: unknown): string[] {
  const key = referenceIn(value);
  if (key !== null) return [key];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}

/**
 * The JSON with every reference replaced by the provider's id; `undefined` leaves one as it is.
 * @throws AppError `internal` for one that is not known
 */
export function withProviderIds<T>(value: T, idOf: (key: string) => string | null | undefined): T {
  const key = referenceIn(value);
  if (key !== null) {
    const id = idOf(key);
    if (id === undefined) return value;
    if (id === null) throw new AppError('internal', `The effect "${key}" has no provider id`);
    return id as T;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => withProviderIds(one, idOf)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withProviderIds(one, idOf)])) as T;
}
