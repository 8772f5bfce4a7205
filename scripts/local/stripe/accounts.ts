import { listPage } from './lists.ts';
import { ok, refuse } from './reply.ts';
import type { Reply } from './reply.ts';
import type { ApiRequest, Decision } from './request.ts';
import { answer } from './request.ts';
import type { Account, ExternalAccount, State } from './state.ts';

/** Accounts are replaced, never edited: the text of an account is good for as long as the object lives. */
const texts = new WeakMap<Account, string>();

export function retrieveOwn({ account }: ApiRequest): Decision {
  return answer(ok(accountText(account)));
}

export function retrieve(request: ApiRequest, id: string): Decision {
  const account = reachable(request.state, id);
  return answer(account === undefined ? noAccess(request.keyHint, id) : ok(accountText(account)));
}

export function list(request: ApiRequest): Decision {
  return listPage({
    url: '/v1/accounts',
    query: request.query,
    ids: [...request.state.accounts.keys()],
    item: (id) => request.state.accounts.get(id),
    keep: (account) => !account.platform && account.connected,
    render: accountText,
    noun: 'account',
  });
}

export function listExternalAccounts(request: ApiRequest, id: string): Decision {
  const account = reachable(request.state, id);
  if (account === undefined) return answer(noAccess(request.keyHint, id));
  if (hidesExternalAccounts(account)) return answer(noPermission(id));
  return listPage({
    url: `/v1/accounts/${id}/external_accounts`,
    query: request.query,
    ids: account.externalAccounts.map((external) => external.id).reverse(),
    item: (externalId) => account.externalAccounts.find((external) => external.id === externalId),
    render: (external) => JSON.stringify(externalAccountJson(account, external)),
    noun: 'external account',
  });
}

/** Undefined when the account does not exist or is not connected: Stripe answers both in the same words. */
export function reachable(state: State, id: string): Account | undefined {
  const account = state.accounts.get(id);
  return account?.connected ? account : undefined;
}

export function noAccess(keyHint: string, id: string): Reply {
  return refuse(403, {
    code: 'account_invalid',
    message: `The provided key '${keyHint}' does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`,
  });
}

function noPermission(id: string): Reply {
  return refuse(403, {
    code: 'more_permissions_required_for_application',
    message: `This application does not have the required permissions for this endpoint on account '${id}'. Having the 'read_write' scope would allow this request to continue.`,
  });
}

export function hidesExternalAccounts(account: Account): boolean {
  return account.type === 'standard' && !account.platform;
}

function accountText(account: Account): string {
  let text = texts.get(account);
  if (text === undefined) {
    text = JSON.stringify(accountJson(account));
    texts.set(account, text);
  }
  return text;
}

function accountJson(account: Account): object {
  const hidden = hidesExternalAccounts(account);
  return {
    id: account.id,
    object: 'account',
    business_profile: {
      mcc: null,
      name: account.businessName,
      product_description: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: controllerJson(account),
    country: account.country,
    created: account.created,
    default_currency: account.defaultCurrency,
    details_submitted: true,
    email: account.email,
    // Left out, not emptied: "only returned for requests where controller[is_controller] is true".
    ...(hidden ? {} : { external_accounts: externalAccountsJson(account) }),
    metadata: {},
    payouts_enabled: account.payoutsEnabled,
    requirements: {
      alternatives: [],
      current_deadline: null,
      currently_due: [],
      disabled_reason: null,
      errors: [],
      eventually_due: [],
      past_due: [],
      pending_verification: [],
    },
    settings: {
      payouts: {
        debit_negative_balances: false,
        schedule: { delay_days: 2, interval: 'manual' },
        statement_descriptor: null,
      },
    },
    tos_acceptance: { date: account.created },
    type: account.type,
  };
}

function controllerJson(account: Account): object {
  if (hidesExternalAccounts(account)) return { type: 'application', is_controller: false };
  const application = account.type === 'custom';
  return {
    type: 'application',
    is_controller: true,
    fees: { payer: 'application' },
    losses: { payments: 'application' },
    requirement_collection: application ? 'application' : 'stripe',
    stripe_dashboard: { type: application ? 'none' : 'express' },
  };
}

/** An account carries the first page of its list only. */
const EMBEDDED = 10;

function externalAccountsJson(account: Account): object {
  const { length } = account.externalAccounts;
  const data = account.externalAccounts.slice(0, EMBEDDED).map((external) => externalAccountJson(account, external));
  return {
    object: 'list',
    data,
    has_more: length > EMBEDDED,
    total_count: length,
    url: `/v1/accounts/${account.id}/external_accounts`,
  };
}

function externalAccountJson(account: Account, external: ExternalAccount): object {
  return {
    id: external.id,
    object: 'bank_account',
    account: account.id,
    account_holder_name: account.businessName,
    account_holder_type: 'company',
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: external.bankName,
    country: external.country,
    currency: external.currency,
    default_for_currency: external.defaultForCurrency,
    fingerprint: null,
    future_requirements: { currently_due: [], errors: [], past_due: [], pending_verification: [] },
    last4: external.last4,
    metadata: {},
    requirements: { currently_due: [], errors: [], past_due: [], pending_verification: [] },
    routing_number: null,
    status: external.status,
  };
}
