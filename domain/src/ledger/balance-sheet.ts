import type { Account, Balance } from '../schemas/ledger.ts';

/** A balance's document id. */
export const balanceKey = (accountId: string, currency: string): string => `${accountId}_${currency}`;

interface Sums {
  readonly account: Account;
  readonly currency: string;
  postedDebit: bigint;
  postedCredit: bigint;
  pendingDebit: bigint;
  pendingCredit: bigint;
  asOfSize: number;
  updatedAt: string;
}

/** Balances while they are added to, as integers; as documents again at the end. */
export class BalanceSheet {
  readonly #before: ReadonlyMap<string, Balance>;
  readonly #sums = new Map<string, Sums>();

  constructor(before: ReadonlyMap<string, Balance>) {
    this.#before = before;
  }

  /** @param size of the stream just after the step that this belongs to */
  add(
    account: Account,
    currency: string,
    state: 'pending' | 'posted',
    side: 'debit' | 'credit',
    amountMinor: bigint,
    size: number,
    at: string,
  ): void {
    const sums = this.#sumsOf(account, currency);
    if (state === 'posted') {
      if (side === 'debit') sums.postedDebit += amountMinor;
      else sums.postedCredit += amountMinor;
    } else if (side === 'debit') sums.pendingDebit += amountMinor;
    else sums.pendingCredit += amountMinor;
    // Steps come in order from the writer, and in any order from the verifier.
    if (size < sums.asOfSize) return;
    sums.asOfSize = size;
    sums.updatedAt = at;
  }

  changed(): Balance[] {
    return [...this.#sums.values()].map(({ account, currency, asOfSize, updatedAt, ...sums }) => ({
      accountId: account.id,
      currency,
      parentId: account.parentId,
      depth: account.depth,
      postable: account.postable,
      postedDebitMinor: sums.postedDebit.toString(),
      postedCreditMinor: sums.postedCredit.toString(),
      pendingDebitMinor: sums.pendingDebit.toString(),
      pendingCreditMinor: sums.pendingCredit.toString(),
      asOfSize,
      updatedAt,
    }));
  }

  #sumsOf(account: Account, currency: string): Sums {
    const key = balanceKey(account.id, currency);
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      const before = this.#before.get(key);
      sums = {
        account,
        currency,
        asOfSize: 0,
        updatedAt: '',
        postedDebit: BigInt(before?.postedDebitMinor ?? 0),
        postedCredit: BigInt(before?.postedCreditMinor ?? 0),
        pendingDebit: BigInt(before?.pendingDebitMinor ?? 0),
        pendingCredit: BigInt(before?.pendingCreditMinor ?? 0),
      };
      this.#sums.set(key, sums);
    }
    return sums;
  }
}
