import type { Deps } from '../../../functions/src/engine/deps.ts';
import type { SimProcess } from './sim-process.ts';

/** A mistake that the engine could make, put between it and the world: the simulation must find it. */
export interface Bug {
  readonly name: string;
  readonly what: string;
  readonly wrap: (deps: Deps, process: Pick<SimProcess, 'kind' | 'name'>) => Deps;
}

export const bugs: readonly Bug[] = [];
