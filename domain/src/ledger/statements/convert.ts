import type { z } from 'zod';
import type { statementRateSchema } from '../../schemas/statement.ts';
import { netDebit, type LeafSum } from './leaf-sums.ts';

export type UsedStatementRate = z.infer<typeof statementRateSchema>;

/** Amounts of other currencies in the base currency. The rounding of each amount is the converter's own. */
export interface BaseConverter {
  readonly currency: string;
  /** Minor units of the base currency, rounded once; null when there is no rate. */
  convert(amountMinor: bigint, currency: string): bigint | null;
  /** The rates that stand behind these currencies. */
  ratesOf(currencies: readonly string[]): readonly UsedStatementRate[];
}

export interface Converted {
  readonly sums: readonly LeafSum[];
  /** Currencies without a rate; when there is one, nothing is converted: a total without them would be false. */
  readonly missing: readonly string[];
}

/**
 * Each leaf's balance in the base currency, and one sum for each leaf. As every balance is rounded by itself, debits and
 * credits may differ by some minor units: whoever shows them shows the difference as a line.
 */
export function convertSums(sums: readonly LeafSum[], converter: BaseConverter): Converted {
  const byLeaf = new Map<string, bigint>();
  const missing = new Set<string>();
  for (const sum of sums) {
    const net = netDebit(sum);
    if (net === 0n) continue;
    const converted = sum.currency === converter.currency ? net : converter.convert(net, sum.currency);
    if (converted === null) missing.add(sum.currency);
    else byLeaf.set(sum.accountId, (byLeaf.get(sum.accountId) ?? 0n) + converted);
  }
  if (missing.size > 0) return { sums: [], missing: [...missing].sort() };
  return {
    sums: [...byLeaf].map(([accountId, net]) => ({
      accountId,
      currency: converter.currency,
      debitMinor: net > 0n ? net : 0n,
      creditMinor: net < 0n ? -net : 0n,
    })),
    missing: [],
  };
}
