import { assert } from '../../errors.ts';
import type { JournalDraft, JournalEntryDraft } from '../../schemas/effect.ts';
import { imbalances } from '../balanced.ts';
import { magnitude } from './fraction.ts';

/** Entries while a journal is made: amounts of nothing are left out, and at the end each currency must be balanced. */
export class Entries {
  readonly #entries: JournalEntryDraft[] = [];

  /** @param debitMinor below zero for a credit */
  debit(accountId: string, currency: string, debitMinor: bigint): void {
    if (debitMinor === 0n) return;
    const side = debitMinor < 0n ? 'credit' : 'debit';
    this.#entries.push({ accountId, side, amountMinor: magnitude(debitMinor).toString(), currency });
  }

  credit(accountId: string, currency: string, creditMinor: bigint): void {
    this.debit(accountId, currency, -creditMinor);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  toDraft(memo: string, day: string, metadata: Readonly<Record<string, string>>): JournalDraft {
    assert(imbalances(this.#entries).size === 0, 'a journal of foreign exchange is balanced in each currency');
    return { memo, effectiveDay: day, entries: this.#entries, metadata: { ...metadata } };
  }
}
