import type { JournalDraft } from '../../schemas/effect.ts';
import type { FxBalance } from '../../schemas/fx.ts';
import { imbalances } from '../balanced.ts';
import { positionsOf, type Position } from './position.ts';

/** Books for tests: balances and nothing else; positions are found in them again each time. */
export class Books {
  readonly #debits = new Map<string, bigint>();
  readonly #base: string;

  constructor(baseCurrency: string) {
    this.#base = baseCurrency;
  }

  post(...drafts: readonly (JournalDraft | null)[]): void {
    for (const draft of drafts) {
      if (draft === null) continue;
      if (imbalances(draft.entries).size > 0 || draft.entries.length < 2)
        throw new Error(`"${draft.memo}" is not balanced in each currency`);
      for (const { accountId, currency, side, amountMinor } of draft.entries) {
        const amount = BigInt(amountMinor);
        if (amount <= 0n) throw new Error(`"${draft.memo}" has an entry of ${amountMinor}`);
        const key = `${accountId} ${currency}`;
        this.#debits.set(key, (this.#debits.get(key) ?? 0n) + (side === 'debit' ? amount : -amount));
      }
    }
  }

  debit(accountId: string, currency = this.#base): bigint {
    return this.#debits.get(`${accountId} ${currency}`) ?? 0n;
  }

  balances(): FxBalance[] {
    return [...this.#debits].map(([key, debit]) => {
      const [accountId = '', currency = ''] = key.split(' ');
      return {
        accountId,
        currency,
        postedDebitMinor: (debit > 0n ? debit : 0n).toString(),
        postedCreditMinor: (debit < 0n ? -debit : 0n).toString(),
      };
    });
  }

  positions(): Map<string, Position> {
    return positionsOf(this.balances(), this.#base);
  }
}
