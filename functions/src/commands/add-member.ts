import { memberCommitment } from '@countersign/domain/audit/event';
import { AppError } from '@countersign/domain/errors';
import { randomBytes } from 'node:crypto';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

const SALT_BYTES = 16;

/** Add a member without a role: they can do and see nothing until two people have given them one. */
export const addMember: Command<'addMember'> = {
  name: 'addMember',
  roles: ['admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, uid, name, email } = input;
    const ref = refs.member(orgId, uid);
    if ((await read(tx, ref)) !== null) throw new AppError('already_exists', 'This sign-in is a member already.');
    const salt = randomBytes(SALT_BYTES).toString('hex');
    const commitment = memberCommitment(salt, { name, email });
    change.createStored(ref, { uid, name, email, salt, commitment, roles: [], active: true, createdAt: now });
    return { result: { uid }, writes: change.toWrites('member.added', { personal: { name, email } }) };
  },
};
