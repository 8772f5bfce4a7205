import { newId } from './ids.ts';
import type { Account, Balances, Change, ExternalAccount, State, Transaction } from './state.ts';

/** An account as `POST /__local/accounts` takes it. Amounts are in Stripe's smallest units, currencies lower case. */
export interface AccountInput {
  readonly id: string;
  readonly businessName?: string;
  readonly platform?: boolean;
  readonly connected?: boolean;
  readonly type?: Account['type'];
  readonly email?: string | null;
  readonly country?: string;
  readonly defaultCurrency?: string;
  readonly created?: number;
  readonly payoutsEnabled?: boolean;
  readonly minimumPayout?: Readonly<Record<string, number>>;
  readonly available?: Readonly<Record<string, number>>;
  readonly pending?: Readonly<Record<string, number>>;
  readonly externalAccounts?: readonly (Partial<ExternalAccount> & Pick<ExternalAccount, 'currency'>)[];
}

export type AccountPatch = Omit<AccountInput, 'id' | 'platform'>;

/** Sixteen letters and digits, in the form of Stripe's own account ids. */
const ACCOUNT_ID = /^acct_[A-Za-z0-9]{16,24}$/;

/** What creating or replacing the accounts changes, or what is wrong with them, in words. */
export function putAccounts(state: State, inputs: readonly AccountInput[], nowMs: number): Change | string {
  const change = { accounts: [] as Account[], balances: [] as [string, Balances][], transactions: [] as Transaction[] };
  for (const input of inputs) {
    const wrong = checkAccount(input);
    if (wrong !== undefined) return wrong;
    change.accounts.push(accountOf(input, nowMs));
    const balances = { available: input.available ?? {}, pending: input.pending ?? {} };
    change.balances.push([input.id, balances]);
    change.transactions.push(...adjustments(state, input.id, balances, nowMs));
  }
  return change;
}

/** What editing an account changes. Balances given replace those of their currencies only. */
export function patchAccount(state: State, account: Account, patch: AccountPatch, nowMs: number): Change | string {
  const wrong = checkAccount({ ...patch, id: account.id });
  if (wrong !== undefined) return wrong;
  const { available, pending, externalAccounts, ...fields } = patch;
  const old = state.balancesOf(account.id);
  const balances = { available: { ...old.available, ...available }, pending: { ...old.pending, ...pending } };
  const externals = externalAccounts === undefined ? {} : { externalAccounts: externalAccounts.map(externalOf) };
  return {
    accounts: [{ ...account, ...fields, ...externals }],
    balances: [[account.id, balances]],
    transactions: adjustments(state, account.id, balances, nowMs),
  };
}

/** Money that appears or disappears is written down, so that a balance is always the sum of its transactions. */
function adjustments(state: State, account: string, next: Balances, nowMs: number): Transaction[] {
  const old = state.balancesOf(account).available;
  const currencies = new Set([...Object.keys(old), ...Object.keys(next.available)]);
  return [...currencies]
    .map((currency) => ({ currency, amount: (next.available[currency] ?? 0) - (old[currency] ?? 0) }))
    .filter(({ amount }) => amount !== 0)
    .map(({ currency, amount }) => ({
      id: newId('txn'),
      account,
      amount,
      currency,
      created: Math.floor(nowMs / 1000),
      source: null,
      type: 'adjustment' as const,
    }));
}

function checkAccount(input: AccountInput): string | undefined {
  if (!ACCOUNT_ID.test(input.id ?? '')) return `"${input.id}" is no account id: acct_ and 16 to 24 letters and digits`;
  if (!['standard', 'express', 'custom'].includes(input.type ?? 'express'))
    return `${input.id}: type must be standard, express or custom`;
  for (const amounts of [input.available, input.pending, input.minimumPayout]) {
    for (const [currency, amount] of Object.entries(amounts ?? {})) {
      if (!/^[a-z]{3}$/.test(currency)) return `${input.id}: "${currency}" is no lower-case currency`;
      if (!Number.isSafeInteger(amount)) return `${input.id}: ${amount} ${currency} is no integer amount`;
    }
  }
  return undefined;
}

function accountOf(input: AccountInput, nowMs: number): Account {
  return {
    id: input.id,
    platform: input.platform ?? false,
    connected: input.connected ?? true,
    type: input.type ?? 'express',
    businessName: input.businessName ?? input.id,
    email: input.email ?? null,
    country: input.country ?? 'US',
    defaultCurrency: input.defaultCurrency ?? 'usd',
    created: input.created ?? Math.floor(nowMs / 1000),
    payoutsEnabled: input.payoutsEnabled ?? true,
    minimumPayout: input.minimumPayout ?? {},
    externalAccounts: (input.externalAccounts ?? []).map(externalOf),
  };
}

function externalOf(input: Partial<ExternalAccount> & Pick<ExternalAccount, 'currency'>): ExternalAccount {
  return {
    id: input.id ?? newId('ba'),
    bankName: input.bankName ?? 'STRIPE TEST BANK',
    last4: input.last4 ?? '6789',
    currency: input.currency,
    country: input.country ?? 'US',
    defaultForCurrency: input.defaultForCurrency ?? true,
    status: input.status ?? 'new',
  };
}
