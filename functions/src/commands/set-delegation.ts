import { commitment } from '@countersign/domain/audit/event';
import { delegationProblem } from '@countersign/domain/approval/delegation';
import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import { ROLES, type Role } from '@countersign/domain/schemas/common';
import type { Member } from '@countersign/domain/schemas/organization';
import { randomBytes } from 'node:crypto';
import { delegationsOf, MAX_DELEGATIONS } from '../engine/signing-facts.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { Command } from './run-command.ts';

const SALT_BYTES = 16;
/** Who can see what he would sign. */
const READERS: readonly Role[] = ['executive', 'operator', 'approver', 'treasurer', 'auditor', 'admin'];

/** Let somebody sign in one's own roles for a time. An administrator may set it up for somebody who is away. */
export const setDelegation: Command<'setDelegation'> = {
  name: 'setDelegation',
  roles: ROLES,
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, toUid, roles, endsAt, reason } = input;
    const fromUid = input.fromUid ?? member.uid;
    const startsAt = input.startsAt ?? now;
    if (fromUid !== member.uid && !member.roles.includes('admin'))
      throw new AppError('permission_denied', 'Only an administrator can delegate for somebody else.');
    // Otherwise an administrator could take any role for himself.
    if (fromUid !== member.uid && toUid === member.uid)
      throw new AppError('self_approval', 'Nobody can make themselves the delegate of somebody else.');
    const problem = delegationProblem({ fromUid, toUid, startsAt, endsAt }, now);
    if (problem !== null) throw new AppError('invalid_argument', problem);
    const [from, to] = [
      await memberIn(tx, orgId, fromUid, 'The one who delegates'),
      await memberIn(tx, orgId, toUid, 'The delegate'),
    ];
    const lacking = roles.filter((role) => !from.roles.includes(role));
    if (lacking.length > 0)
      throw new AppError('permission_denied', `Who delegates must hold the role ${inWords(lacking)}.`);
    if (!to.roles.some((role) => READERS.includes(role)))
      throw new AppError('failed_precondition', 'The delegate holds no role that can see what a run would pay.');
    for (const uid of [fromUid, toUid])
      if ((await delegationsOf(tx, orgId, uid, now)).length >= MAX_DELEGATIONS)
        throw new AppError(
          'resource_exhausted',
          `One person has ${MAX_DELEGATIONS} delegations at most. End one first.`,
        );
    const salt = randomBytes(SALT_BYTES).toString('hex');
    change.create(refs.delegation(orgId, callId), {
      id: callId,
      fromUid,
      toUid,
      roles: [...new Set(roles)],
      startsAt,
      endsAt,
      comment: reason,
      salt,
      commitment: commitment(salt, { comment: reason }),
      createdBy: member.uid,
      createdAt: now,
      endedAt: null,
      endedBy: null,
    });
    const data = { delegation: callId, from: fromUid, to: toUid, roles: roles.join(' '), startsAt, endsAt };
    return {
      result: { delegationId: callId },
      writes: change.toWrites('delegation.set', { data, personal: { reason } }),
    };
  },
};

async function memberIn(tx: Transaction, orgId: string, uid: string, who: string): Promise<Member> {
  const member = await read(tx, refs.member(orgId, uid));
  if (member === null || !member.active)
    throw new AppError('not_found', `${who} is no active member of this organization.`);
  return member;
}
