import { credit } from './balances.ts';
import { isSupported, MAX_AMOUNT, payoutStep } from './currencies.ts';
import { hashOf, rootOf } from './form.ts';
import type { Form } from './form.ts';
import { newId } from './ids.ts';
import { listPage } from './lists.ts';
import { ok, refuse } from './reply.ts';
import type { Reply } from './reply.ts';
import type { ApiRequest, Decision } from './request.ts';
import { answer, invalid } from './request.ts';
import type { Account, ExternalAccount, Payout, PayoutRecord, State, Transaction } from './state.ts';

const DAY_SECONDS = 86_400;
const CREATE_PARAMETERS = new Set([
  'amount',
  'currency',
  'description',
  'destination',
  'metadata',
  'method',
  'source_type',
  'statement_descriptor',
]);

/** `POST /v1/payouts`: parameters first (nothing is saved when they are wrong), then the account's own state. */
export function create(request: ApiRequest): Decision {
  const wrong = checkParameters(request.form);
  if (wrong !== undefined) return invalid(wrong);
  const { account, form, state } = request;
  const amount = Number(form.get('amount'));
  const currency = form.get('currency') ?? '';
  if (!account.payoutsEnabled) {
    return answer(
      refuse(400, {
        code: 'payouts_not_allowed',
        message:
          'Payouts are not allowed for this account. Check the status of the account: it may have to supply more information.',
      }),
    );
  }
  const minimum = account.minimumPayout[currency] ?? 1;
  if (amount < minimum) {
    return answer(
      refuse(400, {
        code: 'amount_too_small',
        param: 'amount',
        message: `Amount must be at least ${minimum} ${currency}`,
      }),
    );
  }
  const destination = findDestination(account, form.get('destination'), currency);
  if ('body' in destination) return answer(destination);
  const balances = state.balancesOf(account.id);
  if ((balances.available[currency] ?? 0) < amount) return answer(INSUFFICIENT);

  const created = Math.floor(request.nowMs / 1000);
  const payout = newPayout(form, destination, created);
  const transaction = transactionOf(account.id, payout, 'payout', -amount, created, payout.balance_transaction);
  return {
    reply: ok(payout),
    change: {
      payouts: [{ account: account.id, payout }],
      transactions: [transaction],
      balances: [[account.id, credit(balances, currency, -amount)]],
    },
    began: true,
  };
}

export function retrieve(request: ApiRequest, id: string): Decision {
  const record = ownPayout(request, id);
  return answer(record === undefined ? noSuchPayout(id) : ok(record.payout));
}

export function list(request: ApiRequest): Decision {
  const { state, account, query } = request;
  const filters = [
    filterOf<Payout>(query, 'created', (payout) => payout.created),
    filterOf<Payout>(query, 'arrival_date', (payout) => payout.arrival_date),
  ];
  const destination = query.get('destination');
  const status = query.get('status');
  return listPage({
    url: '/v1/payouts',
    query,
    ids: state.payoutIds.get(account.id) ?? [],
    item: (id) => state.payouts.get(id)?.payout,
    keep: (payout) =>
      (destination === undefined || payout.destination === destination) &&
      (status === undefined || payout.status === status) &&
      filters.every((keep) => keep(payout)),
    render: (payout) => JSON.stringify(payout),
    noun: 'payout',
  });
}

/** `POST /v1/payouts/:id/cancel`: only while pending; the money goes back to the available balance. */
export function cancel(request: ApiRequest, id: string): Decision {
  const record = ownPayout(request, id);
  if (record === undefined) return answer(noSuchPayout(id));
  if (record.payout.status !== 'pending') {
    return answer(
      refuse(400, {
        message: `Payouts can only be canceled while they are pending; this one is ${record.payout.status}.`,
      }),
    );
  }
  return returnMoney(request.state, record, 'payout_cancel', request.nowMs, { status: 'canceled' });
}

/** A bank's refusal after the payout was accepted. The money goes back to the available balance. */
export function fail(state: State, record: PayoutRecord, nowMs: number, code: string, message: string): Decision {
  if (record.payout.status === 'failed' || record.payout.status === 'canceled') {
    return answer(refuse(400, { message: `This payout is ${record.payout.status}: its money was returned already.` }));
  }
  return returnMoney(state, record, 'payout_failure', nowMs, {
    status: 'failed',
    failure_code: code,
    failure_message: message,
  });
}

function returnMoney(
  state: State,
  record: PayoutRecord,
  type: Transaction['type'],
  nowMs: number,
  edit: Partial<Payout>,
): Decision {
  const { account } = record;
  const { amount, currency } = record.payout;
  const transaction = transactionOf(account, record.payout, type, amount, Math.floor(nowMs / 1000), newId('txn'));
  const payout: Payout = { ...record.payout, ...edit, failure_balance_transaction: transaction.id };
  return {
    reply: ok(payout),
    change: {
      payouts: [{ account, payout }],
      transactions: [transaction],
      balances: [[account, credit(state.balancesOf(account), currency, amount)]],
    },
    began: true,
  };
}

function checkParameters(form: Form): Reply | undefined {
  for (const name of form.keys()) {
    if (!CREATE_PARAMETERS.has(rootOf(name))) {
      return refuse(400, { code: 'parameter_unknown', param: name, message: `Received unknown parameter: ${name}` });
    }
  }
  for (const param of ['amount', 'currency']) {
    if (!form.get(param))
      return refuse(400, { code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
  }
  const currency = form.get('currency') ?? '';
  if (!isSupported(currency))
    return refuse(400, {
      param: 'currency',
      message: `Invalid currency: ${currency}. Stripe does not currently support it, or it is not written in lower case.`,
    });
  return checkAmount(form.get('amount') ?? '', currency) ?? checkTexts(form);
}

export function checkAmount(text: string, currency: string): Reply | undefined {
  const refuseAmount = (message: string): Reply =>
    refuse(400, { code: 'parameter_invalid_integer', param: 'amount', message });
  if (!/^-?\d{1,15}$/.test(text)) return refuseAmount(`Invalid integer: ${text}`);
  const amount = Number(text);
  if (amount < 1) return refuseAmount('This value must be greater than or equal to 1.');
  if (amount > MAX_AMOUNT)
    return refuse(400, {
      code: 'amount_too_large',
      param: 'amount',
      message: `Amount must be no more than ${MAX_AMOUNT}`,
    });
  const step = payoutStep(currency);
  if (amount % step !== 0) {
    return refuseAmount(
      `Invalid amount: a payout in ${currency} must be evenly divisible by ${step}. See https://stripe.com/docs/currencies#special-cases`,
    );
  }
  return undefined;
}

export function checkTexts(form: Form): Reply | undefined {
  if ((form.get('statement_descriptor') ?? '').length > 22) {
    return refuse(400, {
      param: 'statement_descriptor',
      message: 'The statement descriptor must be at most 22 characters.',
    });
  }
  const method = form.get('method') ?? 'standard';
  if (method !== 'standard' && method !== 'instant') {
    return refuse(400, { param: 'method', message: 'Invalid method: must be one of standard or instant' });
  }
  const metadata = Object.entries(hashOf(form, 'metadata'));
  // https://docs.stripe.com/api/metadata: 50 keys of 40 characters, values of 500.
  if (metadata.length > 50) return refuse(400, { param: 'metadata', message: 'Metadata can have up to 50 keys.' });
  const long = metadata.find(([key, value]) => key.length > 40 || value.length > 500);
  return long === undefined
    ? undefined
    : refuse(400, {
        param: `metadata[${long[0]}]`,
        message: 'Metadata keys have up to 40 characters, values up to 500.',
      });
}

export const INSUFFICIENT = refuse(400, {
  code: 'balance_insufficient',
  message:
    'You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).',
});

/** The named bank account, else the default one of the currency. */
function findDestination(account: Account, id: string | undefined, currency: string): ExternalAccount | Reply {
  if (id !== undefined) {
    const named = account.externalAccounts.find((external) => external.id === id);
    if (named === undefined)
      return refuse(404, {
        code: 'resource_missing',
        param: 'destination',
        message: `No such external account: '${id}'`,
      });
    if (named.currency === currency) return named;
    return refuse(400, {
      param: 'destination',
      message: `The external account ${id} can't receive ${currency}: its currency is ${named.currency}.`,
    });
  }
  const candidates = account.externalAccounts.filter((external) => external.currency === currency);
  const destination = candidates.find((external) => external.defaultForCurrency) ?? candidates[0];
  return (
    destination ??
    refuse(400, { message: `Sorry, you don't have any external accounts in that currency (${currency}).` })
  );
}

function newPayout(form: Form, destination: ExternalAccount, created: number): Payout {
  const method = form.get('method') ?? 'standard';
  return {
    id: newId('po'),
    object: 'payout',
    amount: Number(form.get('amount')),
    application_fee: null,
    application_fee_amount: null,
    arrival_date: method === 'instant' ? created + 1_800 : nextBusinessDay(created),
    automatic: false,
    balance_transaction: newId('txn'),
    created,
    currency: form.get('currency') ?? '',
    description: form.get('description') ?? null,
    destination: destination.id,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: hashOf(form, 'metadata'),
    method,
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: form.get('source_type') ?? 'card',
    statement_descriptor: form.get('statement_descriptor') ?? null,
    status: 'pending',
    trace_id: { status: 'pending', value: null },
    type: 'bank_account',
  };
}

/** Midnight UTC two days on, or the Monday after when that falls on a weekend. */
function nextBusinessDay(created: number): number {
  const day = Math.floor(created / DAY_SECONDS) + 2;
  const weekday = (day + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
  const wait = weekday === 6 ? 2 : weekday === 0 ? 1 : 0;
  return (day + wait) * DAY_SECONDS;
}

function transactionOf(
  account: string,
  payout: Payout,
  type: Transaction['type'],
  amount: number,
  created: number,
  id: string,
): Transaction {
  return { id, account, amount, currency: payout.currency, created, source: payout.id, type };
}

function ownPayout(request: ApiRequest, id: string): PayoutRecord | undefined {
  const record = request.state.payouts.get(id);
  return record?.account === request.account.id ? record : undefined;
}

export function noSuchPayout(id: string): Reply {
  return refuse(404, { code: 'resource_missing', param: 'payout', message: `No such payout: '${id}'` });
}

/** `created[gte]=…` and its like, or `created=…`. */
export function filterOf<Item>(query: Form, name: string, valueOf: (item: Item) => number): (item: Item) => boolean {
  const exact = query.get(name);
  const range = hashOf(query, name);
  if (exact === undefined && Object.keys(range).length === 0) return () => true;
  const { gt = '-Infinity', gte = '-Infinity', lt = 'Infinity', lte = 'Infinity' } = range;
  return (item) => {
    const value = valueOf(item);
    if (exact !== undefined && value !== Number(exact)) return false;
    return value > Number(gt) && value >= Number(gte) && value < Number(lt) && value <= Number(lte);
  };
}
