import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Total } from '@countersign/domain/schemas/common';
import type { Journal } from '@countersign/domain/schemas/journal';

/** Debits and credits of a journal, per currency in the order in which they come. */
export function journalSums(
  entries: Journal['entries'],
): readonly { readonly currency: string; readonly debitMinor: string; readonly creditMinor: string }[] {
  const sums = new Map<string, { debit: bigint; credit: bigint }>();
  for (const { currency, side, amountMinor } of entries) {
    const sum = sums.get(currency) ?? { debit: 0n, credit: 0n };
    sum[side] += toMinor(amountMinor);
    sums.set(currency, sum);
  }
  return [...sums].map(([currency, { debit, credit }]) => ({
    currency,
    debitMinor: fromMinor(debit),
    creditMinor: fromMinor(credit),
  }));
}

/** What a journal moves, per currency: the sum of its debits, with the number of its entries. */
export function amountsOf(entries: Journal['entries']): readonly Total[] {
  return journalSums(entries).map(({ currency, debitMinor }) => ({
    currency,
    amountMinor: debitMinor,
    count: entries.filter((entry) => entry.currency === currency).length,
  }));
}
