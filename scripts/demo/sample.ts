import { createStripeClient } from '../../functions/src/connectors/stripe/client.ts';
import { sampleCsv, type SampleAccount } from '../samples/sample-csv.ts';
import type { InputCsv } from './main-job.ts';

const ACCOUNTS = 60;
const ROWS = 120;

/** A payout file that no run before has used: its references carry the time, its amounts what the accounts have now. */
export async function sampleFor(env: Record<string, string>): Promise<InputCsv> {
  const stamp = new Date()
    .toISOString()
    .replaceAll(/[-:.TZ]/g, '')
    .slice(0, 14);
  const text = sampleCsv(Number(stamp), ROWS, await connectedAccounts(env));
  return { name: `payouts-${stamp}.csv`, bytes: new TextEncoder().encode(text) };
}

async function connectedAccounts(env: Record<string, string>): Promise<SampleAccount[]> {
  const base = env['STRIPE_API_BASE'];
  const stripe = createStripeClient({
    secretKey: env['STRIPE_SECRET_KEY'] ?? '',
    apiBase: base === undefined ? undefined : new URL(base),
  });
  const accounts = await stripe.accounts.list({ limit: ACCOUNTS });
  return Promise.all(
    accounts.data.map(async ({ id, payouts_enabled: payoutsEnabled }) => {
      const balance = await stripe.balance.retrieve({}, { stripeAccount: id });
      return {
        id,
        payoutsEnabled,
        available: Object.fromEntries(balance.available.map(({ currency, amount }) => [currency, amount])),
      };
    }),
  );
}
