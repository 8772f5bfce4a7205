import type { Execution } from '@countersign/domain/schemas/execution';
import { changeSettings } from '../../../functions/src/engine/testing/settings.ts';
import { actsOf } from './acts.ts';
import type { Bug } from './bugs.ts';
import type { Finding, FindingKind } from './findings.ts';
import { judge } from './judge.ts';
import { play } from './play.ts';
import { simulate } from './simulate.ts';
import type { SimWorld } from './sim-world.ts';
import type { Stores } from './stores.ts';
import { storyOf } from './story.ts';

export interface SeedResult {
  readonly seed: number;
  readonly executions: number;
  /** Faults that struck, by name. */
  readonly faults: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<FindingKind, number>>;
  readonly findings: readonly Finding[];
  /** States at rest, counted. */
  readonly ends: Readonly<Record<string, number>>;
  readonly payments: number;
  /** What became of effects, by kind and status. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly steps: number;
  /** Of everything that happened, in order. */
  readonly trace: string;
}

export interface SeedOptions {
  readonly bug?: Bug | null;
  readonly say?: ((line: string) => void) | null;
}

/** Play one world from its seed to its rest, and judge it. */
export async function runSeed(seed: number, stores: Stores, options: SeedOptions = {}): Promise<SeedResult> {
  const [story, acts] = [storyOf(seed), actsOf(seed)];
  const { pageSize, pagesAtOnce, leaseMs } = story;
  changeSettings({ pageSize, pagesAtOnce, leaseMs });
  const store = await stores.open(seed);
  options.say?.(JSON.stringify({ ...story, acts }));
  try {
    const world = await simulate(seed, { store, startsAt: '2026-11-22T10:00:00.000Z', ...options }, async (begun) => {
      begun.faults.calm = true;
      await store.begin(begun, story.levels);
      begun.faults.calm = false;
      const { outflows } = await play(begun, story, acts);
      await judge(begun, outflows);
    });
    return resultOf(seed, world);
  } finally {
    await store.close();
  }
}

function resultOf(seed: number, { observer, scheduler, trace, findings, faults, stripe }: SimWorld): SeedResult {
  const executions = observer.all('executions') as unknown as Execution[];
  const ends: Record<string, number> = {};
  for (const { state, error } of executions) {
    const end = error === null ? state : `${state}: ${error.code}`;
    ends[end] = (ends[end] ?? 0) + 1;
    trace.note(scheduler.now, `== ${end} ${error?.message ?? ''}`);
  }
  const outcomes: Record<string, number> = {};
  for (const execution of executions) {
    const became = new Map(observer.outcomes(execution).map(({ key, status }) => [key, status]));
    for (const { key, kind } of observer.effects(execution)) {
      const name = `${kind} ${became.get(key) ?? 'untouched'}`;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
  }
  trace.note(scheduler.now, JSON.stringify([...observer.documents]));
  return {
    seed,
    executions: executions.length,
    faults: Object.fromEntries(faults.counts),
    counts: findings.counts,
    findings: findings.kept,
    ends,
    payments: stripe.payments.length,
    outcomes,
    steps: scheduler.steps,
    trace: trace.digest(),
  };
}
