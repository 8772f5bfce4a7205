import type { Journal } from '@countersign/domain/schemas/ledger';

export interface RegisterLine {
  readonly side: 'debit' | 'credit';
  readonly amountMinor: string;
  readonly currency: string;
  /** The other accounts of the journal in this currency. */
  readonly others: readonly string[];
}

/** The entries of a journal on one account, each with the accounts on the other side. */
export function registerLines(journal: Pick<Journal, 'entries'>, accountId: string): readonly RegisterLine[] {
  return journal.entries
    .filter((entry) => entry.accountId === accountId)
    .map((entry) => ({
      side: entry.side,
      amountMinor: entry.amountMinor,
      currency: entry.currency,
      others: [
        ...new Set(
          journal.entries
            .filter((other) => other.accountId !== accountId && other.currency === entry.currency)
            .map((other) => other.accountId),
        ),
      ],
    }));
}
