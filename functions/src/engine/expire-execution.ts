import { coarseOf } from '@countersign/domain/plan/states';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { reminderWrites } from './reminders.ts';
import { fenced, release, type Lease } from './work.ts';

/**
 * A plan that waits for signatures: those who may sign are reminded once, and when nobody signed in time it ends;
 * nothing was done, and its references are free again.
 */
export async function expireExecution(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  const now = deps.now().toISOString();
  const reminders =
    execution.plan !== null && isReminderDue(execution.plan, now)
      ? await reminderWrites(deps.db, lease.orgId, execution, execution.plan, now)
      : [];
  await fenced(deps, lease, async (tx) => {
    const ref = refs.execution(lease.orgId, execution.id);
    const current = await read(tx, ref);
    if (current?.plan == null || current.state !== 'awaiting_approval') {
      // Signed, refused or cancelled meanwhile: what follows from that is due.
      tx.write(release(lease, now));
      return;
    }
    if (current.plan.expiresAt <= now) tx.write(...expired(lease, current, current.plan, now));
    else if (isReminderDue(current.plan, now)) tx.write(...reminded(lease, current, current.plan, reminders, now));
    else tx.write(release(lease, current.plan.remindAt ?? current.plan.expiresAt));
  });
}

function isReminderDue({ remindAt, expiresAt }: Plan, now: string): boolean {
  return remindAt !== null && remindAt <= now && now < expiresAt;
}

function expired(lease: Lease, execution: Execution, plan: Plan, now: string): Write[] {
  const change = new ChangeSet(lease.orgId, `expired-${execution.id}`, { kind: 'system', part: 'tick' }, now);
  change.change(refs.execution(lease.orgId, execution.id), execution, {
    state: 'expired',
    coarse: coarseOf('expired'),
    endedAt: now,
    updatedAt: now,
  });
  // Due at once: the next step frees what it claimed.
  change.also(release(lease, now));
  return change.toWrites('execution.expired', { executionId: execution.id, data: { digest: plan.digest } });
}

function reminded(lease: Lease, execution: Execution, plan: Plan, reminders: readonly Write[], now: string): Write[] {
  const change = new ChangeSet(
    lease.orgId,
    `reminded-${execution.id}-${plan.attempt}`,
    { kind: 'system', part: 'tick' },
    now,
  );
  change.change(refs.execution(lease.orgId, execution.id), execution, {
    plan: { ...plan, remindAt: null },
    updatedAt: now,
  });
  change.also(...reminders, release(lease, plan.expiresAt));
  return change.toWrites('execution.reminded', {
    executionId: execution.id,
    data: { digest: plan.digest, people: String(reminders.length) },
  });
}
