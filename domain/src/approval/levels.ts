import type { Role } from '../schemas/common.ts';
import type { ApprovalLevel } from '../schemas/policy.ts';

export interface Signature {
  readonly uid: string;
  readonly level: number;
  /** Whom a delegate stood for. */
  readonly forUid?: string | null;
}

function peopleByRole(levels: readonly ApprovalLevel[]): Map<Role, number> {
  const people = new Map<Role, number>();
  for (const level of levels) people.set(level.role, (people.get(level.role) ?? 0) + level.people);
  return people;
}

/**
 * Whether `now` asks for more than `then` did: more people in any role. What fulfils `then` fulfils `now` exactly when
 * it does not; the order of the levels decides only who is asked first.
 */
export function isStricter(then: readonly ApprovalLevel[], now: readonly ApprovalLevel[]): boolean {
  const before = peopleByRole(then);
  return [...peopleByRole(now)].some(([role, people]) => people > (before.get(role) ?? 0));
}

/** The least that is at least as strict as each of these: of every role the most people that any of them asks for. */
export function strictestOf(all: readonly (readonly ApprovalLevel[])[]): ApprovalLevel[] {
  const most = new Map<Role, number>();
  for (const levels of all)
    for (const [role, people] of peopleByRole(levels)) most.set(role, Math.max(people, most.get(role) ?? 0));
  return [...most].flatMap(([role, people]) => split(role, people));
}

/** A level takes five people at most. */
const MAX_PEOPLE = 5;

function split(role: Role, people: number): ApprovalLevel[] {
  return Array.from({ length: Math.ceil(people / MAX_PEOPLE) }, (_, index) => ({
    role,
    people: Math.min(MAX_PEOPLE, people - index * MAX_PEOPLE),
  }));
}

/** The level that is being signed now; null when all have their people. Levels are signed in order. */
export function currentLevel(levels: readonly ApprovalLevel[], signatures: readonly Signature[]): number | null {
  const open = levels.findIndex(
    (level, index) => signatures.filter((signature) => signature.level === index).length < level.people,
  );
  return open === -1 ? null : open;
}

/** Signatures still missing over all levels. */
export function missingSignatures(levels: readonly ApprovalLevel[], signatures: readonly Signature[]): number {
  return levels.reduce(
    (sum, level, index) =>
      sum + Math.max(0, level.people - signatures.filter((signature) => signature.level === index).length),
    0,
  );
}
