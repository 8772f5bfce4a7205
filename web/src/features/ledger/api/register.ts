import { normalSide } from '@countersign/domain/ledger/guards';
import { fromMinor, toMinor } from '@countersign/domain/money/money';
import type { Account, Balance } from '@countersign/domain/schemas/account';
import type { Journal } from '@countersign/domain/schemas/journal';
import type { StatementLine } from '@countersign/domain/schemas/statement';

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

/**
 * The lines of one account in the order of their days, each with the balance after it.
 * @param journals by effective day and without a gap from the first day on
 * @param opening debits less credits before the first day, by currency; a currency that is not named begins at zero. Null
 * when it is not known.
 */
export function withRunningFrom<J extends Pick<Journal, 'entries' | 'state'>>(
  journals: readonly J[],
  opening: ReadonlyMap<string, bigint> | null,
  accountId: string,
): readonly RunningJournal<J>[] {
  const running = new Map(opening ?? []);
  return journals.map((journal) => ({
    journal,
    lines: registerLines(journal, accountId).map((line): RunningLine => {
      if (opening === null || journal.state !== 'posted') return { ...line, balanceMinor: null };
      const amount = toMinor(line.amountMinor);
      const balance = (running.get(line.currency) ?? 0n) + (line.side === 'debit' ? amount : -amount);
      running.set(line.currency, balance);
      return { ...line, balanceMinor: fromMinor(balance) };
    }),
  }));
}

/** Opening balances as debits less credits, from the lines of a register, which has them on the account's normal side. */
export function openingOf(
  lines: readonly Pick<StatementLine, 'id' | 'currency' | 'converted' | 'amounts'>[],
  type: Account['type'],
): ReadonlyMap<string, bigint> {
  const opening = new Map<string, bigint>();
  for (const { id, currency, converted, amounts } of lines) {
    if (id !== 'computed:opening' || converted || amounts['balance'] === undefined) continue;
    const balance = toMinor(amounts['balance']);
    opening.set(currency, normalSide(type) === 'debit' ? balance : -balance);
  }
  return opening;
}

export interface RegisterTotal {
  readonly currency: string;
  readonly debitMinor: string;
  readonly creditMinor: string;
  readonly entries: number;
  /** Entries that are pending, which the sums leave out. */
  readonly pending: number;
}

/** What the posted lines of an account come to, per currency. */
export function registerTotals(
  journals: readonly Pick<Journal, 'entries' | 'state'>[],
  accountId: string,
): readonly RegisterTotal[] {
  const sums = new Map<string, { debit: bigint; credit: bigint; entries: number; pending: number }>();
  for (const journal of journals) {
    if (journal.state === 'voided') continue;
    for (const line of registerLines(journal, accountId)) {
      const sum = sums.get(line.currency) ?? { debit: 0n, credit: 0n, entries: 0, pending: 0 };
      sums.set(line.currency, sum);
      if (journal.state === 'pending') sum.pending += 1;
      else {
        sum.entries += 1;
        sum[line.side] += toMinor(line.amountMinor);
      }
    }
  }
  return [...sums]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([currency, { debit, credit, entries, pending }]) => ({
      currency,
      debitMinor: fromMinor(debit),
      creditMinor: fromMinor(credit),
      entries,
      pending,
    }));
}
