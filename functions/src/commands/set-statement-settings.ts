import { AppError } from '@countersign/domain/errors';
import { refs } from '../refs.ts';
import { read, readAll } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Say which accounts are cash, which ones stand for investing or financing, and when the financial year begins. */
export const setStatementSettings: Command<'setStatementSettings'> = {
  name: 'setStatementSettings',
  roles: ['treasurer', 'admin'],
  async decide({ tx, input, now, change }) {
    const { orgId, cashAccounts, activities, yearStart, reason } = input;
    const ref = refs.statementSettings(orgId);
    const named = [...new Set([...cashAccounts, ...activities.map(({ accountId }) => accountId)])];
    const [current, accounts] = [
      await read(tx, ref),
      await readAll(
        tx,
        named.map((id) => refs.account(orgId, id)),
      ),
    ];
    named.forEach((id, index) => {
      const account = accounts[index];
      if (account === null || account === undefined) throw new AppError('not_found', `There is no account ${id}.`);
      if (cashAccounts.includes(id) && account.type !== 'asset')
        throw new AppError('invalid_argument', `${account.name} is no asset: cash is one.`);
    });
    const settings = { cashAccounts: [...new Set(cashAccounts)].sort(), activities, yearStart, updatedAt: now };
    const { version } = current === null ? change.create(ref, settings) : change.change(ref, current, settings);
    const data = { cashAccounts: settings.cashAccounts.slice(0, 20).join(' '), yearStart };
    return { result: { version }, writes: change.toWrites('statement_settings.set', { data, personal: { reason } }) };
  },
};
