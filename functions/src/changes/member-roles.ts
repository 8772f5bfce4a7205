import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { inWords } from '@countersign/domain/plan/sentence';
import * as z from 'zod';
import { roleSchema } from '@countersign/domain/schemas/common';
import { memberSchema, type Member } from '@countersign/domain/schemas/organization';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition, Reader } from './change-kind.ts';

const shownSchema = z.object({
  roles: z.array(roleSchema),
  active: z.boolean(),
  /** Active administrators that are left; null when no administrator is lost. */
  adminsLeft: z.int().nullable(),
});

/** More than this many are not counted: far fewer decide anything. */
const ADMINS_COUNTED = 200;
/** With fewer administrators than this, nothing that takes two of them can be done, and one alone rules. */
const MIN_ADMINS = 2;

/**
 * Who holds which roles. Taking roles away, or a member's access, is done at once by one person, unless it leaves fewer
 * than two administrators: else whoever is one could be the only one, within a minute.
 */
export const memberRoles: ChangeDefinition<'member.roles'> = {
  kind: 'member.roles',
  proposers: ['admin'],
  deciders: ['executive', 'admin'],
  async base(tx, orgId, { uid, roles, active }) {
    const member = await read(tx, refs.member(orgId, uid));
    if (member === null) throw new AppError('not_found', 'There is no such member.');
    const granted = roles.filter((role) => !member.roles.includes(role));
    const taken = member.roles.filter((role) => !roles.includes(role));
    const adminsLeft = isAdmin(member) && !isAdmin({ roles, active }) ? await otherAdmins(tx, orgId, member.uid) : null;
    if (adminsLeft === 0)
      throw new AppError('failed_precondition', 'The organization would have no administrator left.');
    const parts = [
      granted.length > 0 ? `makes them ${inWords(granted)}` : null,
      taken.length > 0 ? `takes away ${inWords(taken)}` : null,
      active === member.active ? null : active ? 'lets them in again' : 'ends their access',
    ].filter((part) => part !== null);
    if (parts.length === 0) throw new AppError('invalid_argument', 'This member holds exactly these roles already.');
    const lonely = adminsLeft === 1 ? ', which leaves one administrator' : '';
    // Without the name: a proposal is audited, and names are erasable.
    return {
      version: member.version,
      shown: { uid, roles: member.roles, active: member.active, adminsLeft },
      title: `Roles of a member: ${inWords(parts)}${lonely}`,
    };
  },
  onePerson(base, { roles, active }) {
    const before = shownSchema.parse(base.shown);
    const onlyTakes = roles.every((role) => before.roles.includes(role)) && (before.active || !active);
    return onlyTakes && (before.adminsLeft === null || before.adminsLeft >= MIN_ADMINS);
  },
  involved: async (_tx, _orgId, { uid }) => [{ uid, because: 'Nobody decides on their own roles.' }],
  async apply({ tx, orgId, change, set }) {
    const ref = refs.member(orgId, change.uid);
    const member = await read(tx, ref);
    if (member === null) throw new AppError('not_found', 'There is no such member.');
    set.change(ref, member, { roles: change.roles, active: change.active });
  },
};

const isAdmin = ({ roles, active }: Pick<Member, 'roles' | 'active'>): boolean => active && roles.includes('admin');

async function otherAdmins(tx: Reader, orgId: string, uid: string): Promise<number> {
  const holders = await tx.query({
    collection: paths.members(orgId),
    where: [['roles', 'array-contains', 'admin']],
    limit: ADMINS_COUNTED,
  });
  return holders.map(({ data }) => memberSchema.parse(data)).filter((one) => isAdmin(one) && one.uid !== uid).length;
}
