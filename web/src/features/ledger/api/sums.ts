import { availableMinor } from '@countersign/domain/ledger/guards';
import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Account, Balance } from '@countersign/domain/schemas/account';

/** An amount on the side that it lies on; no side at zero. */
export interface Sided {
  readonly amountMinor: string;
  readonly side: 'Dr' | 'Cr' | null;
}

export function sided(netDebitMinor: bigint): Sided {
  if (netDebitMinor === 0n) return { amountMinor: '0', side: null };
  return netDebitMinor < 0n
    ? { amountMinor: fromMinor(-netDebitMinor), side: 'Cr' }
    : { amountMinor: fromMinor(netDebitMinor), side: 'Dr' };
}

type Sums = Pick<Balance, 'postedDebitMinor' | 'postedCreditMinor' | 'pendingDebitMinor' | 'pendingCreditMinor'>;

/** What is posted, debits less credits. */
export function netOf(balance: Pick<Sums, 'postedDebitMinor' | 'postedCreditMinor'>): Sided {
  return sided(toMinor(balance.postedDebitMinor) - toMinor(balance.postedCreditMinor));
}

/** What is pending, debits less credits. */
export function pendingOf(balance: Pick<Sums, 'pendingDebitMinor' | 'pendingCreditMinor'>): Sided {
  return sided(toMinor(balance.pendingDebitMinor) - toMinor(balance.pendingCreditMinor));
}

/** What can still leave, on the account's normal side: pending that goes out is counted, pending that comes in is not. */
export function availableOf(type: Account['type'], balance: Sums): string {
  return fromMinor(
    availableMinor(type, {
      postedDebit: toMinor(balance.postedDebitMinor),
      postedCredit: toMinor(balance.postedCreditMinor),
      pendingDebit: toMinor(balance.pendingDebitMinor),
      pendingCredit: toMinor(balance.pendingCreditMinor),
    }),
  );
}

const ORDER: readonly Account['type'][] = ['asset', 'liability', 'equity', 'income', 'expense'];

/** As a balance sheet has them: assets first, expenses last; by id within a type, as they are read. */
export function inOrder<A extends Pick<Account, 'type' | 'id'>>(accounts: readonly A[]): readonly A[] {
  return accounts.toSorted((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type) || (a.id < b.id ? -1 : 1));
}

/** Lists of at most `size`. */
export function inParts<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) => all.slice(part * size, (part + 1) * size));
}
