import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalStripe } from './server.ts';
import type { LocalStripe } from './server.ts';

const ANNA = 'acct_1Anna000000000AA';
const SECRET = 'whsec_of_the_test';

interface Taken {
  readonly body: string;
  readonly signature: string;
  readonly event: Stripe.Event;
}

let local: LocalStripe;
let url: string;
let stripe: Stripe;
let receiver: Server;
let taken: Taken[];
/** Statuses that the receiver answers with, before it answers 200. */
let refusals: number[];

beforeEach(async () => {
  taken = [];
  refusals = [];
  receiver = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      const status = refusals.shift() ?? 200;
      if (status === 200)
        taken.push({ body, signature: String(req.headers['stripe-signature']), event: JSON.parse(body) });
      res.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  local = createLocalStripe();
  ({ url } = await local.listen(0));
  const { hostname, port } = new URL(url);
  stripe = new Stripe('sk_test_local', { host: hostname, port, protocol: 'http', telemetry: false });
  await control('accounts', [{ id: ANNA, available: { usd: 900 }, externalAccounts: [{ currency: 'usd' }] }]);
  await control('webhooks', {
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
    secret: SECRET,
    events: ['payout.paid', 'payout.failed', 'payout.canceled', 'transfer.reversed'],
  });
});
afterEach(async () => {
  await local.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function control(path: string, body: unknown = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/__local/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}
const payout = (amount = 100) =>
  stripe.payouts.create({ amount, currency: 'usd', metadata: { mine: 'yes' } }, { stripeAccount: ANNA });
const types = (): string[] => taken.map(({ event }) => event.type);
const until = async (count: number): Promise<void> => {
  await expect.poll(() => taken.length, { timeout: 5_000 }).toBe(count);
};

describe('webhooks', () => {
  it('tell of what becomes of a payout, signed so that the package takes them', async () => {
    const { id } = await payout();
    await control(`payouts/${id}/pay`);
    await until(1);
    const [first] = taken;
    const event = Stripe.webhooks.constructEvent(first?.body ?? '', first?.signature ?? '', SECRET);
    expect(event).toMatchObject({
      type: 'payout.paid',
      account: ANNA,
      data: { object: { id, status: 'paid', metadata: { mine: 'yes' } } },
    });
    expect(() => Stripe.webhooks.constructEvent(`${first?.body} `, first?.signature ?? '', SECRET)).toThrow(
      /signature/,
    );
    // Paid, and come back after all: Stripe does that, and the money is in the balance again.
    await control(`payouts/${id}/fail`, { code: 'no_account' });
    await until(2);
    expect(taken[1]?.event).toMatchObject({ type: 'payout.failed', data: { object: { failure_code: 'no_account' } } });
    expect(local.state.balancesOf(ANNA).available['usd']).toBe(900);
  });

  it('tell of a cancelled payout and a reversed transfer, which has no account', async () => {
    await stripe.payouts.cancel((await payout()).id, {}, { stripeAccount: ANNA });
    const transfer = await stripe.transfers.create({ amount: 40, currency: 'usd', destination: ANNA });
    await stripe.transfers.createReversal(transfer.id, { amount: 10 });
    await control(`transfers/${transfer.id}/reverse`);
    await until(3);
    expect(types().toSorted()).toEqual(['payout.canceled', 'transfer.reversed', 'transfer.reversed']);
    const reversals = taken.flatMap(({ event }) => (event.type === 'transfer.reversed' ? [event] : []));
    expect(reversals.map((event) => event.account)).toEqual([undefined, undefined]);
    expect(new Set(reversals.map((event) => event.data.object.reversed))).toEqual(new Set([false, true]));
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 40, reversed: true });
  });

  it('come again until they are taken, each time signed anew', async () => {
    refusals = [500, 404];
    await control(`payouts/${(await payout()).id}/pay`);
    await until(1);
    expect(refusals).toEqual([]);
    expect(local.webhooks.list()).toMatchObject({ delivered: 1, failed: 2, abandoned: 0 });
  });

  it('come twice, late, in reverse or never, on demand', async () => {
    await control('webhooks/weather', { duplicates: 1, delayMs: 30 });
    await control(`payouts/${(await payout()).id}/pay`);
    await until(2);
    expect(new Set(taken.map(({ event }) => event.id)).size).toBe(1);
    await control('webhooks/weather', { drop: 1 });
    const { id } = await payout();
    await control(`payouts/${id}/pay`);
    await control('webhooks/weather', { hold: true });
    const { id: other } = await payout();
    await control(`payouts/${other}/pay`);
    await control(`payouts/${other}/fail`);
    expect(await control('webhooks/release', { order: 'reverse' })).toMatchObject({ released: expect.any(Number) });
    await until(4);
    expect(types().slice(2).toSorted()).toEqual(['payout.failed', 'payout.paid']);
    expect(local.webhooks.list()).toMatchObject({ dropped: 1 });
  });
});

describe('transfers', () => {
  it('move money at once, once a key, and are refused as Stripe refuses them', async () => {
    const make = (amount: number, key: string) =>
      stripe.transfers.create(
        { amount, currency: 'usd', destination: ANNA, metadata: { n: key } },
        { idempotencyKey: key },
      );
    const first = await make(500, 'a');
    expect((await make(500, 'a')).id).toBe(first.id);
    expect(local.state.balancesOf(ANNA).available['usd']).toBe(1_400);
    await expect(make(99_000_000, 'b')).rejects.toMatchObject({ code: 'balance_insufficient' });
    await expect(
      stripe.transfers.create({ amount: 1, currency: 'usd', destination: 'acct_1Nobody0000000' }),
    ).rejects.toMatchObject({ code: 'resource_missing', param: 'destination' });
    await expect(
      stripe.transfers.create({ amount: 1, currency: 'usd', destination: ANNA }, { stripeAccount: ANNA }),
    ).rejects.toMatchObject({ statusCode: 400 });
    expect((await stripe.transfers.list({ destination: ANNA })).data.map((one) => one.id)).toEqual([first.id]);
    // What was spent meanwhile can't be taken back.
    await payout(1_300);
    await expect(stripe.transfers.createReversal(first.id)).rejects.toMatchObject({ code: 'balance_insufficient' });
  });
});
