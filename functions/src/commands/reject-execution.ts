import { ROLES } from '@countersign/domain/schemas/common';
import { coarseOf } from '@countersign/domain/plan/states';
import { dueAt } from '../engine/work.ts';
import { refs } from '../refs.ts';
import type { Command } from './run-command.ts';
import { signable, signature } from './sign.ts';

/** Refuse a plan, with a reason. Nothing is done, and its references are free again. */
export const rejectExecution: Command<'rejectExecution'> = {
  name: 'rejectExecution',
  roles: ROLES,
  async decide({ tx, input, member, now, change }) {
    const { orgId, executionId } = input;
    const found = await signable(tx, orgId, executionId, input.digest, member, now);
    change.create(
      refs.approval(orgId, executionId, member.uid),
      signature(found, member, 'rejected', input.reason, now),
    );
    change.change(refs.execution(orgId, executionId), found.execution, {
      state: 'rejected',
      coarse: coarseOf('rejected'),
      endedAt: now,
      updatedAt: now,
    });
    change.also(dueAt(orgId, executionId, now));
    const writes = change.toWrites('execution.rejected', {
      executionId,
      data: {
        digest: input.digest,
        role: found.role,
        ...(found.forUid === null ? {} : { forUid: found.forUid }),
      },
      personal: { reason: input.reason },
    });
    return { result: { state: 'rejected' }, writes, wake: executionId };
  },
};
