import type { JournalEntryDraft } from '../schemas/effect.ts';
import type { Balance } from '../schemas/account.ts';

/** Debits less credits per currency, in minor units; the currencies that do not come to zero. */
export function imbalances(
  entries: readonly Pick<JournalEntryDraft, 'side' | 'amountMinor' | 'currency'>[],
): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { side, amountMinor, currency } of entries) {
    const amount = BigInt(amountMinor);
    sums.set(currency, (sums.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount));
  }
  for (const [currency, sum] of sums) if (sum === 0n) sums.delete(currency);
  return sums;
}

/** A journal's debits equal its credits in each of its currencies. */
export function balanced(entries: readonly Pick<JournalEntryDraft, 'side' | 'amountMinor' | 'currency'>[]): boolean {
  return imbalances(entries).size === 0;
}

export interface TrialBalanceRow {
  readonly currency: string;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  /** Zero, or the books are broken. */
  readonly differenceMinor: bigint;
}

/** Posted debits and credits of all leaf accounts per currency, by code. Roll-ups are left out: they would count twice. */
export function trialBalance(
  balances: Iterable<Pick<Balance, 'postable' | 'currency' | 'postedDebitMinor' | 'postedCreditMinor'>>,
): TrialBalanceRow[] {
  const sums = new Map<string, { debit: bigint; credit: bigint }>();
  for (const balance of balances) {
    if (!balance.postable) continue;
    const sum = sums.get(balance.currency) ?? { debit: 0n, credit: 0n };
    sums.set(balance.currency, {
      debit: sum.debit + BigInt(balance.postedDebitMinor),
      credit: sum.credit + BigInt(balance.postedCreditMinor),
    });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { debit, credit }]) => ({
      currency,
      debitMinor: debit,
      creditMinor: credit,
      differenceMinor: debit - credit,
    }));
}
