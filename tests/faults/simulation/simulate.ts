import type { Bug } from './bugs.ts';
import { Findings } from './findings.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { Died } from './sim-process.ts';
import { SimWorld, type Store } from './sim-world.ts';
import { Trace } from './trace.ts';
import { withVirtualTime } from './virtual-time.ts';

export interface SimulationOptions {
  readonly store: Store;
  readonly startsAt: string;
  readonly bug?: Bug | null;
  /** Hears everything that happens. */
  readonly say?: ((line: string) => void) | null;
}

/** The most that any story takes, many times over. */
const MAX_STEPS = 400_000;

/** Run something in a world of its own, in which nothing happens but by the seed. */
export async function simulate(
  seed: number,
  { store, startsAt, bug = null, say = null }: SimulationOptions,
  run: (world: SimWorld) => Promise<void>,
): Promise<SimWorld> {
  const trace = new Trace(say);
  const findings = new Findings();
  const scheduler = new Scheduler(Date.parse(startsAt), new Random(seed, 'schedule'), trace);
  const unheard = (error: unknown): void => {
    if (!(error instanceof Died)) findings.add('violation', 'no rejection is left unhandled', String(error));
  };
  process.on('unhandledRejection', unheard);
  try {
    return await withVirtualTime(scheduler, new Random(seed, 'engine'), async () => {
      const world = new SimWorld(seed, store, scheduler, trace, findings, bug);
      let over = false;
      const running = run(world).finally(() => {
        over = true;
      });
      running.catch(() => undefined);
      const end = await scheduler.run(() => over, MAX_STEPS);
      if (end === 'done') await running;
      else findings.add('violation', 'a world comes to its end', end);
      return world;
    });
  } finally {
    process.off('unhandledRejection', unheard);
  }
}
