import { balanceKey, countOnDay } from '@countersign/domain/ledger/balance-sheet';
import { canonicalJson, sha256Hex } from '@countersign/domain/hash';
import type { Account, Balance } from '@countersign/domain/schemas/account';
import type { Journal } from '@countersign/domain/schemas/journal';
import { movesOf, type Move } from '../streams/verify/journal-checks.ts';

interface Row {
  /** Steps before this place count: those that the balance had when it was read. */
  readonly target: number;
  /** Of the balance as it was read; null where there was none. */
  readonly digest: string | null;
  postedDebit: bigint;
  postedCredit: bigint;
  pendingDebit: bigint;
  pendingCredit: bigint;
  day: string | null;
  dayDebit: bigint;
  dayCredit: bigint;
  asOfSize: number;
  updatedAt: string;
}

const digestOfBalance = (balance: Balance): string => sha256Hex(canonicalJson(balance));

/**
 * Balances as they were read, one after the other while the ledger is at work, and the sums of the journals up to the very
 * step that each of them says it includes. Journals are read after the balances, so none of these steps can be missed.
 */
export class BalanceRows {
  readonly #rows: Map<string, Row>;

  constructor(rows = new Map<string, Row>()) {
    this.#rows = rows;
  }

  /** Keys of balances that were read, and of those that journals have entries in. */
  keys(): string[] {
    return [...this.#rows.keys()].sort();
  }

  /** @param size of the stream before the balance was read */
  expect(key: string, balance: Balance, size: number): void {
    this.#rows.set(key, newRow(Math.max(size, balance.asOfSize), digestOfBalance(balance)));
  }

  /** @param size that counts where no balance was read */
  enter(journal: Journal, accounts: ReadonlyMap<string, Account>, size: number): void {
    for (const move of movesOf(journal, accounts)) {
      const key = balanceKey(move.account.id, move.currency);
      let row = this.#rows.get(key);
      if (row === undefined) this.#rows.set(key, (row = newRow(size, null)));
      if (move.seq < row.target) add(row, move);
    }
  }

  /** What a balance must be by its journals; null when they have no entry there. */
  sum(key: string, account: Account): Balance | null {
    const row = this.#rows.get(key);
    if (row === undefined || row.asOfSize === 0) return null;
    return {
      accountId: account.id,
      currency: key.slice(account.id.length + 1),
      parentId: account.parentId,
      depth: account.depth,
      postable: account.postable,
      postedDebitMinor: row.postedDebit.toString(),
      postedCreditMinor: row.postedCredit.toString(),
      pendingDebitMinor: row.pendingDebit.toString(),
      pendingCreditMinor: row.pendingCredit.toString(),
      day: row.day,
      dayDebitMinor: row.dayDebit.toString(),
      dayCreditMinor: row.dayCredit.toString(),
      asOfSize: row.asOfSize,
      updatedAt: row.updatedAt,
    };
  }

  /** `equal`, or how the balance that was read differs from the sum. */
  compare(key: string, sum: Balance | null): 'equal' | 'missing' | 'unfounded' | 'differs' {
    const digest = this.#rows.get(key)?.digest ?? null;
    if (sum === null) return digest === null ? 'equal' : 'unfounded';
    if (digest === null) return 'missing';
    return digestOfBalance(sum) === digest ? 'equal' : 'differs';
  }

  toJson(): unknown[] {
    return [...this.#rows].map(([key, row]) => [key, ...FIELDS.map((field) => textOf(row[field]))]);
  }

  static fromJson(stored: readonly unknown[]): BalanceRows {
    return new BalanceRows(
      new Map(
        stored.map((one) => {
          const [key, ...values] = one as [string, ...unknown[]];
          const row = Object.fromEntries(
            FIELDS.map((field, index) => [field, BIG.has(field) ? BigInt(String(values[index])) : values[index]]),
          );
          return [key, row as unknown as Row] as const;
        }),
      ),
    );
  }
}

const FIELDS = [
  'target',
  'digest',
  'postedDebit',
  'postedCredit',
  'pendingDebit',
  'pendingCredit',
  'day',
  'dayDebit',
  'dayCredit',
  'asOfSize',
  'updatedAt',
] as const satisfies readonly (keyof Row)[];
const BIG: ReadonlySet<string> = new Set([
  'postedDebit',
  'postedCredit',
  'pendingDebit',
  'pendingCredit',
  'dayDebit',
  'dayCredit',
]);

const textOf = (value: Row[keyof Row]): string | number | null =>
  typeof value === 'bigint' ? value.toString() : value;

function newRow(target: number, digest: string | null): Row {
  return {
    target,
    digest,
    postedDebit: 0n,
    postedCredit: 0n,
    pendingDebit: 0n,
    pendingCredit: 0n,
    day: null,
    dayDebit: 0n,
    dayCredit: 0n,
    asOfSize: 0,
    updatedAt: '',
  };
}

function add(row: Row, { of, side, amount, seq, at }: Move): void {
  if (of === 'day') return countOnDay(row, side, amount, at.slice(0, 10));
  if (of === 'posted') {
    if (side === 'debit') row.postedDebit += amount;
    else row.postedCredit += amount;
  } else if (side === 'debit') row.pendingDebit += amount;
  else row.pendingCredit += amount;
  // Journals come in any order.
  if (seq + 1 < row.asOfSize) return;
  row.asOfSize = seq + 1;
  row.updatedAt = at;
}
