import { ROLES, type Role } from '@countersign/domain/schemas/common';

export const ORG = 'rules-acme';
export const OTHER_ORG = 'rules-globex';

/** Somebody who asks. `roles` is what the rules should grant in ORG: empty for all but active members with a role. */
export interface Subject {
  readonly name: string;
  /** Null: signed out. */
  readonly uid: string | null;
  readonly roles: readonly Role[];
  /** Custom claims in the token. */
  readonly claims?: Record<string, unknown>;
}

export const SUBJECTS: readonly Subject[] = [
  ...ROLES.map((role): Subject => ({ name: role, uid: `only-${role}`, roles: [role] })),
  { name: 'a member with two roles', uid: 'two-roles', roles: ['viewer', 'operator'] },
  { name: 'a member without a role', uid: 'no-role', roles: [] },
  { name: 'an inactive member with every role', uid: 'inactive', roles: [] },
  { name: 'an admin of another organization', uid: 'foreigner', roles: [] },
  // What somebody might put into a token, were claims believed.
  {
    name: 'a stranger with forged claims',
    uid: 'stranger',
    roles: [],
    claims: { orgId: ORG, roles: [...ROLES], admin: true, active: true },
  },
  { name: 'nobody (signed out)', uid: null, roles: [] },
];

export interface SeededMember {
  readonly path: string;
  readonly data: { readonly uid: string; readonly active: boolean; readonly roles: readonly Role[] };
}

const member = (org: string, uid: string, roles: readonly Role[], active = true): SeededMember => ({
  path: `orgs/${org}/members/${uid}`,
  data: { uid, active, roles },
});

/** The members' documents behind SUBJECTS. */
export const MEMBERS: readonly SeededMember[] = [
  ...ROLES.map((role) => member(ORG, `only-${role}`, [role])),
  member(ORG, 'two-roles', ['viewer', 'operator']),
  member(ORG, 'no-role', []),
  member(ORG, 'inactive', ROLES, false),
  member(OTHER_ORG, 'foreigner', ROLES),
];

export function mayRead(subject: Subject, readers: readonly Role[]): boolean {
  return subject.roles.some((role) => readers.includes(role));
}
