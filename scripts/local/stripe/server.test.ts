import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountInput } from './local-accounts.ts';
import { createLocalStripe } from './server.ts';
import type { LocalStripe } from './server.ts';

const ANNA = 'acct_1Anna000000000AA';
const BERT = 'acct_1Bert000000000BB';
const CARL = 'acct_1Carl000000000CC';

const ACCOUNTS: AccountInput[] = [
  {
    id: ANNA,
    businessName: 'Anna Ltd',
    type: 'custom',
    available: { usd: 10_000, huf: 104_500, kwd: 50_000, eur: 500 },
    pending: { usd: 70 },
    minimumPayout: { eur: 100 },
    externalAccounts: [
      { id: 'ba_anna_usd', bankName: 'First Bank', last4: '1111', currency: 'usd' },
      { id: 'ba_anna_usd2', bankName: 'Second Bank', last4: '2222', currency: 'usd', defaultForCurrency: false },
      { id: 'ba_anna_huf', last4: '3333', currency: 'huf', country: 'HU' },
      { id: 'ba_anna_kwd', last4: '4444', currency: 'kwd', country: 'KW' },
    ],
  },
  {
    id: BERT,
    businessName: 'Bert GmbH',
    type: 'standard',
    available: { eur: 900 },
    externalAccounts: [{ id: 'ba_bert', currency: 'eur' }],
  },
  {
    id: CARL,
    businessName: 'Carl Inc',
    payoutsEnabled: false,
    available: { usd: 900 },
    externalAccounts: [{ currency: 'usd' }],
  },
];

let local: LocalStripe;
let url: string;
let stripe: Stripe;

function clientFor(baseUrl: string, secretKey = 'sk_test_local', timeout = 2_000): Stripe {
  const { hostname, port } = new URL(baseUrl);
  return new Stripe(secretKey, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    timeout,
    telemetry: false,
  });
}

async function control(method: string, path: string, body?: unknown): Promise<any> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return (await fetch(`${url}/__local/${path}`, init)).json();
}

/** The error that a call ends with; fails when it does not fail. */
async function failureOf(call: Promise<unknown>): Promise<any> {
  return call.then(
    () => expect.fail('the call should have failed'),
    (error: unknown) => error,
  );
}

beforeEach(async () => {
  local = createLocalStripe();
  ({ url } = await local.listen(0));
  stripe = clientFor(url);
  expect(await control('POST', 'accounts', { accounts: ACCOUNTS })).toEqual({ accounts: 3 });
});

afterEach(() => local.close());

describe('accounts and balances', () => {
  it('shows a connected account with its bank accounts', async () => {
    const account = await stripe.accounts.retrieve(ANNA);
    expect(account).toMatchObject({
      id: ANNA,
      object: 'account',
      business_profile: { name: 'Anna Ltd' },
      payouts_enabled: true,
    });
    expect(account.external_accounts?.data[0]).toMatchObject({
      id: 'ba_anna_usd',
      bank_name: 'First Bank',
      last4: '1111',
      currency: 'usd',
      default_for_currency: true,
    });
  });

  it('hides the bank accounts of a standard account', async () => {
    expect('external_accounts' in (await stripe.accounts.retrieve(BERT))).toBe(false);
    expect(await failureOf(stripe.accounts.listExternalAccounts(BERT))).toMatchObject({
      statusCode: 403,
      type: 'StripePermissionError',
    });
    expect((await stripe.accounts.listExternalAccounts(ANNA)).data).toHaveLength(4);
  });

  it('pages through the connected accounts, newest first, without the platform', async () => {
    const ids: string[] = [];
    for await (const account of stripe.accounts.list({ limit: 2 })) ids.push(account.id);
    expect(ids).toEqual([CARL, BERT, ANNA]);
    const page = await stripe.accounts.list({ limit: 1, ending_before: ANNA });
    expect(page.data.map(({ id }) => id)).toEqual([BERT]);
    expect((await stripe.accounts.retrieveCurrent()).id).toBe('acct_1LocalPlatform00');
  });

  it('answers the balance of the account that the header names', async () => {
    const balance = await stripe.balance.retrieve({}, { stripeAccount: ANNA });
    expect(balance.available).toContainEqual({ amount: 10_000, currency: 'usd', source_types: { card: 10_000 } });
    expect(balance.pending).toEqual([{ amount: 70, currency: 'usd', source_types: { card: 70 } }]);
  });

  it('refuses unknown and disconnected accounts, live keys and missing keys', async () => {
    const unknown = { stripeAccount: 'acct_1Nobody0000000' };
    expect(await failureOf(stripe.balance.retrieve({}, unknown))).toMatchObject({
      statusCode: 403,
      code: 'account_invalid',
    });
    await control('POST', `accounts/${ANNA}`, { connected: false });
    expect(await failureOf(stripe.accounts.retrieve(ANNA))).toMatchObject({ statusCode: 403, code: 'account_invalid' });
    expect(await failureOf(clientFor(url, 'sk_live_x').balance.retrieve())).toMatchObject({
      statusCode: 401,
      type: 'StripeAuthenticationError',
    });
    expect((await fetch(`${url}/v1/balance`)).status).toBe(401);
  });
});

describe('payouts', () => {
  const pay = (params: Partial<Stripe.PayoutCreateParams>, key?: string, account = ANNA) =>
    stripe.payouts.create(
      { amount: 100, currency: 'usd', ...params },
      { stripeAccount: account, ...(key === undefined ? {} : { idempotencyKey: key }) },
    );
  const usd = async (account = ANNA): Promise<number | undefined> =>
    (await stripe.balance.retrieve({}, { stripeAccount: account })).available.find(({ currency }) => currency === 'usd')
      ?.amount;

  it('pays to the default bank account of the currency, or to the one named', async () => {
    const payout = await pay({
      description: 'August',
      metadata: { countersign_effect: 'e1' },
      statement_descriptor: 'AUG',
    });
    expect(payout).toMatchObject({
      object: 'payout',
      amount: 100,
      currency: 'usd',
      status: 'pending',
      destination: 'ba_anna_usd',
      metadata: { countersign_effect: 'e1' },
      description: 'August',
    });
    expect((await pay({ destination: 'ba_anna_usd2' })).destination).toBe('ba_anna_usd2');
    expect(await usd()).toBe(9_800);
    expect(await stripe.payouts.retrieve(payout.id, {}, { stripeAccount: ANNA })).toMatchObject({
      id: payout.id,
      amount: 100,
    });
    const transactions = await stripe.balanceTransactions.list({ payout: payout.id }, { stripeAccount: ANNA });
    expect(transactions.data).toMatchObject([
      { id: payout.balance_transaction, amount: -100, net: -100, type: 'payout', source: payout.id },
    ]);
  });

  it.each([
    ['more than the balance', { amount: 10_001 }, 400, 'balance_insufficient'],
    ['less than one unit', { amount: 0 }, 400, 'parameter_invalid_integer'],
    ['less than the minimum', { amount: 99, currency: 'eur' }, 400, 'amount_too_small'],
    ['a fraction', { amount: 1.5 }, 400, 'parameter_invalid_integer'],
    ['part of a forint', { amount: 1_045, currency: 'huf' }, 400, 'parameter_invalid_integer'],
    ['a third decimal', { amount: 1_001, currency: 'kwd' }, 400, 'parameter_invalid_integer'],
    ['a currency unknown to Stripe', { currency: 'xxx' }, 400, undefined],
    ['a currency without a bank account', { currency: 'gbp' }, 400, undefined],
    ['an unknown destination', { destination: 'ba_nobody' }, 404, 'resource_missing'],
    ['a destination in another currency', { destination: 'ba_anna_huf' }, 400, undefined],
  ] as const)('refuses %s, and takes nothing', async (_, params, statusCode, code) => {
    expect(await failureOf(pay(params))).toMatchObject({ statusCode, code, rawType: 'invalid_request_error' });
    expect(await usd()).toBe(10_000);
    expect((await stripe.payouts.list({}, { stripeAccount: ANNA })).data).toEqual([]);
  });

  it('refuses accounts without payouts, and parameters left out or unknown', async () => {
    expect(await failureOf(pay({}, undefined, CARL))).toMatchObject({ statusCode: 400, code: 'payouts_not_allowed' });
    expect(await failureOf(stripe.payouts.create({ amount: 1 } as never, { stripeAccount: ANNA }))).toMatchObject({
      code: 'parameter_missing',
      param: 'currency',
    });
    expect(await failureOf(pay({ purpose: 'x' } as never))).toMatchObject({
      code: 'parameter_unknown',
      param: 'purpose',
    });
  });

  it('lists newest first by page, creation, destination and status', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1)
      ids.unshift((await pay({ destination: count === 2 ? 'ba_anna_usd2' : 'ba_anna_usd' })).id);
    const seen: string[] = [];
    for await (const payout of stripe.payouts.list({ limit: 2 }, { stripeAccount: ANNA })) seen.push(payout.id);
    expect(seen).toEqual(ids);
    const other = await stripe.payouts.list(
      { destination: 'ba_anna_usd2', status: 'pending' },
      { stripeAccount: ANNA },
    );
    expect(other.data.map(({ id }) => id)).toEqual([ids[2]]);
    const later = Math.floor(Date.now() / 1000) + 60;
    expect((await stripe.payouts.list({ created: { gte: later } }, { stripeAccount: ANNA })).data).toEqual([]);
    expect((await stripe.payouts.list({ created: { lt: later } }, { stripeAccount: ANNA })).data).toHaveLength(5);
    expect(await failureOf(stripe.payouts.retrieve(ids[0]!, {}, { stripeAccount: BERT }))).toMatchObject({
      statusCode: 404,
    });
  });

  it('returns the money of a canceled or a failed payout, once', async () => {
    const [first, second] = [await pay({ amount: 1_000 }), await pay({ amount: 2_000 })];
    expect(await stripe.payouts.cancel(first.id, {}, { stripeAccount: ANNA })).toMatchObject({ status: 'canceled' });
    expect(await failureOf(stripe.payouts.cancel(first.id, {}, { stripeAccount: ANNA }))).toMatchObject({
      statusCode: 400,
    });
    expect(await usd()).toBe(8_000);
    expect(await control('POST', `payouts/${second.id}/pay`, {})).toMatchObject({ status: 'paid' });
    expect(await control('POST', `payouts/${second.id}/fail`, { code: 'no_account' })).toMatchObject({
      status: 'failed',
      failure_code: 'no_account',
    });
    expect(await control('POST', `payouts/${second.id}/fail`, {})).toHaveProperty('error');
    expect(await usd()).toBe(10_000);
  });

  it('replays the first answer to the same key, success and refusal alike', async () => {
    const first = await pay({ amount: 10 }, 'k1');
    const again = await pay({ amount: 10 }, 'k1');
    expect(again.id).toBe(first.id);
    expect((again.lastResponse as any).headers['idempotent-replayed']).toBe('true');
    expect((first.lastResponse as any).headers['idempotent-replayed']).toBeUndefined();
    expect(await usd()).toBe(9_990);
    await failureOf(pay({ amount: 50_000 }, 'k2'));
    await control('POST', `accounts/${ANNA}`, { available: { usd: 90_000 } });
    expect(await failureOf(pay({ amount: 50_000 }, 'k2'))).toMatchObject({ code: 'balance_insufficient' });
  });

  it('refuses a key used with other parameters, and forgets refusals from before execution', async () => {
    await pay({ amount: 10 }, 'k1');
    expect(await failureOf(pay({ amount: 11 }, 'k1'))).toMatchObject({
      statusCode: 400,
      type: 'StripeIdempotencyError',
      rawType: 'idempotency_error',
    });
    await failureOf(pay({ amount: 0 }, 'k2'));
    expect(await pay({ amount: 10 }, 'k2')).toMatchObject({ amount: 10 });
    expect(await pay({ amount: 10, currency: 'eur' }, 'k1', BERT).catch((error) => error.code)).not.toBe(
      'idempotency_error',
    );
  });

  it('forgets a key after a day', async () => {
    let nowMs = Date.now();
    const aged = createLocalStripe({ now: () => nowMs });
    try {
      const base = (await aged.listen(0)).url;
      await fetch(`${base}/__local/accounts`, { method: 'POST', body: JSON.stringify(ACCOUNTS) });
      const create = () =>
        clientFor(base).payouts.create({ amount: 5, currency: 'usd' }, { stripeAccount: ANNA, idempotencyKey: 'k' });
      const first = await create();
      nowMs += 23 * 3_600_000;
      expect((await create()).id).toBe(first.id);
      nowMs += 2 * 3_600_000;
      expect((await create()).id).not.toBe(first.id);
    } finally {
      await aged.close();
    }
  });

  describe('with faults', () => {
    it('pays once when the answer is lost and the same key is sent again', async () => {
      await control('POST', 'faults', [
        { match: { method: 'POST', path: '/v1/payouts' }, action: 'timeout_after', times: 2 },
      ]);
      // The package itself repeats a cut connection once, with the same key: both attempts are cut here.
      expect(await failureOf(pay({ amount: 10 }, 'k1'))).toMatchObject({ type: 'StripeConnectionError' });
      expect(await usd()).toBe(9_990);
      expect(await pay({ amount: 10 }, 'k1')).toMatchObject({ amount: 10, status: 'pending' });
      expect(await usd()).toBe(9_990);
      expect((await control('GET', 'dump')).payouts).toHaveLength(1);
    });

    it('pays once when the client gives up waiting', async () => {
      await control('POST', 'faults', { match: { idempotencyKey: 'slow' }, action: 'timeout_after', delayMs: 500 });
      const hasty = clientFor(url, 'sk_test_local', 100);
      const create = () =>
        hasty.payouts.create({ amount: 10, currency: 'usd' }, { stripeAccount: ANNA, idempotencyKey: 'slow' });
      expect(await failureOf(create())).toMatchObject({ type: 'StripeConnectionError' });
      expect(await create()).toMatchObject({ amount: 10 });
      expect(await usd()).toBe(9_990);
    });

    it('pays nothing when cut before', async () => {
      await control('POST', 'faults', { match: { account: ANNA, method: 'POST' }, action: 'timeout_before', times: 2 });
      await failureOf(pay({ amount: 10 }, 'k1'));
      expect(await usd()).toBe(10_000);
      await pay({ amount: 10 }, 'k1');
      expect(await usd()).toBe(9_990);
    });

    it('replays a 500 under its key, whether it had paid or not', async () => {
      await control('POST', 'faults', [
        { match: { idempotencyKey: 'k1' }, action: 'status', status: 500 },
        { match: { idempotencyKey: 'k2' }, action: 'status_after', status: 500 },
      ]);
      for (const [key, left] of [
        ['k1', 10_000],
        ['k2', 9_990],
      ] as const) {
        for (let attempt = 0; attempt < 3; attempt += 1) {
          expect(await failureOf(pay({ amount: 10 }, key))).toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
          expect(await usd()).toBe(left);
        }
      }
    });

    it('does not keep a 429 or a 409', async () => {
      await control('POST', 'faults', [
        { match: { idempotencyKey: 'k1' }, action: 'status', status: 429 },
        { match: { idempotencyKey: 'k1', nth: 2 }, action: 'status', status: 409 },
      ]);
      expect(await failureOf(pay({ amount: 10 }, 'k1'))).toMatchObject({ type: 'StripeRateLimitError' });
      expect(await failureOf(pay({ amount: 10 }, 'k1'))).toMatchObject({ statusCode: 409 });
      expect(await pay({ amount: 10 }, 'k1')).toMatchObject({ amount: 10 });
    });

    it('answers 409 while a request with the same key is in progress', async () => {
      await control('POST', 'faults', { match: { idempotencyKey: 'k1' }, action: 'delay', delayMs: 200 });
      const first = pay({ amount: 10 }, 'k1');
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await failureOf(pay({ amount: 10 }, 'k1'))).toMatchObject({
        statusCode: 409,
        code: 'idempotency_key_in_use',
      });
      expect((await pay({ amount: 10 }, 'k1').catch(() => first)).id).toBe((await first).id);
      expect(await usd()).toBe(9_990);
    });

    it('lists, clears and refuses malformed faults', async () => {
      await control('POST', 'faults', { match: {}, action: 'status', status: 503, times: 9 });
      expect((await control('GET', 'faults')).faults).toMatchObject([{ action: 'status', status: 503, struck: 0 }]);
      await control('DELETE', 'faults');
      expect(await usd()).toBe(10_000);
      expect(await control('POST', 'faults', { match: {}, action: 'explode' })).toHaveProperty('error');
      expect(await control('POST', 'faults', { match: {}, action: 'status', status: 200 })).toHaveProperty('error');
    });
  });
});

describe('state', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'local-stripe-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The command itself, in a process of its own that can be killed. */
  async function started(
    file: string,
  ): Promise<{ stripe: Stripe; base: string; end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void> }> {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('server.ts', import.meta.url)), '--port', '0', '--state', file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const base = /http:\S+\d/.exec(line.toString())?.[0] ?? expect.fail(line.toString());
    const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
      child.kill(signal);
      await once(child, 'exit');
    };
    return { base, stripe: clientFor(base), end };
  }

  it.each(['SIGTERM', 'SIGKILL'] as const)('survives %s: balances, payouts and keys', async (signal) => {
    const file = join(folder, 'state.jsonl');
    const before = await started(file);
    await fetch(`${before.base}/__local/accounts`, { method: 'POST', body: JSON.stringify(ACCOUNTS) });
    const create = (client: Stripe) =>
      client.payouts.create({ amount: 7, currency: 'usd' }, { stripeAccount: ANNA, idempotencyKey: 'k' });
    const payout = await create(before.stripe);
    await before.end(signal);
    const after = await started(file);
    try {
      expect((await create(after.stripe)).id).toBe(payout.id);
      const balance = await after.stripe.balance.retrieve({}, { stripeAccount: ANNA });
      expect(balance.available.find(({ currency }) => currency === 'usd')?.amount).toBe(9_993);
    } finally {
      await after.end('SIGKILL');
    }
  });

  it('drops a line cut off by a crash, and refuses damage before it', async () => {
    const file = join(folder, 'state.jsonl');
    const first = createLocalStripe({ stateFile: file });
    await first.close();
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}{"accounts":[{"id":"acct_`);
    const second = createLocalStripe({ stateFile: file });
    expect(second.state.accounts.size).toBe(1);
    await second.close();
    writeFileSync(file, `{"accounts":[{"id":"acct_\n${good}`);
    expect(() => createLocalStripe({ stateFile: file })).toThrow(/:1 is damaged/);
  });

  it('resets to the platform alone', async () => {
    await control('POST', 'reset', {});
    expect(await control('GET', 'health')).toMatchObject({ ok: true, accounts: 1, payouts: 0 });
  });
});
