import type { Account, Balance } from '../schemas/account.ts';

/** A balance's document id. */
export const balanceKey = (accountId: string, currency: string): string => `${accountId}_${currency}`;

/** An account's sums in one currency, as integers. */
export interface BalanceSums {
  postedDebit: bigint;
  postedCredit: bigint;
  pendingDebit: bigint;
  pendingCredit: bigint;
  /** Sums of what was recorded on `day`, the last one with entries. */
  day: string | null;
  dayDebit: bigint;
  dayCredit: bigint;
}

interface Row extends BalanceSums {
  readonly account: Account;
  readonly currency: string;
  asOfSize: number;
  updatedAt: string;
}

/** Where balances are read from: a map, or a sheet below this one. */
export interface BalancesBefore {
  get(key: string): Balance | undefined;
}

/** Balances while they are added to, as integers; as documents again at the end. */
export class BalanceSheet implements BalancesBefore {
  readonly #before: BalancesBefore;
  readonly #rows = new Map<string, Row>();

  constructor(before: BalancesBefore) {
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
    const row = this.#rowOf(account, currency);
    if (state === 'posted') {
      if (side === 'debit') row.postedDebit += amountMinor;
      else row.postedCredit += amountMinor;
    } else if (side === 'debit') row.pendingDebit += amountMinor;
    else row.pendingCredit += amountMinor;
    // Steps come in order from the writer, and in any order from the verifier.
    if (size < row.asOfSize) return;
    row.asOfSize = size;
    row.updatedAt = at;
  }

  /** What daily limits count: an entry on the day it is recorded; taken away when it is voided on that very day. */
  count(account: Account, currency: string, side: 'debit' | 'credit', amountMinor: bigint, day: string): void {
    countOnDay(this.#rowOf(account, currency), side, amountMinor, day);
  }

  sums(accountId: string, currency: string): Readonly<BalanceSums> {
    const key = balanceKey(accountId, currency);
    return this.#rows.get(key) ?? sumsOf(this.#before.get(key));
  }

  get(key: string): Balance | undefined {
    const row = this.#rows.get(key);
    return row === undefined ? this.#before.get(key) : toBalance(row);
  }

  /** Currencies in which an account was added to. */
  currenciesOf(accountId: string): string[] {
    return [...this.#rows.values()].filter((row) => row.account.id === accountId).map((row) => row.currency);
  }

  /** Takes over what another sheet, that began from this one, has come to. */
  absorb(other: BalanceSheet): void {
    for (const [key, row] of other.#rows) this.#rows.set(key, row);
  }

  changed(): Balance[] {
    return [...this.#rows.values()].map(toBalance);
  }

  #rowOf(account: Account, currency: string): Row {
    const key = balanceKey(account.id, currency);
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { account, currency, asOfSize: 0, updatedAt: '', ...sumsOf(this.#before.get(key)) };
      this.#rows.set(key, row);
    }
    return row;
  }
}

function sumsOf(before: Balance | undefined): BalanceSums {
  return {
    postedDebit: BigInt(before?.postedDebitMinor ?? 0),
    postedCredit: BigInt(before?.postedCreditMinor ?? 0),
    pendingDebit: BigInt(before?.pendingDebitMinor ?? 0),
    pendingCredit: BigInt(before?.pendingCreditMinor ?? 0),
    day: before?.day ?? null,
    dayDebit: BigInt(before?.dayDebitMinor ?? 0),
    dayCredit: BigInt(before?.dayCreditMinor ?? 0),
  };
}

function toBalance({ account, currency, asOfSize, updatedAt, ...sums }: Row): Balance {
  return {
    accountId: account.id,
    currency,
    parentId: account.parentId,
    depth: account.depth,
    postable: account.postable,
    postedDebitMinor: sums.postedDebit.toString(),
    postedCreditMinor: sums.postedCredit.toString(),
    pendingDebitMinor: sums.pendingDebit.toString(),
    pendingCreditMinor: sums.pendingCredit.toString(),
    day: sums.day,
    dayDebitMinor: sums.dayDebit.toString(),
    dayCreditMinor: sums.dayCredit.toString(),
    asOfSize,
    updatedAt,
  };
}

interface DaySums {
  day: string | null;
  dayDebit: bigint;
  dayCredit: bigint;
}

/** Of daily sums only the last day with entries is kept; what belongs to an earlier one is over. */
export function countOnDay(row: DaySums, side: 'debit' | 'credit', amountMinor: bigint, day: string): void {
  if (row.day !== null && day < row.day) return;
  if (row.day !== day) {
    row.day = day;
    row.dayDebit = 0n;
    row.dayCredit = 0n;
  }
  if (side === 'debit') row.dayDebit += amountMinor;
  else row.dayCredit += amountMinor;
}
