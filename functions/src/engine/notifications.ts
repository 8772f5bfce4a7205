import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { Role } from '@countersign/domain/schemas/common';
import { memberSchema } from '@countersign/domain/schemas/organization';
import type { Transaction, Write } from '../store/database.ts';

/** A message goes to this many members at most; a role with more of them is a list, not an addressee. */
const MAX_RECIPIENTS = 50;

export interface Message {
  /** Names what happened: told twice, it is one message to each. */
  readonly about: string;
  readonly title: string;
  readonly body: string;
  readonly executionId: string | null;
}

/** Active members who hold a role now. */
export async function holdersOf(tx: Transaction, orgId: string, role: Role): Promise<string[]> {
  const holders = await tx.query({
    collection: paths.members(orgId),
    where: [['roles', 'array-contains', role]],
    limit: MAX_RECIPIENTS,
  });
  return holders.map((stored) => memberSchema.parse(stored.data)).flatMap(({ active, uid }) => (active ? [uid] : []));
}

/** A message of the platform's own to members, for the commit of what it is about. */
export function messageWrites(orgId: string, uids: readonly string[], message: Message, now: string): Write[] {
  const { about, title, body, executionId } = message;
  return [...new Set(uids)].map((uid) => {
    const id = derivedId('notification', about, uid);
    return {
      op: 'set',
      path: paths.notification(orgId, id),
      data: { id, uid, title, body, executionId, read: false, createdAt: now },
    };
  });
}
