import { listPage } from './lists.ts';
import { ok } from './reply.ts';
import type { ApiRequest, Decision } from './request.ts';
import { answer } from './request.ts';
import type { Balances, Transaction } from './state.ts';

/** `GET /v1/balance`, for the account of the `Stripe-Account` header. */
export function retrieve({ state, account }: ApiRequest): Decision {
  const { available, pending } = state.balancesOf(account.id);
  const amounts = amountsJson(available);
  return answer(
    ok({
      object: 'balance',
      available: amounts,
      instant_available: amounts,
      livemode: false,
      pending: amountsJson(pending),
    }),
  );
}

export function listTransactions(request: ApiRequest): Decision {
  const { state, account, query } = request;
  const payout = query.get('payout') ?? query.get('source');
  const type = query.get('type');
  return listPage({
    url: '/v1/balance_transactions',
    query,
    ids: state.transactionIds.get(account.id) ?? [],
    item: (id) => state.transactions.get(id),
    keep: (transaction) =>
      (payout === undefined || transaction.source === payout) && (type === undefined || transaction.type === type),
    render: (transaction) => JSON.stringify(transactionJson(transaction)),
    noun: 'balance transaction',
  });
}

/** Balances with `amount` added to what is available in `currency`. */
export function credit(balances: Balances, currency: string, amount: number): Balances {
  const next = (balances.available[currency] ?? 0) + amount;
  if (!Number.isSafeInteger(next)) throw new Error(`A balance of ${next} ${currency} is no safe integer`);
  return { ...balances, available: { ...balances.available, [currency]: next } };
}

function amountsJson(amounts: Readonly<Record<string, number>>): object[] {
  return Object.entries(amounts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
}

function transactionJson(transaction: Transaction): object {
  return {
    id: transaction.id,
    object: 'balance_transaction',
    amount: transaction.amount,
    available_on: transaction.created,
    balance_type: 'payments',
    created: transaction.created,
    currency: transaction.currency,
    description: null,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: transaction.amount,
    reporting_category: REPORTING[transaction.type],
    source: transaction.source,
    status: 'available',
    type: transaction.type,
  };
}

/** https://stripe.com/docs/reports/reporting-categories */
const REPORTING = {
  payout: 'payout',
  payout_cancel: 'payout_reversal',
  payout_failure: 'payout_reversal',
  adjustment: 'other_adjustment',
  transfer: 'transfer',
  transfer_refund: 'transfer_reversal',
  payment: 'charge',
  payment_refund: 'refund',
} as const;
