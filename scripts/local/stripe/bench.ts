import { Agent, request } from 'node:http';

/**
 * Requests a second that a running local Stripe answers, for balances and for payouts under keys of their own.
 * `node scripts/local/stripe/bench.ts --url http://127.0.0.1:N [--requests 20000] [--connections 32]`
 */
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    requests: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '32' },
  },
});
if (values.url === undefined) throw new Error('Usage: node scripts/local/stripe/bench.ts --url http://127.0.0.1:N');
const base = new URL(values.url);
const total = Number(values.requests);
const connections = Number(values.connections);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const account = 'acct_1Bench0000000000';
const run = `${process.pid}-${Date.now()}`;

function call(method: string, path: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        host: base.hostname,
        port: base.port,
        agent,
        method,
        path,
        headers: { authorization: 'Bearer sk_test_bench', ...headers },
      },
      (res) => {
        res.resume();
        res.on('end', () => resolve(res.statusCode ?? 0));
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

async function measure(name: string, one: (index: number) => Promise<number>): Promise<void> {
  let next = 0;
  const start = performance.now();
  const worker = async (): Promise<void> => {
    while (next < total) {
      const index = next;
      next += 1;
      const status = await one(index);
      if (status !== 200) throw new Error(`${name}: status ${status}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name}: ${Math.round(total / seconds)} requests/s (${total} in ${seconds.toFixed(2)} s)`);
}

const bankAccount = { id: 'ba_bench', currency: 'usd' };
await call(
  'POST',
  '/__local/accounts',
  {},
  JSON.stringify([{ id: account, available: { usd: 1e12 }, externalAccounts: [bankAccount] }]),
);
const scoped = { 'stripe-account': account };
await measure('balance', () => call('GET', '/v1/balance', scoped, ''));
await measure('account', () => call('GET', `/v1/accounts/${account}`, {}, ''));
const payout = 'amount=100&currency=usd&destination=ba_bench&description=Bench&metadata[countersign_effect]=';
await measure('payout', (index) =>
  call('POST', '/v1/payouts', { ...scoped, 'idempotency-key': `${run}-${index}` }, payout + index),
);
agent.destroy();
