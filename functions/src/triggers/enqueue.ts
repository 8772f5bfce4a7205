import { getFunctions } from 'firebase-admin/functions';
import { REGION } from '../config.ts';
import { log } from '../log.ts';

const DEADLINE_SECONDS = 600;

/** Enqueue a task for this work. A task that could not be enqueued, or comes twice, does no harm: the tick finds work. */
export async function enqueueWork(orgId: string, workId: string): Promise<void> {
  try {
    await getFunctions()
      .taskQueue(`locations/${REGION}/functions/worker`)
      .enqueue({ orgId, workId }, { dispatchDeadlineSeconds: DEADLINE_SECONDS });
  } catch (error) {
    log.wakeFailed({ orgId, workId, message: error instanceof Error ? error.message : String(error) });
  }
}
