import type { FeedCell } from '../schemas/balance-month.ts';

interface Sums {
  postedDebit: bigint;
  postedCredit: bigint;
  pendingDebit: bigint;
  pendingCredit: bigint;
}

/** What a batch adds, by account, currency and effective day: the month roll-ups are made from it. */
export class DayCells {
  readonly #sums = new Map<string, Sums>();

  add(
    accountId: string,
    currency: string,
    day: string,
    state: 'pending' | 'posted',
    side: 'debit' | 'credit',
    amountMinor: bigint,
  ): void {
    const sums = this.#of(`${accountId} ${currency} ${day}`);
    if (state === 'posted') {
      if (side === 'debit') sums.postedDebit += amountMinor;
      else sums.postedCredit += amountMinor;
    } else if (side === 'debit') sums.pendingDebit += amountMinor;
    else sums.pendingCredit += amountMinor;
  }

  absorb(other: DayCells): void {
    for (const [key, from] of other.#sums) {
      const sums = this.#of(key);
      sums.postedDebit += from.postedDebit;
      sums.postedCredit += from.postedCredit;
      sums.pendingDebit += from.pendingDebit;
      sums.pendingCredit += from.pendingCredit;
    }
  }

  /** Cells in which nothing changed in the end are left out. */
  toCells(): FeedCell[] {
    const cells: FeedCell[] = [];
    for (const [key, { postedDebit, postedCredit, pendingDebit, pendingCredit }] of this.#sums) {
      if ((postedDebit || postedCredit || pendingDebit || pendingCredit) === 0n) continue;
      // Neither ids nor currencies nor days hold a space.
      const [accountId, currency, day] = key.split(' ') as [string, string, string];
      cells.push([
        accountId,
        currency,
        day,
        `${postedDebit}`,
        `${postedCredit}`,
        `${pendingDebit}`,
        `${pendingCredit}`,
      ]);
    }
    return cells;
  }

  #of(key: string): Sums {
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      sums = { postedDebit: 0n, postedCredit: 0n, pendingDebit: 0n, pendingCredit: 0n };
      this.#sums.set(key, sums);
    }
    return sums;
  }
}
