import { onSchedule } from 'firebase-functions/scheduler';
import { REGION } from '../config.ts';

/** Every minute: whatever is due and was forgotten. Locally, `local-clock.ts` calls the same every second. */
export const tick = onSchedule(
  { schedule: 'every 1 minutes', region: REGION, timeoutSeconds: 55, maxInstances: 1 },
  async () => {
    const [{ runTick, WAKE_GRACE_MS }, { runtime }] = await Promise.all([
      import('../engine/tick.ts'),
      import('../runtime.ts'),
    ]);
    await runTick(runtime(), WAKE_GRACE_MS);
  },
);
