import { coarseOf } from '@countersign/domain/plan/states';
import type { Execution } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { fenced, release, type Lease } from './work.ts';

/** A plan that nobody signed in time ends; nothing was done, and its references are free again. */
export async function expireExecution(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  const now = deps.now();
  await fenced(deps, lease, async (tx) => {
    const ref = refs.execution(lease.orgId, execution.id);
    const current = await read(tx, ref);
    if (current?.plan == null || current.state !== 'awaiting_approval') {
      // Signed, refused or cancelled meanwhile: what follows from that is due.
      tx.write(release(lease, now.toISOString()));
      return;
    }
    if (Date.parse(current.plan.expiresAt) > now.getTime()) {
      tx.write(release(lease, current.plan.expiresAt));
      return;
    }
    const change = new ChangeSet(
      lease.orgId,
      `expired-${execution.id}`,
      { kind: 'system', part: 'tick' },
      now.toISOString(),
    );
    change.change(ref, current, {
      state: 'expired',
      coarse: coarseOf('expired'),
      endedAt: now.toISOString(),
      updatedAt: now.toISOString(),
    });
    // Due at once: the next step frees what it claimed.
    change.also(release(lease, now.toISOString()));
    tx.write(
      ...change.toWrites('execution.expired', { executionId: execution.id, data: { digest: current.plan.digest } }),
    );
  });
}
