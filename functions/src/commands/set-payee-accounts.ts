import { AppError } from '@countersign/domain/errors';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Which accounts are a member's own: they sign no run that pays one of these. Nobody says it of themselves. */
export const setPayeeAccounts: Command<'setPayeeAccounts'> = {
  name: 'setPayeeAccounts',
  roles: ['admin', 'treasurer'],
  async decide({ tx, input, member, change }) {
    const { orgId, uid, reason } = input;
    if (uid === member.uid)
      throw new AppError('self_approval', 'Somebody else must say which accounts are linked to you.');
    const ref = refs.member(orgId, uid);
    const subject = await read(tx, ref);
    if (subject === null) throw new AppError('not_found', 'There is no such member.');
    const payeeAccounts = [...new Set(input.payeeAccounts)].sort();
    change.change(ref, subject, { payeeAccounts });
    const data = { member: uid, accounts: payeeAccounts.join(' ') };
    return { result: { payeeAccounts }, writes: change.toWrites('member.linked', { data, personal: { reason } }) };
  },
};
