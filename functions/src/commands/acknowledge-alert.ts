import { AppError } from '@countersign/domain/errors';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Takes an alert off the list. The same thing found again opens it anew. */
export const acknowledgeAlert: Command<'acknowledgeAlert'> = {
  name: 'acknowledgeAlert',
  roles: ['treasurer', 'auditor', 'admin'],
  async decide({ tx, input, member, now, change }) {
    const { orgId, alertId, note } = input;
    const ref = refs.alert(orgId, alertId);
    const alert = await read(tx, ref);
    if (alert === null) throw new AppError('not_found', 'There is no such alert.');
    if (alert.state === 'acknowledged') throw new AppError('failed_precondition', 'Somebody has looked at it already.');
    change.also({
      op: 'set',
      path: ref.path,
      data: { ...alert, state: 'acknowledged', acknowledgedBy: member.uid, acknowledgedAt: now, note },
    });
    const writes = change.toWrites('alert.acknowledged', {
      data: { alert: alertId, kind: alert.kind, message: alert.message.slice(0, 200) },
      personal: { note },
    });
    return { result: { alertId }, writes };
  },
};
