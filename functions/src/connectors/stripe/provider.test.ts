import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountInput } from '../../../../scripts/local/stripe/local-accounts.ts';
import { createLocalStripe } from '../../../../scripts/local/stripe/server.ts';
import type { LocalStripe } from '../../../../scripts/local/stripe/server.ts';
import type { Fault } from '../../../../scripts/local/stripe/faults.ts';
import { createStripeClient } from './client.ts';
import { createPayout } from './create-payout.ts';
import type { PayoutRequest, PayoutResult } from './create-payout.ts';
import { findPayout } from './find-payment.ts';
import { createStripeProvider } from './provider.ts';

/** The connector, with the real package, against the local Stripe. */
const ANNA = 'acct_1Anna000000000AA';
const BERT = 'acct_1Bert000000000BB';
const ACCOUNTS: AccountInput[] = [
  {
    id: ANNA,
    businessName: 'Anna Ltd',
    available: { usd: 10_000, isk: 55_000, mga: 70 },
    externalAccounts: [
      { id: 'ba_usd', bankName: 'First Bank', last4: '1111', currency: 'usd' },
      { id: 'ba_isk', currency: 'isk', country: 'IS' },
      { id: 'ba_mga', currency: 'mga', country: 'MG' },
    ],
  },
  { id: BERT, type: 'standard', available: { eur: 900 }, externalAccounts: [{ currency: 'eur' }] },
];

let local: LocalStripe;
let apiBase: URL;

beforeEach(async () => {
  local = createLocalStripe();
  apiBase = new URL((await local.listen(0)).url);
  await fetch(new URL('/__local/accounts', apiBase), { method: 'POST', body: JSON.stringify(ACCOUNTS) });
});
afterEach(() => local.close());

const client = (options: { maxNetworkRetries?: number; timeoutMs?: number } = {}) =>
  createStripeClient({ secretKey: 'sk_test_local', apiBase, ...options });
const provider = () => createStripeProvider({ secretKey: 'sk_test_local', apiBase });
const pay = (
  request: Partial<PayoutRequest> = {},
  options: { maxNetworkRetries?: number; timeoutMs?: number } = {},
): Promise<PayoutResult> =>
  createPayout(client(options), {
    account: ANNA,
    amountMinor: '100',
    currency: 'USD',
    description: 'August',
    metadata: { countersign_effect: 'e1' },
    idempotencyKey: 'k1',
    ...request,
  });
const usd = (): number | undefined => local.state.balancesOf(ANNA).available['usd'];
const strike = (...faults: Fault[]): void => expect(local.faults.add(faults)).toBeUndefined();
const PAYOUTS = { method: 'POST', path: '/v1/payouts' };

describe('createPayout', () => {
  it('pays once, whatever is repeated', async () => {
    const first = await pay();
    expect(first).toMatchObject({
      status: 'succeeded',
      providerId: expect.stringMatching(/^po_/),
      arrivalDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(await pay()).toEqual(first);
    expect(usd()).toBe(9_900);
  });

  it('sends the amount in the units of Stripe', async () => {
    await pay({ currency: 'ISK', amountMinor: '500', idempotencyKey: 'isk' });
    await pay({ currency: 'MGA', amountMinor: '6900', idempotencyKey: 'mga' });
    expect(local.state.balancesOf(ANNA).available).toMatchObject({ isk: 5_000, mga: 1 });
  });

  it.each([
    [{ amountMinor: '10001' }, 'balance_insufficient'],
    [{ currency: 'GBP' }, 'no_external_account'],
    [{ destinationId: 'ba_other' }, 'resource_missing'],
    [{ account: 'acct_1Nobody0000000' }, 'account_invalid'],
    [{ currency: 'MGA', amountMinor: '150' }, 'amount_not_representable'],
    [{ minimum: '101' }, 'amount_too_small'],
  ])('fails definitely for %o: %s', async (request, code) => {
    expect(await pay(request)).toMatchObject({ status: 'failed', code, retryable: false });
    expect(local.state.payouts.size).toBe(0);
  });

  it('recovers by itself from an answer lost after paying', async () => {
    strike({ match: PAYOUTS, action: 'timeout_after' });
    expect(await pay()).toMatchObject({ status: 'succeeded' });
    expect(usd()).toBe(9_900);
  });

  it('does not know when every answer is lost, and pays once when asked again', async () => {
    strike({ match: PAYOUTS, action: 'timeout_after', times: 2 });
    expect(await pay({}, { maxNetworkRetries: 0 })).toMatchObject({
      status: 'unknown',
      code: 'provider_unreachable',
      retryable: true,
    });
    expect(await pay()).toMatchObject({ status: 'succeeded' });
    expect(usd()).toBe(9_900);
  });

  it('does not know when Stripe is too slow', async () => {
    strike({ match: PAYOUTS, action: 'delay', delayMs: 400 });
    expect(await pay({}, { timeoutMs: 80, maxNetworkRetries: 0 })).toMatchObject({
      status: 'unknown',
      code: 'provider_timeout',
    });
  });

  it('does not know after a 500, paid or not, and is told so again under the same key', async () => {
    strike({ match: PAYOUTS, action: 'status_after', status: 500 });
    expect(await pay()).toMatchObject({ status: 'unknown', retryable: false });
    expect(await pay()).toMatchObject({ status: 'unknown', retryable: false });
    expect(usd()).toBe(9_900);
  });

  it('is not done when throttled, and can be sent again', async () => {
    strike({ match: PAYOUTS, action: 'status', status: 429 });
    expect(await pay()).toMatchObject({ status: 'not_done', code: 'rate_limit', retryable: true });
    expect(await pay()).toMatchObject({ status: 'succeeded' });
  });

  it('does not take a refusal for proof when an earlier attempt may have paid', async () => {
    // The first attempt pays and its answer is lost; the package repeats it, and that attempt is refused or throttled.
    for (const [key, status, code] of [
      ['k1', 403, 'account_invalid'],
      ['k2', 429, 'rate_limit'],
    ] as const) {
      strike(
        { match: { ...PAYOUTS, idempotencyKey: key }, action: 'timeout_after' },
        {
          match: { ...PAYOUTS, idempotencyKey: key, nth: 2 },
          action: 'status',
          status,
          body: { error: { type: 'invalid_request_error', code, message: 'no' } },
        },
      );
      expect(await pay({ idempotencyKey: key })).toMatchObject({ status: 'unknown', code });
    }
    expect(usd()).toBe(9_800);
  });

  it('takes a replayed refusal for proof', async () => {
    strike({ match: PAYOUTS, action: 'timeout_after' });
    expect(await pay({ amountMinor: '99999' })).toMatchObject({ status: 'failed', code: 'balance_insufficient' });
  });
});

describe('findPayout', () => {
  const createdAfter = new Date(Date.now() - 60_000);
  const find = (effectId: string, since = createdAfter) =>
    findPayout(client(), { account: ANNA, effectId, createdAfter: since });

  it('finds the payout of an effect beyond the first page, or none', async () => {
    const first = await pay({ amountMinor: '1' });
    for (let count = 0; count < 120; count += 1)
      await pay({
        amountMinor: '1',
        idempotencyKey: `other-${count}`,
        metadata: { countersign_effect: `other-${count}` },
      });
    expect(first.status).toBe('succeeded');
    expect(await find('e1')).toMatchObject({ id: (first as { providerId: string }).providerId, status: 'pending' });
    expect(await find('nobody')).toBeNull();
    expect(await find('e1', new Date(Date.now() + 60_000))).toBeNull();
  });

  it('prefers what was paid to what came back', async () => {
    const one = await pay();
    const two = await pay({ idempotencyKey: 'k2' });
    if (one.status !== 'succeeded' || two.status !== 'succeeded') expect.fail('both should have been paid');
    const fail = (id: string) => fetch(new URL(`/__local/payouts/${id}/fail`, apiBase), { method: 'POST' });
    await fail(two.providerId);
    expect(await find('e1')).toMatchObject({ id: one.providerId });
    await fail(one.providerId);
    expect(await find('e1')).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
  });
});

describe('createStripeProvider', () => {
  it('says who it is', async () => {
    expect(await provider().identity()).toEqual({
      connector: 'stripe',
      account: 'acct_1LocalPlatform00',
      mode: 'test',
    });
  });

  it('reads accounts once each, hidden and missing ones too', async () => {
    const read = await provider().readAccounts([ANNA, BERT, ANNA, 'acct_1Nobody0000000']);
    expect([...read.keys()]).toEqual([ANNA, BERT, 'acct_1Nobody0000000']);
    expect(read.get(ANNA)).toMatchObject({
      businessName: 'Anna Ltd',
      payoutsEnabled: true,
      destinations: expect.arrayContaining([
        { id: 'ba_usd', bankName: 'First Bank', last4: '1111', currency: 'USD', country: 'US', isDefault: true },
      ]),
      available: expect.arrayContaining([
        { currency: 'ISK', amountMinor: '550' },
        { currency: 'MGA', amountMinor: '7000' },
      ]),
    });
    expect(read.get(BERT)).toMatchObject({
      destinations: 'hidden',
      available: [{ currency: 'EUR', amountMinor: '900' }],
    });
    expect(read.get('acct_1Nobody0000000')).toMatchObject({ missing: true, code: 'account_invalid' });
  });

  it('reads the bank accounts that the account itself does not carry', async () => {
    const id = 'acct_1Many000000000MM';
    const externalAccounts = Array.from({ length: 25 }, (_, index) => ({ id: `ba_${index}`, currency: 'usd' }));
    await fetch(new URL('/__local/accounts', apiBase), {
      method: 'POST',
      body: JSON.stringify([{ id, externalAccounts }]),
    });
    const read = (await provider().readAccounts([id])).get(id);
    expect(read).toHaveProperty('destinations.length', 25);
  });

  it('reads through throttling, and fails as a whole when Stripe stays silent', async () => {
    strike({ match: { path: '/v1/balance' }, action: 'status', status: 429, times: 2 });
    expect(await provider().readAccounts([ANNA])).toHaveLength(1);
    strike({
      match: { path: '/v1/accounts/*' },
      action: 'status',
      status: 401,
      body: { error: { message: 'bad key' } },
    });
    await expect(provider().readAccounts([ANNA, BERT])).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('pays a planned effect to its destination and finds it again', async () => {
    const bank = { kind: 'bank', id: 'ba_usd', bankName: 'First Bank', last4: '1111', currency: 'USD' } as const;
    const data = {
      account: ANNA,
      amountMinor: '250',
      currency: 'USD',
      destination: bank,
      description: 'August',
      reference: 'INV-1',
      balanceBeforeMinor: '10000',
      reserveMinor: '0',
    };
    const ids = (name: string) => ({
      orgId: 'acme',
      executionId: 'run1',
      effectId: `effect${name}`,
      page: '1-0',
      idempotencyKey: `key${name}`,
    });
    const asked = (name: string) => ({
      kind: 'payout' as const,
      account: ANNA,
      effectId: `effect${name}`,
      idempotencyKey: `key${name}`,
      createdAfter: new Date(Date.now() - 60_000),
    });
    const paid = await provider().pay({ kind: 'payout', data, ids: ids('1') });
    expect(paid).toEqual({ status: 'succeeded', providerId: expect.stringMatching(/^po_/), settlement: 'in_transit' });
    const [record] = local.state.payouts.values();
    expect(record?.payout).toMatchObject({
      destination: 'ba_usd',
      metadata: { countersign_effect: 'effect1', countersign_execution: 'run1', countersign_reference: 'INV-1' },
    });
    expect(await provider().find(asked('1'))).toEqual(paid);
    expect(await provider().find(asked('2'))).toBeNull();
    const moved = { ...data, destination: { ...bank, id: 'ba_gone' } };
    expect(await provider().pay({ kind: 'payout', data: moved, ids: ids('3') })).toMatchObject({
      status: 'failed',
      code: 'resource_missing',
    });
  });
});

describe('what became of a payment', () => {
  const createdAfter = new Date(Date.now() - 60_000);
  const ids = { orgId: 'acme', executionId: 'run1', effectId: 'effect1', page: '1-0', idempotencyKey: 'key1' };
  const data = { account: ANNA, amountMinor: '250', currency: 'ISK', description: 'August', reference: 'INV-1' };
  const destination = { kind: 'hidden' } as const;
  const payout = { ...data, destination, balanceBeforeMinor: '550', reserveMinor: '0' };
  const local_ = (path: string, body: unknown = {}) =>
    fetch(new URL(`/__local/${path}`, apiBase), { method: 'POST', body: JSON.stringify(body) });
  const paidId = (performed: { status: string; providerId?: string }): string => {
    expect(performed.status).toBe('succeeded');
    return performed.providerId ?? '';
  };

  it('is what Stripe says now: on its way, arrived, come back', async () => {
    const providerId = paidId(await provider().pay({ kind: 'payout', data: payout, ids }));
    const now = () => provider().retrieve({ kind: 'payout', account: ANNA, providerId });
    expect(await now()).toEqual({
      providerId,
      account: ANNA,
      currency: 'ISK',
      amountMinor: '250',
      effectId: 'effect1',
      idempotencyKey: 'key1',
      state: 'in_transit',
      code: null,
      message: null,
    });
    await local_(`payouts/${providerId}/pay`);
    expect(await now()).toMatchObject({ state: 'settled', code: null });
    const asked = { kind: 'payout', account: ANNA, effectId: 'effect1', idempotencyKey: 'key1', createdAfter } as const;
    expect(await provider().find(asked)).toEqual({ status: 'succeeded', providerId, settlement: 'settled' });
    await local_(`payouts/${providerId}/fail`, { code: 'no_account', message: 'There is no such account.' });
    expect(await now()).toMatchObject({
      state: 'returned',
      code: 'no_account',
      message: 'There is no such account.',
    });
    expect(await provider().find(asked)).toMatchObject({ status: 'failed', code: 'no_account' });
    expect(await provider().retrieve({ kind: 'payout', account: BERT, providerId })).toBeNull();
    strike({ match: { path: `/v1/payouts/${providerId}` }, action: 'status', status: 401 });
    await expect(now()).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('is found by the key in its metadata, when the effect is another', async () => {
    const providerId = paidId(await provider().pay({ kind: 'payout', data: payout, ids }));
    const asked = { kind: 'payout', account: ANNA, createdAfter } as const;
    const found = await provider().find({ ...asked, effectId: 'of-another-run', idempotencyKey: 'key1' });
    expect(found).toMatchObject({ status: 'succeeded', providerId });
    expect(await provider().find({ ...asked, effectId: 'of-another-run', idempotencyKey: 'key2' })).toBeNull();
  });

  describe('transfers', () => {
    const usd = { ...data, currency: 'USD' };
    const transfer = (key = 'key1', fields: Partial<typeof usd> = {}) =>
      provider().pay({ kind: 'transfer', data: { ...usd, ...fields }, ids: { ...ids, idempotencyKey: key } });
    const asked = {
      kind: 'transfer',
      account: ANNA,
      effectId: 'effect1',
      idempotencyKey: 'key1',
      createdAfter,
    } as const;
    const TRANSFERS = { method: 'POST', path: '/v1/transfers' };

    it('leave the platform once a key, carry what leads back to them, and have no settlement', async () => {
      const before = await provider().readPlatformBalance();
      const first = await transfer();
      expect(first).toEqual({ status: 'succeeded', providerId: expect.stringMatching(/^tr_/) });
      expect(await transfer()).toEqual(first);
      expect(local.state.balancesOf(ANNA).available['usd']).toBe(10_250);
      const inUsd = (list: typeof before): bigint =>
        BigInt(list.find((one) => one.currency === 'USD')?.amountMinor ?? 0);
      expect(inUsd(before) - inUsd(await provider().readPlatformBalance())).toBe(250n);
      expect([...local.state.transfers.values()][0]?.metadata).toEqual({
        countersign_org: 'acme',
        countersign_execution: 'run1',
        countersign_effect: 'effect1',
        countersign_page: '1-0',
        countersign_key: 'key1',
        countersign_reference: 'INV-1',
      });
      expect(await provider().find(asked)).toEqual(first);
      expect(await provider().find({ ...asked, effectId: 'other', idempotencyKey: 'other' })).toBeNull();
      const retrieve = (account: string) =>
        provider().retrieve({ kind: 'transfer', account, providerId: paidId(first) });
      expect(await retrieve(ANNA)).toMatchObject({ state: 'settled', amountMinor: '250', effectId: 'effect1' });
      expect(await retrieve(BERT)).toBeNull();
      // A part taken back is not all of it.
      await local_(`transfers/${paidId(first)}/reverse`, { amount: 100 });
      expect(await retrieve(ANNA)).toMatchObject({ state: 'settled' });
      await local_(`transfers/${paidId(first)}/reverse`);
      expect(await retrieve(ANNA)).toMatchObject({ state: 'returned', code: 'transfer_reversed' });
      expect(await provider().find(asked)).toMatchObject({ status: 'failed', code: 'transfer_reversed' });
    });

    it.each([
      [{ amountMinor: '99000000' }, 'balance_insufficient'],
      [{ account: 'acct_1Nobody0000000' }, 'resource_missing'],
      [{ currency: 'MGA', amountMinor: '150' }, 'amount_not_representable'],
    ])('fail definitely for %o: %s', async (fields, code) => {
      expect(await transfer('key1', fields)).toMatchObject({ status: 'failed', code, retryable: false });
      expect(local.state.transfers.size).toBe(0);
    });

    it('are unknown when nobody can tell, and not done when throttled', async () => {
      strike({ match: TRANSFERS, action: 'status_after', status: 500 });
      expect(await transfer()).toMatchObject({ status: 'unknown', retryable: false });
      strike({ match: TRANSFERS, action: 'status', status: 429 });
      expect(await transfer('key2')).toMatchObject({ status: 'not_done', retryable: true });
      strike({ match: TRANSFERS, action: 'status', status: 409, times: 9 });
      expect(await transfer('key3')).toMatchObject({ status: 'unknown' });
      expect(local.state.transfers.size).toBe(1);
      local.faults.clear();
      // The first attempt was carried out and its answer lost; a refusal of the second proves nothing.
      strike(
        { match: { ...TRANSFERS, idempotencyKey: 'key4' }, action: 'timeout_after' },
        { match: { ...TRANSFERS, idempotencyKey: 'key4', nth: 2 }, action: 'status', status: 403 },
      );
      expect(await transfer('key4')).toMatchObject({ status: 'unknown' });
    });
  });
});

it('a server without a page for its own account is named by a hash of the key; other refusals stay refusals', async () => {
  const refuseOnce = (status: number) =>
    fetch(new URL('/__local/faults', apiBase), {
      method: 'POST',
      body: JSON.stringify([{ match: { method: 'GET', path: '/v1/account' }, action: 'status', status, times: 1 }]),
    });
  await refuseOnce(404);
  const named = await provider().identity();
  expect(named.account).toMatch(/^key-[0-9a-f]{16}$/);
  expect(JSON.stringify(named)).not.toContain('sk_test_local');
  await refuseOnce(403);
  await expect(provider().identity()).rejects.toMatchObject({ code: 'provider_error' });
  expect((await provider().identity()).account).toMatch(/^acct_/);
});
