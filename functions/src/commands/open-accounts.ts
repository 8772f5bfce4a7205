import { decideBatch } from '@countersign/domain/ledger/decide';
import { derivedId } from '@countersign/domain/hash';
import { AppError } from '@countersign/domain/errors';
import type { Account } from '@countersign/domain/schemas/account';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { refs } from '../refs.ts';
import { readAll } from '../store/database.ts';
import type { Command } from './run-command.ts';

/**
 * Open accounts of the ledger, in the order given: parents before those below them. Those that are open already in just
 * this way are left as they are; one that is open in another is an error, and then none is opened.
 */
export const openAccounts: Command<'openAccounts'> = {
  name: 'openAccounts',
  roles: ['treasurer', 'admin'],
  async decide({ tx, input, change, now }) {
    const { orgId, accounts } = input;
    const named = new Set<string>();
    const parents = accounts.flatMap(({ parentId }) => (parentId === null ? [] : [parentId]));
    const wanted = [...new Set([...accounts.map(({ id }) => id), ...parents])];
    const stored = await readAll(
      tx,
      wanted.map((id) => refs.account(orgId, id)),
    );
    const there = new Map(stored.flatMap((account) => (account === null ? [] : [[account.id, account] as const])));
    const intents: LedgerIntent[] = [];
    for (const account of accounts) {
      const { id, parentId } = account;
      const known = there.get(id);
      if (named.has(id)) throw new AppError('invalid_argument', `Account ${id} is named twice.`);
      if (parentId !== null && !there.has(parentId) && !named.has(parentId))
        throw new AppError(
          'invalid_argument',
          `Account ${id} would lie under ${parentId}, which is not open. Put ${parentId} before it.`,
        );
      if (known !== undefined && (known.type !== account.type || known.parentId !== parentId))
        throw new AppError(
          'failed_precondition',
          `Account ${id} is open already, in another place or of another type.`,
        );
      named.add(id);
      if (known === undefined)
        intents.push({ type: 'open_account', id: derivedId('open-account', orgId, id), account });
    }
    assertAccepted(intents, there, now);
    change.post(...intents);
    const opened = intents.length;
    return { result: { opened }, writes: change.toWrites('accounts.opened', { data: { opened: String(opened) } }) };
  },
};

/** The writer's own rules, asked beforehand: whoever opens accounts hears it now, and not from an alert. */
function assertAccepted(intents: readonly LedgerIntent[], accounts: ReadonlyMap<string, Account>, now: string): void {
  const nothing = new Map<string, never>();
  const state = { size: 0, accounts, journals: nothing, periods: nothing, balances: nothing, closing: nothing };
  const [refused] = decideBatch(state, intents, now).refusals;
  if (refused !== undefined)
    throw new AppError('failed_precondition', `${refused.message}.`, { details: { reason: refused.code } });
}
