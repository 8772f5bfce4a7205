import { runTick, WAKE_GRACE_MS } from './engine/tick.ts';
import { runtime } from './runtime.ts';

/** The scheduled function of one machine: nothing there fires schedules, so this process ticks until it is ended. */
const INTERVAL_MS = 1_000;

let ended = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    ended = true;
    process.exit(0);
  });
process.on('disconnect', () => process.exit(0));

while (!ended) {
  await runTick(runtime(), WAKE_GRACE_MS);
  await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
}
