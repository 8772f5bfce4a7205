import { demoAccounts } from './stripe/demo-accounts.ts';
import type { AccountInput } from './stripe/local-accounts.ts';

const SEED = 20_260_101;
const COUNT = 500;
const TIMEOUT_MS = 10_000;

/** The demo's connected accounts, as they are before the first payout. */
export const connectedAccounts = (): AccountInput[] => demoAccounts(SEED, COUNT);

/** The connected accounts of the demo, made in the local Stripe. Another Stripe-compatible server keeps its own: none then. */
export async function readLocalAccounts(apiBase: string | undefined): Promise<string[]> {
  if (apiBase === undefined) return [];
  const health = await fetch(new URL('/__local/health', apiBase), { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    () => null,
  );
  if (health?.ok !== true) return [];
  const accounts = connectedAccounts();
  const response = await fetch(new URL('/__local/accounts', apiBase), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(accounts),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The local Stripe refused the demo accounts: ${await response.text()}`);
  return accounts.map((account) => account.id);
}
