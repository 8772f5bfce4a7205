import * as accounts from './accounts.ts';
import * as balances from './balances.ts';
import * as payouts from './payouts.ts';
import { refuse } from './reply.ts';
import type { ApiRequest, Decision, Route } from './request.ts';
import { invalid } from './request.ts';
import * as transfers from './transfers.ts';

/** The part of Stripe's API that is here. Everything else is refused in Stripe's own words. */
const ROUTES: readonly { readonly method: string; readonly path: RegExp; readonly route: Route }[] = [
  { method: 'POST', path: /^\/v1\/payouts$/, route: payouts.create },
  { method: 'GET', path: /^\/v1\/payouts$/, route: payouts.list },
  { method: 'GET', path: /^\/v1\/payouts\/([^/]+)$/, route: payouts.retrieve },
  { method: 'POST', path: /^\/v1\/payouts\/([^/]+)\/cancel$/, route: payouts.cancel },
  { method: 'POST', path: /^\/v1\/transfers$/, route: transfers.create },
  { method: 'GET', path: /^\/v1\/transfers$/, route: transfers.list },
  { method: 'GET', path: /^\/v1\/transfers\/([^/]+)$/, route: transfers.retrieve },
  { method: 'POST', path: /^\/v1\/transfers\/([^/]+)\/reversals$/, route: transfers.createReversal },
  { method: 'GET', path: /^\/v1\/balance$/, route: balances.retrieve },
  { method: 'GET', path: /^\/v1\/balance_transactions$/, route: balances.listTransactions },
  { method: 'GET', path: /^\/v1\/account$/, route: accounts.retrieveOwn },
  { method: 'GET', path: /^\/v1\/accounts$/, route: accounts.list },
  { method: 'GET', path: /^\/v1\/accounts\/([^/]+)$/, route: accounts.retrieve },
  {
    method: 'GET',
    path: /^\/v1\/accounts\/([^/]+)\/(?:external_accounts|bank_accounts)$/,
    route: accounts.listExternalAccounts,
  },
];

export function decide(request: ApiRequest): Decision {
  for (const parameters of [request.form, request.query]) {
    for (const name of parameters.keys()) {
      if (name.startsWith('expand'))
        return invalid(refuse(400, { param: 'expand', message: 'The local Stripe expands no objects.' }));
    }
  }
  for (const { method, path, route } of ROUTES) {
    if (method !== request.method) continue;
    const match = path.exec(request.path);
    if (match !== null) return route(request, ...match.slice(1));
  }
  return invalid(
    refuse(404, {
      message: `Unrecognized request URL (${request.method}: ${request.path}). Please see https://stripe.com/docs. (The local Stripe has accounts, balance, payouts and transfers only.)`,
    }),
  );
}
