import type { AppError } from '@countersign/domain/errors';
import { log } from '../log.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { holdersOf, messageWrites } from './notifications.ts';
import { failedAgain, fenced, type Lease } from './work.ts';

/** After this many failures in a row people are told; it goes on at the slow pace. */
export const ALERT_AFTER = 20;

/** The step failed: the work is due again after a while that grows, and says how often it has failed in a row. */
export async function recordFailure(deps: Deps, lease: Lease, failure: AppError): Promise<void> {
  const { orgId, workId } = lease;
  log.workFailed({
    orgId,
    workId,
    code: failure.code,
    message: failure.message,
    failures: lease.failures + 1,
    stack: failure.cause instanceof Error ? failure.cause.stack : failure.stack,
  });
  try {
    await fenced(deps, lease, async (tx) => tx.write(failedAgain(lease, deps.now())));
  } catch {
    // The store is away, or another has taken over. The lease ends by itself, and whoever takes the work then counts it.
  }
}

/** Tell the admins, and the audit log, of work that fails for ever. Once: the next failure has another number. */
export async function tellWhenStuck(deps: Deps, lease: Lease): Promise<void> {
  if (lease.failures !== ALERT_AFTER) return;
  const { orgId, workId, failures } = lease;
  log.workStuck({ orgId, workId, failures });
  await fenced(deps, lease, async (tx) => {
    const admins = await holdersOf(tx, orgId, 'admin');
    const now = deps.now().toISOString();
    const change = new ChangeSet(orgId, `stuck-${workId}-${lease.token}`, { kind: 'system', part: 'engine' }, now);
    const message = {
      about: `stuck ${workId} ${lease.token}`,
      title: 'A run does not get on',
      body: `A step of it has failed ${failures} times in a row. The platform goes on trying once an hour; its log says why.`,
      executionId: workId,
    };
    change.also(...messageWrites(orgId, admins, message, now));
    tx.write(...change.toWrites('work.stuck', { executionId: workId, data: { failures: String(failures) } }));
  });
}
