import { reachable } from './accounts.ts';
import { credit } from './balances.ts';
import { isSupported } from './currencies.ts';
import { hashOf, rootOf } from './form.ts';
import type { Form } from './form.ts';
import { newId } from './ids.ts';
import { listPage } from './lists.ts';
import { checkAmount, checkTexts, filterOf, INSUFFICIENT } from './payouts.ts';
import { ok, refuse } from './reply.ts';
import type { Reply } from './reply.ts';
import type { ApiRequest, Decision } from './request.ts';
import { answer, invalid } from './request.ts';
import type { Change, State, Transaction, Transfer } from './state.ts';

const CREATE_PARAMETERS = new Set(['amount', 'currency', 'description', 'destination', 'metadata', 'transfer_group']);

/** `POST /v1/transfers`: from the platform's own available balance to a connected account's, at once. */
export function create(request: ApiRequest): Decision {
  const { form, state } = request;
  if (!request.account.platform) return answer(refuse(400, { message: 'Only the platform makes transfers.' }));
  const wrong = checkParameters(form);
  if (wrong !== undefined) return invalid(wrong);
  const destination = form.get('destination') ?? '';
  const to = reachable(state, destination);
  if (to === undefined || to.platform) return answer(to === undefined ? noDestination(destination) : ownDestination());
  const [amount, currency] = [Number(form.get('amount')), form.get('currency') ?? ''];
  if ((state.balancesOf(request.account.id).available[currency] ?? 0) < amount) return answer(INSUFFICIENT);
  const transfer = newTransfer(form, amount, currency, Math.floor(request.nowMs / 1000));
  const types = { from: 'transfer', to: 'payment' } as const;
  const moved = move(state, transfer, request.account.id, destination, amount, types, request.nowMs);
  return { reply: ok(transferJson(transfer)), change: { transfers: [transfer], ...moved }, began: true };
}

export function retrieve({ state, account }: ApiRequest, id: string): Decision {
  const transfer = account.platform ? state.transfers.get(id) : undefined;
  return answer(transfer === undefined ? noSuchTransfer(id) : ok(transferJson(transfer)));
}

export function list(request: ApiRequest): Decision {
  const { state, account, query } = request;
  const created = filterOf<Transfer>(query, 'created', (transfer) => transfer.created);
  const [destination, group] = [query.get('destination'), query.get('transfer_group')];
  return listPage({
    url: '/v1/transfers',
    query,
    ids: account.platform ? [...state.transfers.keys()] : [],
    item: (id) => state.transfers.get(id),
    keep: (transfer) =>
      (destination === undefined || transfer.destination === destination) &&
      (group === undefined || transfer.transfer_group === group) &&
      created(transfer),
    render: (transfer) => JSON.stringify(transferJson(transfer)),
    noun: 'transfer',
  });
}

/** `POST /v1/transfers/:id/reversals`: all of it, or `amount`. */
export function createReversal(request: ApiRequest, id: string): Decision {
  const transfer = request.account.platform ? request.state.transfers.get(id) : undefined;
  if (transfer === undefined) return answer(noSuchTransfer(id));
  const text = request.form.get('amount');
  const amount = text === undefined ? transfer.amount - transfer.amount_reversed : Number(text);
  return reverse(request.state, transfer, amount, request.nowMs);
}

/** The money goes back, if the other side still has it. */
export function reverse(state: State, transfer: Transfer, amount: number, nowMs: number): Decision {
  const left = transfer.amount - transfer.amount_reversed;
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > left)
    return answer(refuse(400, { param: 'amount', message: `Of this transfer, ${left} can be reversed.` }));
  if ((state.balancesOf(transfer.destination).available[transfer.currency] ?? 0) < amount) return answer(INSUFFICIENT);
  const reversed = transfer.amount_reversed + amount;
  const after: Transfer = { ...transfer, amount_reversed: reversed, reversed: reversed === transfer.amount };
  const types = { from: 'payment_refund', to: 'transfer_refund' } as const;
  const moved = move(state, transfer, transfer.destination, state.platform().id, amount, types, nowMs);
  const reversal = {
    id: newId('trr'),
    object: 'transfer_reversal',
    amount,
    balance_transaction: moved.transactions?.[1]?.id,
    created: Math.floor(nowMs / 1000),
    currency: transfer.currency,
    metadata: {},
    transfer: transfer.id,
  };
  return { reply: ok(reversal), change: { transfers: [after], ...moved }, began: true };
}

function move(
  state: State,
  { id: source, currency }: Transfer,
  from: string,
  to: string,
  amount: number,
  types: { readonly from: Transaction['type']; readonly to: Transaction['type'] },
  nowMs: number,
): Pick<Change, 'transactions' | 'balances'> {
  const created = Math.floor(nowMs / 1000);
  const side = (account: string, signed: number, type: Transaction['type']): Transaction => ({
    id: newId('txn'),
    account,
    amount: signed,
    currency,
    created,
    source,
    type,
  });
  return {
    transactions: [side(from, -amount, types.from), side(to, amount, types.to)],
    balances: [
      [from, credit(state.balancesOf(from), currency, -amount)],
      [to, credit(state.balancesOf(to), currency, amount)],
    ],
  };
}

function checkParameters(form: Form): Reply | undefined {
  for (const name of form.keys()) {
    if (!CREATE_PARAMETERS.has(rootOf(name)))
      return refuse(400, { code: 'parameter_unknown', param: name, message: `Received unknown parameter: ${name}` });
  }
  for (const param of ['amount', 'currency', 'destination']) {
    if (!form.get(param))
      return refuse(400, { code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
  }
  const currency = form.get('currency') ?? '';
  if (!isSupported(currency)) return refuse(400, { param: 'currency', message: `Invalid currency: ${currency}.` });
  return checkAmount(form.get('amount') ?? '', currency) ?? checkTexts(form);
}

function newTransfer(form: Form, amount: number, currency: string, created: number): Transfer {
  return {
    id: newId('tr'),
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: newId('txn'),
    created,
    currency,
    description: form.get('description') ?? null,
    destination: form.get('destination') ?? '',
    livemode: false,
    metadata: hashOf(form, 'metadata'),
    reversed: false,
    source_transaction: null,
    source_type: 'card',
    transfer_group: form.get('transfer_group') ?? null,
  };
}

export function transferJson(transfer: Transfer): object {
  const url = `/v1/transfers/${transfer.id}/reversals`;
  return { ...transfer, reversals: { object: 'list', data: [], has_more: false, total_count: 0, url } };
}

export function noSuchTransfer(id: string): Reply {
  return refuse(404, { code: 'resource_missing', param: 'id', message: `No such transfer: '${id}'` });
}

function noDestination(id: string): Reply {
  return refuse(400, { code: 'resource_missing', param: 'destination', message: `No such destination: '${id}'` });
}

function ownDestination(): Reply {
  return refuse(400, { param: 'destination', message: 'You cannot transfer to your own account.' });
}
