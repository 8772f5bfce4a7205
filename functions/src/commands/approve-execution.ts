import { missingSignatures } from '@countersign/domain/approval/levels';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { ROLES } from '@countersign/domain/schemas/common';
import { coarseOf } from '@countersign/domain/plan/states';
import { dueAt } from '../engine/work.ts';
import { refs } from '../refs.ts';
import type { Command } from './run-command.ts';
import { signable, signature } from './sign.ts';

/** Sign exactly this digest. The last signature starts the apply. */
export const approveExecution: Command<'approveExecution'> = {
  name: 'approveExecution',
  // A delegate may hold none of the signing roles himself: the decision knows.
  roles: ROLES,
  async decide({ tx, input, member, now, change }) {
    const { orgId, executionId } = input;
    const found = await signable(tx, orgId, executionId, input.digest, member, now);
    const { execution, plan, level, role, forUid } = found;
    const approvals = [...execution.approvals, { uid: member.uid, forUid, role, level, at: now }];
    const remaining = missingSignatures(plan.policy.levels, approvals);
    const state = remaining === 0 ? 'approved' : 'awaiting_approval';
    change.create(
      refs.approval(orgId, executionId, member.uid),
      signature(found, member, 'approved', input.comment, now),
    );
    change.change(refs.execution(orgId, executionId), execution, {
      approvals,
      state,
      coarse: coarseOf(state),
      approvedAt: remaining === 0 ? now : null,
      updatedAt: now,
    });
    if (remaining === 0) change.also(dueAt(orgId, executionId, now));
    const data = {
      digest: plan.digest,
      role,
      amounts: amountsInWords(plan.totals),
      payees: String(plan.payeeCount),
      remaining: String(remaining),
      ...(forUid === null ? {} : { forUid }),
    };
    const writes = change.toWrites('execution.approved', { executionId, data, personal: { comment: input.comment } });
    return { result: { state, remaining }, writes, ...(remaining === 0 ? { wake: executionId } : {}) };
  },
};
