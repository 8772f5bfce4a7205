import type { Role } from '../schemas/common.ts';
import { MAX_DELEGATION_DAYS, type Delegation } from '../schemas/delegation.ts';

const DAY_MS = 86_400_000;

/** Somebody who counts as one person with a member now. */
export interface StandIn {
  readonly uid: string;
  /** Roles in which the member may sign for them; empty for the member's own delegates. */
  readonly lends: readonly Role[];
  /** Whom they count as one with besides: a signature for them is theirs as well. */
  readonly others: readonly string[];
}

export function isInForce({ startsAt, endsAt, endedAt }: Delegation, now: string): boolean {
  return endedAt === null && startsAt <= now && now < endsAt;
}

interface Person {
  readonly uid: string;
  readonly active: boolean;
  readonly roles: readonly Role[];
}

/**
 * Who stands in for this member, and for whom the member does, now. A delegator lends only roles that he holds himself
 * at this moment, and only while he is active: what was lent to him is not passed on.
 * @param delegations all that name the member, and all that name one whom the member stands for
 * @param people the members on the other side of these delegations
 */
export function standInsOf(
  uid: string,
  delegations: readonly Delegation[],
  people: readonly Person[],
  now: string,
): StandIn[] {
  const inForce = delegations.filter((delegation) => isInForce(delegation, now));
  const others = [...new Set(inForce.flatMap((delegation) => otherSide(delegation, uid)))];
  return others.map((other) => {
    const person = people.find((one) => one.uid === other);
    const lent = inForce
      .filter(({ fromUid, toUid }) => fromUid === other && toUid === uid)
      .flatMap(({ roles }) => roles);
    return {
      uid: other,
      lends: person?.active === true ? [...new Set(lent)].filter((role) => person.roles.includes(role)) : [],
      others: [...new Set(inForce.flatMap((delegation) => otherSide(delegation, other)))].filter((one) => one !== uid),
    };
  });
}

function otherSide({ fromUid, toUid }: Delegation, uid: string): string[] {
  if (fromUid === uid) return [toUid];
  return toUid === uid ? [fromUid] : [];
}

/**
 * Whether a signature that a delegate gave still holds: the delegation was in force when he signed and was not taken
 * back since. That its time has run out meanwhile does not matter: he signed within it.
 */
export function coversSignature(
  delegation: Delegation,
  signature: { readonly uid: string; readonly forUid: string; readonly role: Role; readonly at: string },
): boolean {
  return (
    delegation.toUid === signature.uid &&
    delegation.fromUid === signature.forUid &&
    delegation.roles.includes(signature.role) &&
    isInForce(delegation, signature.at)
  );
}

/** Why a delegation can not be set up like this; null when it can. */
export function delegationProblem(
  { fromUid, toUid, startsAt, endsAt }: Pick<Delegation, 'fromUid' | 'toUid' | 'startsAt' | 'endsAt'>,
  now: string,
): string | null {
  if (fromUid === toUid) return 'Nobody can stand in for themselves.';
  if (endsAt <= startsAt) return 'A delegation must end after it starts.';
  if (endsAt <= now) return 'This delegation would have ended already.';
  return Date.parse(endsAt) - Date.parse(startsAt) > MAX_DELEGATION_DAYS * DAY_MS
    ? `A delegation lasts ${MAX_DELEGATION_DAYS} days at most. It can be set up again.`
    : null;
}
