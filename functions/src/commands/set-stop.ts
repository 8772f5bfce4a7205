import { AppError } from '@countersign/domain/errors';
import { committed } from '../engine/committed.ts';
import { stirQueue } from '../engine/queue.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** The organization-wide stop. Many may pull it; only an admin lifts it. Runs that apply halt before their next page. */
export const setStop: Command<'setStop'> = {
  name: 'setStop',
  roles: ['operator', 'approver', 'treasurer', 'admin'],
  async decide({ tx, input, member, now, change }) {
    if (!input.active && !member.roles.includes('admin'))
      throw new AppError('permission_denied', 'Only an admin lifts the stop.');
    const ref = refs.organization(input.orgId);
    const organization = await read(tx, ref);
    if (organization === null) throw new AppError('not_found', 'There is no such organization.');
    change.change(ref, organization, {
      stop: { active: input.active, reason: committed(input.reason), uid: member.uid, at: now },
    });
    // Who waits is told why, and goes on at once when the stop is lifted.
    const queue = await stirQueue(tx, input.orgId, null, now);
    change.also(...queue.writes);
    const writes = change.toWrites(input.active ? 'organization.stopped' : 'organization.resumed', {
      personal: { reason: input.reason },
    });
    return { result: { active: input.active }, writes, wake: queue.wake };
  },
};
