import { AppError } from '@countersign/domain/errors';
import { ROLES } from '@countersign/domain/schemas/common';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Take a delegation back before its time. Signatures given under it no longer hold for runs that have not begun. */
export const endDelegation: Command<'endDelegation'> = {
  name: 'endDelegation',
  roles: ROLES,
  async decide({ tx, input, member, now, change }) {
    const { orgId, delegationId } = input;
    const ref = refs.delegation(orgId, delegationId);
    const delegation = await read(tx, ref);
    if (delegation === null) throw new AppError('not_found', 'There is no such delegation.');
    if (![delegation.fromUid, delegation.toUid].includes(member.uid) && !member.roles.includes('admin'))
      throw new AppError('permission_denied', 'Only the two people in it, or an administrator, can end a delegation.');
    if (delegation.endedAt !== null || delegation.endsAt <= now)
      throw new AppError('failed_precondition', 'This delegation has ended already.');
    // Its end is now: what looks for delegations in force is not crowded by those that were taken back.
    change.change(ref, delegation, { endsAt: now, endedAt: now, endedBy: member.uid });
    const data = { delegation: delegationId, from: delegation.fromUid, to: delegation.toUid };
    return { result: { endedAt: now }, writes: change.toWrites('delegation.ended', { data }) };
  },
};
