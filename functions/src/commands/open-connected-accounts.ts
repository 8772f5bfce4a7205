import { derivedId } from '@countersign/domain/hash';
import { toMinor } from '@countersign/domain/money/money';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger';
import type { AccountSnapshot, MissingAccount } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { readAll } from '../store/database.ts';
import type { Command } from './run-command.ts';

/**
 * Open the two ledger accounts of each connected account that lacks them (its balance at Stripe, and what is owed to
 * its seller), with the balance that Stripe shows now as opening balance.
 */
export const openConnectedAccounts: Command<
  'openConnectedAccounts',
  ReadonlyMap<string, AccountSnapshot | MissingAccount>
> = {
  name: 'openConnectedAccounts',
  roles: ['treasurer', 'admin'],
  prepare: (deps, input) => deps.provider.readAccounts(input.accounts),
  async decide({ tx, input, prepared, change }) {
    const { orgId } = input;
    const accounts = [...new Set(input.accounts)];
    const there = await readAll(
      tx,
      accounts.map((account) => refs.account(orgId, `stripe-balance.${account}`)),
    );
    const opened: AccountSnapshot[] = [];
    const missing: string[] = [];
    accounts.forEach((account, index) => {
      if (there[index] !== null) return;
      const snapshot = prepared.get(account);
      if (snapshot === undefined || 'missing' in snapshot) missing.push(account);
      else opened.push(snapshot);
    });
    change.post(...opened.flatMap((snapshot) => openingIntents(orgId, snapshot)));
    const result = { opened: opened.length, existing: accounts.length - opened.length - missing.length, missing };
    return {
      result,
      writes: change.toWrites('accounts.opened', {
        data: { opened: String(opened.length), missing: String(missing.length) },
      }),
    };
  },
};

function openingIntents(orgId: string, snapshot: AccountSnapshot): LedgerIntent[] {
  const mirrors = { connector: 'stripe', account: snapshot.id } as const;
  const name = snapshot.businessName === '' ? snapshot.id : snapshot.businessName;
  const open = (parentId: string, type: 'asset' | 'liability'): LedgerIntent => {
    const id = `${parentId}.${snapshot.id}`;
    return {
      type: 'open_account',
      id: derivedId('open-account', orgId, id),
      account: { id, name, type, parentId, postable: true, closed: false, mirrors },
    };
  };
  const journals = snapshot.available
    .filter((balance) => toMinor(balance.amountMinor) > 0n)
    .map(({ currency, amountMinor }): LedgerIntent => ({
      type: 'record',
      id: derivedId('opening-journal', orgId, snapshot.id, currency),
      state: 'posted',
      journal: {
        memo: `Opening balance of ${snapshot.id}, as Stripe shows it`,
        effectiveDay: null,
        entries: [
          { accountId: `stripe-balance.${snapshot.id}`, side: 'debit', amountMinor, currency },
          { accountId: `seller-payable.${snapshot.id}`, side: 'credit', amountMinor, currency },
        ],
      },
      source: { executionId: null, effectId: null, kind: 'opening-balance' },
    }));
  return [open('stripe-balance', 'asset'), open('seller-payable', 'liability'), ...journals];
}
