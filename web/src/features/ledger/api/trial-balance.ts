import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Balance } from '@countersign/domain/schemas/account';

export interface CurrencySum {
  readonly currency: string;
  readonly debitMinor: string;
  readonly creditMinor: string;
  /** Debits less credits: zero, or the ledger is broken. */
  readonly differenceMinor: string;
}

/** Posted debits and credits of the given balances per currency. The roots carry the sums of everything below them. */
export function trialBalance(roots: readonly Balance[]): readonly CurrencySum[] {
  const sums = new Map<string, { debit: bigint; credit: bigint }>();
  for (const balance of roots) {
    const sum = sums.get(balance.currency) ?? { debit: 0n, credit: 0n };
    sum.debit += toMinor(balance.postedDebitMinor);
    sum.credit += toMinor(balance.postedCreditMinor);
    sums.set(balance.currency, sum);
  }
  return [...sums]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([currency, { debit, credit }]) => ({
      currency,
      debitMinor: fromMinor(debit),
      creditMinor: fromMinor(credit),
      differenceMinor: fromMinor(debit - credit),
    }));
}
