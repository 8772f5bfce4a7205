import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';

type NewAccount = Extract<LedgerIntent, { type: 'open_account' }>['account'];

/** The chart of accounts that a new organization begins with: what payouts from connected accounts need, and suspense. */
export const CHART: readonly Pick<NewAccount, 'id' | 'name' | 'type' | 'parentId' | 'postable'>[] = [
  { id: 'assets', name: 'Assets', type: 'asset', parentId: null, postable: false },
  { id: 'bank', name: 'Bank accounts', type: 'asset', parentId: 'assets', postable: true },
  { id: 'stripe-balance', name: 'Stripe balances of sellers', type: 'asset', parentId: 'assets', postable: false },
  { id: 'liabilities', name: 'Liabilities', type: 'liability', parentId: null, postable: false },
  { id: 'seller-payable', name: 'Payable to sellers', type: 'liability', parentId: 'liabilities', postable: false },
  { id: 'suspense', name: 'Suspense', type: 'liability', parentId: 'liabilities', postable: true },
  { id: 'equity', name: 'Equity', type: 'equity', parentId: null, postable: false },
  { id: 'opening-balances', name: 'Opening balances', type: 'equity', parentId: 'equity', postable: true },
  { id: 'income', name: 'Income', type: 'income', parentId: null, postable: false },
  { id: 'fees-earned', name: 'Fees earned', type: 'income', parentId: 'income', postable: true },
  { id: 'expenses', name: 'Expenses', type: 'expense', parentId: null, postable: false },
  { id: 'processing-fees', name: 'Processing fees', type: 'expense', parentId: 'expenses', postable: true },
];
