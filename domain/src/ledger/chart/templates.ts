import type { Account, Guard } from '../../schemas/account.ts';
import type { ChartRow } from './chart-row.ts';

export interface ChartTemplate {
  readonly id: string;
  readonly name: string;
  /** For whom it is, in a sentence. */
  readonly description: string;
  /** Parents first. Ids never change between versions of a template: journals name them. */
  readonly rows: readonly ChartRow[];
}

type Type = Account['type'];
interface More {
  readonly currency?: string;
  readonly guards?: readonly Guard[];
}

const NOT_BELOW_ZERO: readonly Guard[] = [{ kind: 'not_below_zero' }];

const group = (id: string, name: string, type: Type, parentId: string | null): ChartRow =>
  row(id, name, type, parentId, false, {});
const leaf = (id: string, name: string, type: Type, parentId: string, more: More = {}): ChartRow =>
  row(id, name, type, parentId, true, more);

function row(id: string, name: string, type: Type, parentId: string | null, postable: boolean, more: More): ChartRow {
  return {
    id,
    name,
    type,
    parentId,
    postable,
    currency: more.currency ?? null,
    branch: null,
    openedOn: null,
    closed: false,
    closedOn: null,
    guards: more.guards ?? [],
  };
}

/** The roots, and what every ledger needs sooner or later: suspense, opening balances, and where conversions go. */
const COMMON: readonly ChartRow[] = [
  group('assets', 'Assets', 'asset', null),
  group('liabilities', 'Liabilities', 'liability', null),
  group('equity', 'Equity', 'equity', null),
  group('income', 'Income', 'income', null),
  group('expenses', 'Expenses', 'expense', null),
  leaf('suspense', 'Suspense', 'liability', 'liabilities'),
  leaf('opening-balances', 'Opening balances', 'equity', 'equity'),
  leaf('retained-earnings', 'Retained earnings', 'equity', 'equity'),
  // Those of each currency are opened when there is something in it: `currencyAccounts` of `ledger/fx`.
  group('fx-position', 'Currency positions', 'equity', 'equity'),
  leaf('fx-realized', 'Realized exchange gains', 'income', 'income'),
  leaf('fx-unrealized', 'Unrealized exchange gains', 'income', 'income'),
  leaf('fx-rounding', 'Rounding differences', 'income', 'income'),
];

export const CHART_TEMPLATES: readonly ChartTemplate[] = [
  {
    id: 'marketplace-payouts',
    name: 'Marketplace payouts',
    description:
      'A platform that collects money for its sellers and pays it out: what is theirs lies apart from what is its own.',
    rows: [
      ...COMMON,
      leaf('bank', 'Bank accounts', 'asset', 'assets'),
      group('stripe-balance', 'Stripe balances of sellers', 'asset', 'assets'),
      leaf('payouts-in-transit', 'Payouts in transit', 'asset', 'assets'),
      leaf('card-receivable', 'Card payments to come', 'asset', 'assets'),
      group('seller-payable', 'Payable to sellers', 'liability', 'liabilities'),
      leaf('refunds-payable', 'Refunds to buyers', 'liability', 'liabilities'),
      leaf('disputes-reserve', 'Reserve for disputes', 'liability', 'liabilities', { guards: NOT_BELOW_ZERO }),
      leaf('taxes-payable', 'Sales tax to hand over', 'liability', 'liabilities'),
      leaf('fees-earned', 'Fees earned', 'income', 'income'),
      leaf('processing-fees', 'Processing fees', 'expense', 'expenses'),
      leaf('dispute-losses', 'Losses from disputes', 'expense', 'expenses'),
      leaf('seller-write-offs', 'Written-off seller debts', 'expense', 'expenses'),
    ],
  },
  {
    id: 'small-company',
    name: 'Small company',
    description: 'A company that sells goods or services, with customers, suppliers, employees and a tax office.',
    rows: [
      ...COMMON,
      group('current-assets', 'Current assets', 'asset', 'assets'),
      leaf('bank', 'Bank account', 'asset', 'current-assets'),
      leaf('petty-cash', 'Petty cash', 'asset', 'current-assets', { guards: NOT_BELOW_ZERO }),
      leaf('receivables', 'Due from customers', 'asset', 'current-assets'),
      leaf('inventory', 'Goods in stock', 'asset', 'current-assets', { guards: NOT_BELOW_ZERO }),
      leaf('prepayments', 'Paid in advance', 'asset', 'current-assets'),
      group('fixed-assets', 'Fixed assets', 'asset', 'assets'),
      leaf('equipment', 'Equipment', 'asset', 'fixed-assets'),
      leaf('depreciation-to-date', 'Depreciation to date', 'asset', 'fixed-assets'),
      leaf('payables', 'Due to suppliers', 'liability', 'liabilities'),
      leaf('customer-deposits', 'Deposits of customers', 'liability', 'liabilities'),
      leaf('payroll-payable', 'Wages to be paid', 'liability', 'liabilities'),
      leaf('sales-tax', 'Sales tax', 'liability', 'liabilities'),
      leaf('income-tax-payable', 'Income tax to be paid', 'liability', 'liabilities'),
      leaf('loans', 'Loans', 'liability', 'liabilities'),
      leaf('share-capital', 'Share capital', 'equity', 'equity'),
      leaf('dividends', 'Dividends', 'equity', 'equity'),
      leaf('sales', 'Sales', 'income', 'income'),
      leaf('other-income', 'Other income', 'income', 'income'),
      leaf('cost-of-goods', 'Cost of goods sold', 'expense', 'expenses'),
      leaf('wages', 'Wages', 'expense', 'expenses'),
      leaf('rent', 'Rent', 'expense', 'expenses'),
      leaf('software', 'Software and hosting', 'expense', 'expenses'),
      leaf('bank-fees', 'Bank fees', 'expense', 'expenses'),
      leaf('depreciation', 'Depreciation', 'expense', 'expenses'),
      leaf('income-tax', 'Income tax', 'expense', 'expenses'),
    ],
  },
  {
    id: 'investment-fund',
    name: 'Investment fund',
    description:
      'A fund with investors, positions at cost and at market value, subscriptions, redemptions and fees that accrue.',
    rows: [
      ...COMMON,
      group('cash', 'Cash', 'asset', 'assets'),
      leaf('custodian-cash', 'Cash at the custodian', 'asset', 'cash'),
      leaf('collection-account', 'Collection account', 'asset', 'cash', { guards: NOT_BELOW_ZERO }),
      group('investments', 'Investments', 'asset', 'assets'),
      leaf('investments-at-cost', 'Investments at cost', 'asset', 'investments'),
      leaf('unrealized-value', 'Unrealized change in value', 'asset', 'investments'),
      leaf('trades-receivable', 'Sold, not yet settled', 'asset', 'assets'),
      leaf('dividends-receivable', 'Dividends to come', 'asset', 'assets'),
      leaf('interest-receivable', 'Interest to come', 'asset', 'assets'),
      leaf('trades-payable', 'Bought, not yet settled', 'liability', 'liabilities'),
      leaf('subscriptions-in-advance', 'Subscriptions in advance', 'liability', 'liabilities', {
        guards: NOT_BELOW_ZERO,
      }),
      leaf('redemptions-payable', 'Redemptions to be paid', 'liability', 'liabilities', { guards: NOT_BELOW_ZERO }),
      leaf('management-fee-payable', 'Management fee accrued', 'liability', 'liabilities'),
      leaf('performance-fee-payable', 'Performance fee accrued', 'liability', 'liabilities'),
      leaf('withholding-tax-payable', 'Withholding tax', 'liability', 'liabilities'),
      group('investor-capital', 'Capital of investors', 'equity', 'equity'),
      leaf('subscriptions', 'Subscriptions', 'equity', 'investor-capital'),
      leaf('redemptions', 'Redemptions', 'equity', 'investor-capital'),
      leaf('distributions', 'Distributions', 'equity', 'investor-capital'),
      leaf('realized-gains', 'Realized gains and losses', 'income', 'income'),
      leaf('unrealized-gains', 'Unrealized gains and losses', 'income', 'income'),
      leaf('dividend-income', 'Dividends', 'income', 'income'),
      leaf('interest-income', 'Interest', 'income', 'income'),
      leaf('management-fee', 'Management fee', 'expense', 'expenses'),
      leaf('performance-fee', 'Performance fee', 'expense', 'expenses'),
      leaf('custody-fees', 'Custody fees', 'expense', 'expenses'),
      leaf('audit-and-legal', 'Audit and legal costs', 'expense', 'expenses'),
      leaf('transaction-costs', 'Transaction costs', 'expense', 'expenses'),
    ],
  },
];
