import type { AccountSnapshot, MissingAccount } from '../effects/payment-provider.ts';
import type { Deps } from './deps.ts';

export interface Reading {
  readonly snapshot: AccountSnapshot | MissingAccount | undefined;
  /** Counts the calls to the provider: a later reading has a larger number. */
  readonly reading: number;
}

const FRESH_MS = 30_000;

/** Accounts at the provider, each read at most once in half a minute unless asked for afresh. */
export class AccountReader {
  readonly #deps: Pick<Deps, 'provider' | 'now'>;
  readonly #seen = new Map<string, { readonly at: number; readonly answer: Promise<Reading> }>();
  #readings = 0;

  constructor(deps: Pick<Deps, 'provider' | 'now'>) {
    this.#deps = deps;
  }

  /** Calls begun so far. */
  get readings(): number {
    return this.#readings;
  }

  /** Read those that are not fresh, in one call; then `read` answers for them. */
  async prepare(accounts: readonly string[]): Promise<void> {
    const now = this.#deps.now().getTime();
    const stale = [...new Set(accounts)].filter((account) => (this.#seen.get(account)?.at ?? 0) < now - FRESH_MS);
    if (stale.length > 0) await this.#readBatch(stale);
  }

  async read(account: string, fresh = false): Promise<Reading> {
    if (fresh) await this.#readBatch([account]);
    else await this.prepare([account]);
    return (await this.#seen.get(account)?.answer) ?? { snapshot: undefined, reading: 0 };
  }

  async #readBatch(accounts: readonly string[]): Promise<void> {
    this.#readings += 1;
    const reading = this.#readings;
    const batch = this.#deps.provider.readAccounts(accounts);
    const at = this.#deps.now().getTime();
    for (const account of accounts) {
      const entry = { at, answer: batch.then((found) => ({ snapshot: found.get(account), reading })) };
      this.#seen.set(account, entry);
      // Whoever waits for it hears of the failure; the next one asks again.
      entry.answer.catch(() => {
        if (this.#seen.get(account) === entry) this.#seen.delete(account);
      });
    }
    await batch;
  }
}
