import type { Fault, Faults } from './faults.ts';
import { patchAccount, putAccounts } from './local-accounts.ts';
import type { AccountInput, AccountPatch } from './local-accounts.ts';
import { PLATFORM } from './platform.ts';
import { fail, noSuchPayout } from './payouts.ts';
import { ok, refuse } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Change, State } from './state.ts';
import { noSuchTransfer, reverse } from './transfers.ts';
import type { Endpoint, Weather, Webhooks } from './webhooks.ts';

/** What the stand-in offers besides Stripe's API, under `/__local/`: for the launcher and for tests. JSON in and out. */
export interface LocalRequest {
  readonly state: State;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly requests: number;
}

export function serveLocal(request: LocalRequest): Reply {
  const name = `${request.method} ${request.path.slice('/__local/'.length)}`;
  switch (name) {
    case 'GET health':
      return health(request);
    case 'GET dump':
      return ok(dump(request.state));
    case 'POST reset':
      request.faults.clear();
      request.webhooks.setWeather({});
      return commit(request, { reset: true, ...platformChange(request) }, () => ({ reset: true }));
    case 'POST forget-keys':
      return commit(request, { forgetAnswers: true }, () => ({ forgotten: true }));
    case 'GET faults':
      return ok({ faults: request.faults.list() });
    case 'POST faults':
      return addFaults(request);
    case 'DELETE faults':
      request.faults.clear();
      return ok({ faults: [] });
    case 'GET webhooks':
      return ok(request.webhooks.list());
    case 'POST webhooks':
      return addWebhook(request);
    case 'DELETE webhooks':
      request.webhooks.clear();
      return ok(request.webhooks.list());
    case 'POST webhooks/weather':
      return withJson(request, (body) => {
        request.webhooks.setWeather(body as Weather);
        return ok(request.webhooks.list());
      });
    case 'POST webhooks/release':
      return withJson(request, (body) => {
        const { order = 'forward' } = body as { order?: 'forward' | 'reverse' };
        return ok({ released: request.webhooks.release(order) });
      });
    case 'POST accounts':
      return withJson(request, (body) => {
        const inputs = (Array.isArray(body) ? body : (body as { accounts?: unknown }).accounts) as
          | AccountInput[]
          | undefined;
        if (!Array.isArray(inputs)) return wrong('Send a list of accounts, or {"accounts": […]}.');
        return commitOr(request, putAccounts(request.state, inputs, request.nowMs), () => ({
          accounts: inputs.length,
        }));
      });
  }
  const [, method, kind, id, verb] = /^(\w+) (accounts|payouts|transfers)\/(\w+)(?:\/(\w+))?$/.exec(name) ?? [];
  if (method === 'POST' && kind === 'accounts' && id && verb === undefined) return editAccount(request, id);
  if (method === 'POST' && kind === 'payouts' && id && (verb === 'fail' || verb === 'pay'))
    return settlePayout(request, id, verb);
  if (method === 'POST' && kind === 'transfers' && id && verb === 'reverse') return reverseTransfer(request, id);
  return refuse(404, { message: `The local Stripe has no ${name}` });
}

function health({ state, startedAtMs, nowMs, requests }: LocalRequest): Reply {
  return ok({
    ok: true,
    service: 'countersign-local-stripe',
    pid: process.pid,
    accounts: state.accounts.size,
    payouts: state.payouts.size,
    transfers: state.transfers.size,
    requests,
    uptimeMs: nowMs - startedAtMs,
  });
}

/** Everything, with balances beside their accounts. For tests and for reconciling the ledger with Stripe. */
function dump(state: State): object {
  return {
    accounts: [...state.accounts.values()].map((account) => ({ ...account, ...state.balancesOf(account.id) })),
    payouts: [...state.payouts.values()].map(({ account, payout }) => ({ account, ...payout })),
    transfers: [...state.transfers.values()],
    transactions: [...state.transactions.values()],
    keys: state.answers.size,
  };
}

function addFaults(request: LocalRequest): Reply {
  return withJson(request, (body) => {
    const faults = (Array.isArray(body) ? body : [body]) as Fault[];
    const error = request.faults.add(faults);
    return error === undefined ? ok({ faults: request.faults.list() }) : wrong(error);
  });
}

function editAccount(request: LocalRequest, id: string): Reply {
  const account = request.state.accounts.get(id);
  if (account === undefined) return refuse(404, { message: `No account ${id}` });
  return withJson(request, (body) =>
    commitOr(request, patchAccount(request.state, account, body as AccountPatch, request.nowMs), () => ({ id })),
  );
}

/** What happens at the bank: the payout arrives (`pay`), or comes back (`fail`, with an optional code and message). */
function settlePayout(request: LocalRequest, id: string, verb: 'fail' | 'pay'): Reply {
  const record = request.state.payouts.get(id);
  if (record === undefined) return noSuchPayout(id);
  if (verb === 'pay') {
    if (record.payout.status === 'failed' || record.payout.status === 'canceled')
      return wrong(`The payout is ${record.payout.status}.`);
    const payout = { ...record.payout, status: 'paid' as const };
    return commit(request, { payouts: [{ account: record.account, payout }] }, () => payout);
  }
  return withJson(request, (body) => {
    const { code = 'account_closed', message = 'The bank account has been closed.' } = body as {
      code?: string;
      message?: string;
    };
    const decision = fail(request.state, record, request.nowMs, code, message);
    if (decision.change !== undefined) request.state.commit(decision.change);
    return decision.reply;
  });
}

function addWebhook(request: LocalRequest): Reply {
  return withJson(request, (body) => {
    const endpoint = body as Endpoint;
    if (!URL.canParse(endpoint.url ?? '')) return wrong('Send {"url", "secret"?, "events"?}.');
    return ok(request.webhooks.add(endpoint));
  });
}

/** The platform takes a transfer back: all that is left of it, or `amount`. */
function reverseTransfer(request: LocalRequest, id: string): Reply {
  const transfer = request.state.transfers.get(id);
  if (transfer === undefined) return noSuchTransfer(id);
  return withJson(request, (body) => {
    const { amount = transfer.amount - transfer.amount_reversed } = body as { amount?: number };
    const decision = reverse(request.state, transfer, amount, request.nowMs);
    if (decision.change !== undefined) request.state.commit(decision.change);
    return decision.reply;
  });
}

export function platformChange({ state, nowMs }: { state: State; nowMs: number }): Change {
  const change = putAccounts(state, [PLATFORM], nowMs);
  if (typeof change === 'string') throw new Error(change);
  return change;
}

function withJson(request: LocalRequest, use: (body: object) => Reply): Reply {
  let body: unknown;
  try {
    body = JSON.parse(request.body === '' ? '{}' : request.body);
  } catch (error) {
    return wrong(`The body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return typeof body === 'object' && body !== null ? use(body) : wrong('The body must be a JSON object or list.');
}

function commitOr(request: LocalRequest, change: Change | string, result: () => object): Reply {
  return typeof change === 'string' ? wrong(change) : commit(request, change, result);
}

function commit(request: LocalRequest, change: Change, result: () => object): Reply {
  request.state.commit(change);
  return ok(result());
}

function wrong(message: string): Reply {
  return refuse(400, { message });
}
