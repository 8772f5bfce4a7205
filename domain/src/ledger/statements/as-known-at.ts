import type { Journal } from '../../schemas/journal.ts';
import type { LeafSum } from './leaf-sums.ts';

/** When a journal was posted; null when it never was. */
export const postedAt = (journal: Pick<Journal, 'steps'>): string | null =>
  journal.steps.find(({ step }) => step === 'posted')?.at ?? null;

/** Whether a journal counts as posted for someone who looks at the end of a recorded day (UTC). */
export function isPostedBy(journal: Pick<Journal, 'steps'>, knownAt: string): boolean {
  const at = postedAt(journal);
  return at !== null && at.slice(0, 10) <= knownAt;
}

/**
 * Balances from the journals themselves: posted entries up to an effective day, as known at the end of a recorded day.
 * It reads all there is; what answers people reads roll-ups, and must come to the same.
 */
export function foldJournals(
  journals: Iterable<Pick<Journal, 'steps' | 'effectiveDay' | 'entries'>>,
  day: string,
  knownAt: string,
): LeafSum[] {
  const sums = new Map<string, LeafSum>();
  for (const journal of journals) {
    if (journal.effectiveDay > day || !isPostedBy(journal, knownAt)) continue;
    for (const { accountId, currency, side, amountMinor } of journal.entries) {
      const key = `${accountId} ${currency}`;
      const before = sums.get(key) ?? { accountId, currency, debitMinor: 0n, creditMinor: 0n };
      const amount = BigInt(amountMinor);
      sums.set(key, {
        ...before,
        debitMinor: before.debitMinor + (side === 'debit' ? amount : 0n),
        creditMinor: before.creditMinor + (side === 'credit' ? amount : 0n),
      });
    }
  }
  return [...sums.values()];
}
