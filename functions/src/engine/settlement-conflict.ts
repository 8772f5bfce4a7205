import type { Member } from '@countersign/domain/schemas/organization';
import { refs } from '../refs.ts';
import { readAll, type Transaction } from '../store/database.ts';
import { standInsNow } from './signing-facts.ts';

/**
 * Why this member may neither say nor decide what became of a run's effects; null when they may. “Not paid” pays a second
 * time: so whoever could not have signed the payment does not say it either.
 * @param unknownIds the effects' ids
 * @param proposedBy who has said what became of them, for the one who decides
 */
export async function settlementConflict(
  tx: Pick<Transaction, 'get' | 'getAll' | 'query'>,
  orgId: string,
  member: Member,
  requestedBy: string,
  unknownIds: readonly string[],
  now: string,
  proposedBy: string | null = null,
): Promise<string | null> {
  const others = await standInsNow(tx, orgId, member.uid, now);
  const one = (what: string): string => `You and the one ${what} stand in for each other. Ask somebody else.`;
  if (others.has(requestedBy)) return one('who asked for this run');
  if (proposedBy !== null && others.has(proposedBy)) return one('who proposed this');
  const people = await readAll(
    tx,
    [...others].map((uid) => refs.member(orgId, uid)),
  );
  const paid = await readAll(
    tx,
    unknownIds.map((id) => refs.unknown(orgId, id)),
  );
  const linked = (accounts: readonly string[] = []): string | null =>
    paid.find((effect) => effect !== null && effect.account !== null && accounts.includes(effect.account))?.account ??
    null;
  const own = linked(member.payeeAccounts);
  if (own !== null) return `This would have paid ${own}, which is linked to you. Ask somebody else.`;
  const theirs = linked(people.flatMap((other) => other?.payeeAccounts ?? []));
  return theirs === null ? null : one(`to whom ${theirs} is linked, which this would have paid,`);
}
