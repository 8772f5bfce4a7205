import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import * as z from 'zod';
import { roleSchema } from '@countersign/domain/schemas/common';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

const shownSchema = z.object({ roles: z.array(roleSchema), active: z.boolean() });

/** Who holds which roles. Taking roles away, or a member's access, is done at once by one person. */
export const memberRoles: ChangeDefinition<'member.roles'> = {
  kind: 'member.roles',
  proposers: ['admin'],
  deciders: ['executive', 'admin'],
  async base(tx, orgId, { uid, roles, active }) {
    const member = await read(tx, refs.member(orgId, uid));
    if (member === null) throw new AppError('not_found', 'There is no such member.');
    const granted = roles.filter((role) => !member.roles.includes(role));
    const taken = member.roles.filter((role) => !roles.includes(role));
    const parts = [
      granted.length > 0 ? `makes them ${inWords(granted)}` : null,
      taken.length > 0 ? `takes away ${inWords(taken)}` : null,
      active === member.active ? null : active ? 'lets them in again' : 'ends their access',
    ].filter((part) => part !== null);
    if (parts.length === 0) throw new AppError('invalid_argument', 'This member holds exactly these roles already.');
    // Without the name: a proposal is audited, and names are erasable.
    return {
      version: member.version,
      shown: { uid, roles: member.roles, active: member.active },
      title: `Roles of a member: ${inWords(parts)}`,
    };
  },
  onePerson(base, { roles, active }) {
    const before = shownSchema.parse(base.shown);
    return roles.every((role) => before.roles.includes(role)) && (before.active || !active);
  },
  conflict: async (_tx, _orgId, { uid }, member) => (uid === member.uid ? 'Nobody decides on their own roles.' : null),
  async apply({ tx, orgId, change, set }) {
    const ref = refs.member(orgId, change.uid);
    const member = await read(tx, ref);
    if (member === null) throw new AppError('not_found', 'There is no such member.');
    set.change(ref, member, { roles: change.roles, active: change.active });
  },
};
