import { AppError } from '@countersign/domain/errors';
import { coarseOf } from '@countersign/domain/plan/states';
import { leaveQueue } from '../engine/queue.ts';
import { dueAt } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Stop a run: at once while nothing is done, between two pages while it applies. */
export const cancelExecution: Command<'cancelExecution'> = {
  name: 'cancelExecution',
  roles: ['operator', 'admin'],
  async decide({ tx, input, member, now, change }) {
    const { orgId, executionId } = input;
    const ref = refs.execution(orgId, executionId);
    const execution = await read(tx, ref);
    if (execution === null) throw new AppError('not_found', 'There is no such run.');
    if (execution.requestedBy !== member.uid && !member.roles.includes('admin'))
      throw new AppError('permission_denied', 'Only who asked for a run, or an admin, can cancel it.');
    const event = { executionId, data: { state: execution.state }, personal: { reason: input.reason } };
    switch (execution.state) {
      case 'planning':
      case 'awaiting_approval':
      case 'approved': {
        const queue = await leaveQueue(tx, orgId, executionId, now);
        change.change(ref, execution, {
          state: 'cancelled',
          coarse: coarseOf('cancelled'),
          waiting: null,
          endedAt: now,
          updatedAt: now,
        });
        change.also(dueAt(orgId, executionId, now), ...queue.writes);
        return {
          result: { state: 'cancelled' },
          writes: change.toWrites('execution.cancelled', event),
          wake: [executionId, ...queue.wake],
        };
      }
      case 'applying':
        change.change(ref, execution, { cancelRequested: true, updatedAt: now });
        // One that stands still has no worker that would see it.
        if (execution.waiting !== null) change.also(dueAt(orgId, executionId, now));
        return {
          result: { state: 'applying' },
          writes: change.toWrites('execution.cancelled', event),
          wake: execution.waiting === null ? [] : [executionId],
        };
      default:
        throw new AppError('failed_precondition', 'This run has ended already.');
    }
  },
};
