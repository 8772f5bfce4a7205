import { onTaskDispatched } from 'firebase-functions/tasks';
import * as z from 'zod';
import { config, REGION } from '../config.ts';

const taskSchema = z.object({ orgId: z.string().min(1), workId: z.string().min(1) });

/** One task, one piece of work. What fails here is found again by the tick when its lease has ended. */
export const worker = onTaskDispatched(
  {
    region: REGION,
    timeoutSeconds: config.functionTimeoutSeconds,
    memory: '1GiB',
    concurrency: 1,
    retryConfig: { maxAttempts: 3, minBackoffSeconds: 1, maxBackoffSeconds: 30 },
    rateLimits: { maxConcurrentDispatches: 4 },
  },
  async (request) => {
    const { orgId, workId } = taskSchema.parse(request.data);
    const [{ runWork }, { runtime }] = await Promise.all([import('../engine/worker.ts'), import('../runtime.ts')]);
    await runWork(runtime(), orgId, workId);
  },
);
