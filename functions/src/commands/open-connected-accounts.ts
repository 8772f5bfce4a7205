import { derivedId } from '@countersign/domain/hash';
import { toMinor } from '@countersign/domain/money/money';
import { PLATFORM_BALANCE } from '@countersign/domain/plan/effect-facts';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { AccountSnapshot, MissingAccount } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { read, readAll } from '../store/database.ts';
import type { Command } from './run-command.ts';

interface Read {
  readonly accounts: ReadonlyMap<string, AccountSnapshot | MissingAccount>;
  /** The platform's own balance; null when the ledger has its account already. */
  readonly platform: AccountSnapshot['available'] | null;
}

/**
 * Open the two ledger accounts of each connected account that lacks them (its balance at Stripe, and what is owed to
 * its seller), and the one of the platform's own balance, from which transfers are made; with the balance that Stripe
 * shows now as opening balance.
 */
export const openConnectedAccounts: Command<'openConnectedAccounts', Read> = {
  name: 'openConnectedAccounts',
  roles: ['treasurer', 'admin'],
  async prepare({ db, provider }, { orgId, accounts }) {
    const open = (await read(db, refs.account(orgId, PLATFORM_BALANCE))) !== null;
    const [connected, platform] = await Promise.all([
      provider.readAccounts(accounts),
      open ? null : provider.readPlatformBalance(),
    ]);
    return { accounts: connected, platform };
  },
  async decide({ tx, input, prepared, change }) {
    const { orgId } = input;
    const accounts = [...new Set(input.accounts)];
    const [platform, ...there] = await readAll(
      tx,
      [PLATFORM_BALANCE, ...accounts.map((account) => `stripe-balance.${account}`)].map((id) =>
        refs.account(orgId, id),
      ),
    );
    const opened: AccountSnapshot[] = [];
    const missing: string[] = [];
    accounts.forEach((account, index) => {
      if (there[index] !== null) return;
      const snapshot = prepared.accounts.get(account);
      if (snapshot === undefined || 'missing' in snapshot) missing.push(account);
      else opened.push(snapshot);
    });
    if (platform === null && prepared.platform !== null) change.post(...platformIntents(orgId, prepared.platform));
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
  return [
    open('stripe-balance', 'asset'),
    open('seller-payable', 'liability'),
    ...openingJournals(orgId, snapshot, `stripe-balance.${snapshot.id}`, `seller-payable.${snapshot.id}`),
  ];
}

const OPENING_BALANCES = 'opening-balances';

/** The platform's own money is owed to nobody: it is its equity. Accounts that the chart has already stay as they are. */
function platformIntents(orgId: string, available: AccountSnapshot['available']): LedgerIntent[] {
  type Opened = Extract<LedgerIntent, { type: 'open_account' }>['account'];
  const open = (account: Pick<Opened, 'id' | 'name' | 'type' | 'parentId' | 'postable'>): LedgerIntent => ({
    type: 'open_account',
    id: derivedId('open-account', orgId, account.id),
    account: { ...account, closed: false, mirrors: null },
  });
  return [
    open({ id: 'equity', name: 'Equity', type: 'equity', parentId: null, postable: false }),
    open({ id: OPENING_BALANCES, name: 'Opening balances', type: 'equity', parentId: 'equity', postable: true }),
    open({
      id: PLATFORM_BALANCE,
      name: 'The platform’s own Stripe balance',
      type: 'asset',
      parentId: 'stripe-balance',
      postable: true,
    }),
    ...openingJournals(orgId, { id: 'platform', available }, PLATFORM_BALANCE, OPENING_BALANCES),
  ];
}

function openingJournals(
  orgId: string,
  { id, available }: Pick<AccountSnapshot, 'id' | 'available'>,
  debit: string,
  credit: string,
): LedgerIntent[] {
  return available
    .filter((balance) => toMinor(balance.amountMinor) > 0n)
    .map(({ currency, amountMinor }): LedgerIntent => ({
      type: 'record',
      id: derivedId('opening-journal', orgId, id, currency),
      state: 'posted',
      journal: {
        memo: `Opening balance of ${id}, as Stripe shows it`,
        effectiveDay: null,
        entries: [
          { accountId: debit, side: 'debit', amountMinor, currency },
          { accountId: credit, side: 'credit', amountMinor, currency },
        ],
      },
      source: { executionId: null, effectId: null, kind: 'opening-balance' },
    }));
}
