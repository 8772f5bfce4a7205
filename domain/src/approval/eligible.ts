import type { Role } from '../schemas/common.ts';
import type { ApprovalLevel } from '../schemas/policy.ts';

interface Person {
  readonly uid: string;
  readonly active: boolean;
  readonly roles: readonly Role[];
}

export interface Eligible {
  /** By level: active members who hold its role, whatever else may exclude them from one run. */
  readonly byLevel: readonly (readonly string[])[];
  /** Signatures that nobody is left to give, because nobody signs twice. */
  readonly missing: number;
  /** Members with whose absence, for example as the requester, one signature would have nobody. */
  readonly needed: readonly string[];
}

/** Who can sign these levels, and whether there are enough different people for all of them. */
export function eligibleFor(levels: readonly ApprovalLevel[], members: readonly Person[]): Eligible {
  const byLevel = levels.map(({ role }) =>
    members.filter(({ active, roles }) => active && roles.includes(role)).map(({ uid }) => uid),
  );
  const slots = levels.flatMap(({ people }, level) => Array.from({ length: people }, () => byLevel[level] ?? []));
  const filled = fill(slots);
  const needed =
    filled < slots.length
      ? []
      : [...new Set(byLevel.flat())].filter(
          (uid) => fill(slots.map((choices) => choices.filter((one) => one !== uid))) < slots.length,
        );
  return { byLevel, missing: slots.length - filled, needed };
}

/** The most places that different people can take, by augmenting paths (Kuhn 1955). */
function fill(slots: readonly (readonly string[])[]): number {
  const placeOf = new Map<string, number>();
  const seat = (place: number, tried: Set<string>): boolean => {
    for (const uid of slots[place] ?? []) {
      if (tried.has(uid)) continue;
      tried.add(uid);
      const taken = placeOf.get(uid);
      if (taken !== undefined && !seat(taken, tried)) continue;
      placeOf.set(uid, place);
      return true;
    }
    return false;
  };
  return slots.filter((_, place) => seat(place, new Set())).length;
}
