import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AccountInput } from './local-accounts.ts';
import { PLATFORM } from './platform.ts';
import { createLocalStripe } from './server.ts';
import type { LocalStripe } from './server.ts';

/**
 * Money is neither made nor lost: whatever a client does, however often it repeats itself and whatever happens to
 * its connections, what is available and what has been paid out add up to what there was, and an idempotency key
 * pays at most once.
 */
const IDS = ['acct_1Property000000A', 'acct_1Property000000B'];
const START = 5_000;

const ACCOUNTS: AccountInput[] = IDS.map((id) => ({
  id,
  available: { usd: START, eur: START },
  externalAccounts: [{ currency: 'usd' }, { currency: 'eur' }],
}));

type Step =
  | {
      readonly do: 'pay';
      readonly account: string;
      readonly currency: string;
      readonly amount: number;
      readonly key: string;
      readonly sends: number;
    }
  | {
      readonly do: 'transfer';
      readonly account: string;
      readonly currency: string;
      readonly amount: number;
      readonly key: string;
      readonly sends: number;
    }
  | { readonly do: 'reverse'; readonly pick: number; readonly amount: number }
  | { readonly do: 'cancel' | 'fail' | 'settle'; readonly pick: number }
  | { readonly do: 'fault'; readonly action: string; readonly status: number; readonly times: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      account: fc.constantFrom(...IDS),
      currency: fc.constantFrom('usd', 'eur'),
      amount: fc.integer({ min: 1, max: 2_500 }),
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      sends: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('transfer' as const),
      account: fc.constantFrom(...IDS),
      currency: fc.constantFrom('usd', 'eur'),
      amount: fc.integer({ min: 1, max: 2_500 }),
      key: fc.constantFrom('ta', 'tb', 'tc', 'td'),
      sends: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reverse' as const),
      pick: fc.nat(20),
      amount: fc.integer({ min: 1, max: 2_500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'fail' as const, 'settle' as const),
      pick: fc.nat(20),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      action: fc.constantFrom('timeout_before', 'timeout_after', 'status', 'status_after'),
      status: fc.constantFrom(409, 429, 500, 503),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

let local: LocalStripe;
let url: string;
let stripe: Stripe;

beforeAll(async () => {
  local = createLocalStripe();
  ({ url } = await local.listen(0));
  const { hostname, port } = new URL(url);
  // Repetitions are the program's own: the package waits half a second before each of its.
  stripe = new Stripe('sk_test_local', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
});
afterAll(() => local.close());
beforeEach(() => fetch(`${url}/__local/reset`, { method: 'POST' }));

async function control(path: string, body: unknown): Promise<void> {
  await fetch(`${url}/__local/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

/** One HTTP request without the package, whose own repetition of cut connections would take half a second each. */
async function send(step: Extract<Step, { do: 'pay' | 'transfer' }>): Promise<void> {
  const body = new URLSearchParams({ amount: String(step.amount), currency: step.currency, 'metadata[key]': step.key });
  if (step.do === 'transfer') body.set('destination', step.account);
  await fetch(`${url}/v1/${step.do === 'pay' ? 'payouts' : 'transfers'}`, {
    method: 'POST',
    body,
    headers: {
      authorization: 'Bearer sk_test_local',
      'idempotency-key': step.key,
      ...(step.do === 'pay' ? { 'stripe-account': step.account } : {}),
    },
  })
    .then((response) => response.text())
    .catch(() => 'cut off');
}

async function run(step: Step): Promise<void> {
  if (step.do === 'fault')
    return control('faults', {
      match: { method: 'POST', path: '/v1/*' },
      action: step.action,
      status: step.status,
      times: step.times,
    });
  if (step.do === 'reverse') {
    const transfers = [...local.state.transfers.values()];
    const transfer = transfers[step.pick % Math.max(1, transfers.length)];
    if (transfer !== undefined) await control(`transfers/${transfer.id}/reverse`, { amount: step.amount });
    return;
  }
  if (step.do === 'pay' || step.do === 'transfer') {
    await Promise.all(Array.from({ length: step.sends }, () => send(step)));
    return;
  }
  const payouts = [...local.state.payouts.values()];
  const target = payouts[step.pick % Math.max(1, payouts.length)];
  if (target === undefined) return;
  if (step.do === 'fail') return control(`payouts/${target.payout.id}/fail`, {});
  if (step.do === 'settle') return control(`payouts/${target.payout.id}/pay`, {});
  await stripe.payouts.cancel(target.payout.id, {}, { stripeAccount: target.account }).catch(() => undefined);
}

function checkMoney(): void {
  const { payouts, transfers, transactions } = local.state;
  const kept = (currency: string, account?: string): bigint =>
    [...transfers.values()]
      .filter((one) => one.currency === currency && (account === undefined || one.destination === account))
      .reduce((sum, one) => sum + BigInt(one.amount - one.amount_reversed), 0n);
  const platform = local.state.platform();
  for (const currency of ['usd', 'eur']) {
    const available = BigInt(local.state.balancesOf(platform.id).available[currency] ?? 0);
    expect(available + kept(currency)).toBe(BigInt(PLATFORM.available?.[currency] ?? 0));
  }
  expect(new Set([...transfers.values()].map((one) => one.metadata['key'])).size).toBe(transfers.size);
  for (const account of IDS) {
    for (const currency of ['usd', 'eur']) {
      const available = BigInt(local.state.balancesOf(account).available[currency] ?? 0);
      const own = [...payouts.values()].filter(
        (record) => record.account === account && record.payout.currency === currency,
      );
      const gone = own.filter(({ payout }) => payout.status !== 'failed' && payout.status !== 'canceled');
      const out = gone.reduce((sum, { payout }) => sum + BigInt(payout.amount), 0n);
      expect(available + out).toBe(BigInt(START) + kept(currency, account));
      expect(available >= 0n).toBe(true);
      const moves = [...transactions.values()].filter((move) => move.account === account && move.currency === currency);
      expect(moves.reduce((sum, move) => sum + BigInt(move.amount), 0n)).toBe(available);
    }
    const keys = [...payouts.values()]
      .filter((record) => record.account === account)
      .map(({ payout }) => payout.metadata['key']);
    expect(new Set(keys).size).toBe(keys.length);
  }
}

it('conserves money under random programs with faults and repetitions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (program) => {
      await control('reset', {});
      await control('accounts', ACCOUNTS);
      for (const one of program) {
        await run(one);
        checkMoney();
      }
    }),
    { numRuns: 60, seed: 20260101, endOnFailure: false },
  );
}, 60_000);
