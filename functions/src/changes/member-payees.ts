import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import type { Member } from '@countersign/domain/schemas/organization';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition, Reader } from './change-kind.ts';

/**
 * Which payees' accounts are a member's own, or of somebody close: they sign no run that pays one of these. Both ways it
 * takes two people: taking a link away lets its member sign again, and adding one keeps somebody from signing.
 */
export const memberPayees: ChangeDefinition<'member.payees'> = {
  kind: 'member.payees',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, change) {
    const member = await memberOf(tx, orgId, change.uid);
    const wanted = sorted(change.payeeAccounts);
    const added = wanted.filter((account) => !member.payeeAccounts.includes(account));
    const removed = member.payeeAccounts.filter((account) => !wanted.includes(account));
    const parts = [
      added.length > 0 ? `links ${inWords(added)}` : null,
      removed.length > 0 ? `no longer links ${inWords(removed)}` : null,
    ].filter((part) => part !== null);
    if (parts.length === 0) throw new AppError('invalid_argument', 'Exactly these accounts are linked already.');
    return {
      version: member.version,
      shown: { uid: member.uid, payeeAccounts: member.payeeAccounts },
      title: `Accounts of a member: ${inWords(parts)}`,
    };
  },
  involved: async (_tx, _orgId, { uid }) => [{ uid, because: 'Nobody decides which accounts are their own.' }],
  async apply({ tx, orgId, change, set }) {
    const member = await memberOf(tx, orgId, change.uid);
    set.change(refs.member(orgId, change.uid), member, { payeeAccounts: sorted(change.payeeAccounts) });
  },
};

const sorted = (accounts: readonly string[]): string[] => [...new Set(accounts)].sort();

async function memberOf(tx: Reader, orgId: string, uid: string): Promise<Member> {
  const member = await read(tx, refs.member(orgId, uid));
  if (member === null) throw new AppError('not_found', 'There is no such member.');
  return member;
}
