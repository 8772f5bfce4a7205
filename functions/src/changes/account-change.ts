import { derivedId } from '@countersign/domain/hash';
import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import type { AccountChange } from '@countersign/domain/schemas/account';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

const WHAT: Readonly<Record<keyof AccountChange, string>> = {
  name: 'its name',
  branch: 'its branch',
  guards: 'its limits',
  closed: 'whether it takes entries',
  closedOn: 'its last day',
};

/** Limits, name, branch, closing and reopening of a ledger account. A new name alone takes one person. */
export const accountChange: ChangeDefinition<'account.change'> = {
  kind: 'account.change',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, { accountId, set }) {
    const account = await read(tx, refs.account(orgId, accountId));
    if (account === null) throw new AppError('not_found', `There is no account ${accountId}.`);
    const fields = (Object.keys(set) as (keyof AccountChange)[]).filter(
      (field) => JSON.stringify(set[field]) !== JSON.stringify(account[field]),
    );
    if (fields.length === 0) throw new AppError('invalid_argument', 'The account is like this already.');
    const title =
      set.closed === undefined || set.closed === account.closed
        ? `Account ${account.name}: changes ${inWords(fields.map((field) => WHAT[field]))}`
        : `Account ${account.name}: ${set.closed ? 'closes it' : 'opens it again'}`;
    const shown = Object.fromEntries(fields.map((field) => [field, account[field]]));
    return { version: account.version, shown, title };
  },
  onePerson: (_, { set }) => Object.keys(set).join() === 'name',
  async apply({ orgId, change, set, now }) {
    set.post({
      type: 'change_account',
      id: derivedId('change-account', orgId, set.commitId),
      accountId: change.accountId,
      set: change.set,
      reason: `decided ${now}`,
    });
  },
};
