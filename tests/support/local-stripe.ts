import { connectedAccounts } from '../../scripts/local/stripe-accounts.ts';
import type { Fault } from '../../scripts/local/stripe/faults.ts';
import type { Weather } from '../../scripts/local/stripe/webhooks.ts';

export interface DumpedPayout {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The stand-in for Stripe of a running platform: what it holds, and faults on demand. */
export class LocalStripe {
  readonly #base: string;

  constructor(env: Record<string, string>) {
    this.#base = env['STRIPE_API_BASE'] ?? '';
  }

  async addFault(fault: Fault): Promise<void> {
    const response = await fetch(`${this.#base}/__local/faults`, { method: 'POST', body: JSON.stringify(fault) });
    if (!response.ok) throw new Error(await response.text());
  }

  async clearFaults(): Promise<void> {
    await fetch(`${this.#base}/__local/faults`, { method: 'DELETE' });
  }

  /** What happens at the bank: it arrives, or comes back. The event goes out with it. */
  async settle(payoutId: string, verb: 'pay' | 'fail', body: object = {}): Promise<void> {
    await this.#post(`payouts/${payoutId}/${verb}`, body);
  }

  /** How events travel from now on; see scripts/local/stripe/webhooks.ts. */
  async weather(weather: Weather): Promise<void> {
    await this.#post('webhooks/weather', weather);
  }

  async release(order: 'forward' | 'reverse'): Promise<void> {
    await this.#post('webhooks/release', { order });
  }

  async #post(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.#base}/__local/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  }

  /** The payouts of one execution, by the effect's id in their metadata. */
  async payoutsOf(executionId: string): Promise<DumpedPayout[]> {
    const dump = (await (await fetch(`${this.#base}/__local/dump`)).json()) as { payouts: DumpedPayout[] };
    return dump.payouts.filter((payout) => payout.metadata['countersign_execution'] === executionId);
  }
}

/** Accounts that can be paid in USD, the richest first, so that the rows of a test are not what empties them. */
export function richAccounts(count: number): string[] {
  return connectedAccounts()
    .filter((account) => account.payoutsEnabled !== false && (account.available?.['usd'] ?? 0) > 0)
    .toSorted((a, b) => (b.available?.['usd'] ?? 0) - (a.available?.['usd'] ?? 0))
    .slice(0, count)
    .map((account) => account.id);
}
