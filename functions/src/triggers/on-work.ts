import { onDocumentWritten } from 'firebase-functions/firestore';
import { REGION } from '../config.ts';

/** A clock of another machine may be a little behind. */
const SKEW_MS = 1_000;

/**
 * Work that became due: enqueue a task. A worker's own writes make none: while it holds the lease it goes on by itself,
 * and a second worker would find nothing to do.
 */
export const onWork = onDocumentWritten(
  { document: 'orgs/{orgId}/work/{workId}', region: REGION, retry: true, maxInstances: 10 },
  async (event) => {
    const [before, after] = [event.data?.before.data(), event.data?.after.data()];
    const nextAt: unknown = after?.['nextAt'];
    if (before?.['lease'] != null) return;
    if (typeof nextAt !== 'string' || nextAt === before?.['nextAt'] || Date.parse(nextAt) > Date.now() + SKEW_MS)
      return;
    const { runtime } = await import('../runtime.ts');
    await runtime().wake(event.params.orgId, event.params.workId);
  },
);
