import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Balance, Journal } from '@countersign/domain/schemas/ledger';

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

export interface RunningLine extends RegisterLine {
  /** Debits less credits of everything posted up to and with this line; null for a line that counts in no balance, or where it is not known. */
  readonly balanceMinor: string | null;
}

export interface RunningJournal<J> {
  readonly journal: J;
  readonly lines: readonly RunningLine[];
}

/**
 * The lines of one account with running balances, worked out from its balances backwards.
 * @param journals newest recorded first and without a gap from the newest on
 * @param balances all of the account, of the same moment; null when they are not known
 */
export function withRunningBalance<J extends Pick<Journal, 'entries' | 'state' | 'steps'>>(
  journals: readonly J[],
  balances: readonly Pick<Balance, 'currency' | 'postedDebitMinor' | 'postedCreditMinor' | 'asOfSize'>[] | null,
  accountId: string,
): readonly RunningJournal<J>[] {
  const running = new Map(
    (balances ?? []).map((balance) => [
      balance.currency,
      { minor: toMinor(balance.postedDebitMinor) - toMinor(balance.postedCreditMinor), size: balance.asOfSize },
    ]),
  );
  return journals.map((journal) => {
    // Within a journal, too, the later line stands above the earlier one.
    const lines = registerLines(journal, accountId)
      .toReversed()
      .map((line): RunningLine => {
        const balance = running.get(line.currency);
        if (balance === undefined) return { ...line, balanceMinor: null };
        // A step that the balance has not counted yet: the two were read at different moments.
        if (journal.steps.some(({ seq }) => seq >= balance.size)) {
          running.delete(line.currency);
          return { ...line, balanceMinor: null };
        }
        if (journal.state !== 'posted') return { ...line, balanceMinor: null };
        const balanceMinor = fromMinor(balance.minor);
        balance.minor -= line.side === 'debit' ? toMinor(line.amountMinor) : -toMinor(line.amountMinor);
        return { ...line, balanceMinor };
      });
    return { journal, lines };
  });
}
