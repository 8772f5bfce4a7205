import type { BaseRates } from '@countersign/domain/ledger/statements/base-rates';
import { CashFlows } from '@countersign/domain/ledger/statements/cash-flow';
import type { ColumnDays } from '@countersign/domain/ledger/statements/compared';
import type { ColumnData } from '@countersign/domain/ledger/statements/make-statement';
import type { LeafSum } from '@countersign/domain/ledger/statements/leaf-sums';
import { AppError } from '@countersign/domain/errors';
import type { Journal } from '@countersign/domain/schemas/journal';
import { wasPosted } from './as-known.ts';
import { placeOf, type JournalPlace, type LedgerReader } from './ledger-reader.ts';

export type Flows = Pick<ColumnData, 'flows' | 'flowsOfDays'>;

/** Firestore takes so many values in one `array-contains-any`. */
const ACCOUNTS_AT_ONCE = 30;
/** Pages that are under way: some ten megabytes of journals. */
const GROUPS_AT_ONCE = 4;
const JOURNALS_PER_READ = 1000;
/** Of the cash accounts, in one period. */
export const MAX_CASH_JOURNALS = 100_000;
/** Its function has two minutes, and the rest of the statement needs some. */
const MAX_READING_MS = 90_000;

export interface PeriodSums {
  readonly at: readonly LeafSum[];
  readonly before: readonly LeafSum[];
  /** Leaves of the ledger that they cover. */
  readonly size: number;
  readonly knownAt: string;
}

/**
 * What moved the cash of a period, by the accounts on the other side: of the journals of all cash accounts, thirty accounts
 * a query, page by page. Memory is that of the counter accounts, and not of the journals.
 * @throws AppError `limit_exceeded` beyond `MAX_CASH_JOURNALS`, or 90 seconds
 */
export async function readFlows(
  reader: LedgerReader,
  { from, to }: ColumnDays,
  cash: ReadonlySet<string>,
  rates: BaseRates | null,
  { at, before, size, knownAt }: PeriodSums,
): Promise<Flows> {
  const flows = new CashFlows(cash, to, rates);
  const accounts = movedAccounts(at, before).filter((id) => cash.has(id));
  const groups = Array.from({ length: Math.ceil(accounts.length / ACCOUNTS_AT_ONCE) }, (_, index) =>
    accounts.slice(index * ACCOUNTS_AT_ONCE, (index + 1) * ACCOUNTS_AT_ONCE),
  );
  const groupOf = new Map(groups.flatMap((ids, group) => ids.map((id) => [id, group] as const)));
  let read = 0;
  const readGroup = async (accountIds: readonly string[], group: number): Promise<void> => {
    let after: JournalPlace | null = null;
    for (;;) {
      const asked = { accountIds, from: from ?? to, to, after, limit: JOURNALS_PER_READ };
      const journals: readonly Journal[] = await reader.journals(asked);
      for (const journal of journals) {
        // It may touch accounts of several groups, and is read with each.
        if (Math.min(...journal.accounts.map((id) => groupOf.get(id) ?? Infinity)) !== group) continue;
        if (wasPosted(journal, knownAt, size)) flows.add(journal.entries, journal.effectiveDay);
      }
      read += journals.length;
      if (read > MAX_CASH_JOURNALS)
        throw tooMany(
          `A cash flow reads at most ${MAX_CASH_JOURNALS.toLocaleString('en')} journals of a period’s cash accounts`,
        );
      if (reader.elapsedMs() > MAX_READING_MS)
        throw tooMany(`The first ${read.toLocaleString('en')} journals of the cash accounts took too long to read`);
      const last = journals.at(-1);
      if (last === undefined || journals.length < JOURNALS_PER_READ) return;
      after = placeOf(last);
    }
  };
  for (let start = 0; start < groups.length; start += GROUPS_AT_ONCE)
    await Promise.all(
      groups.slice(start, start + GROUPS_AT_ONCE).map((accountIds, index) => readGroup(accountIds, start + index)),
    );
  return { flows: flows.flows(), flowsOfDays: flows.ofDays() };
}

const tooMany = (why: string): AppError =>
  new AppError('limit_exceeded', `${why}. Choose a shorter period, one branch, or no period to compare with.`);

/** Accounts with entries in the period: sums of posted entries only grow. */
function movedAccounts(at: readonly LeafSum[], before: readonly LeafSum[]): string[] {
  const key = ({ accountId, currency }: LeafSum): string => `${accountId} ${currency}`;
  const earlier = new Map(before.map((sum) => [key(sum), sum]));
  const moved = at.filter((sum) => {
    const was = earlier.get(key(sum));
    return sum.debitMinor !== (was?.debitMinor ?? 0n) || sum.creditMinor !== (was?.creditMinor ?? 0n);
  });
  return [...new Set(moved.map(({ accountId }) => accountId))].sort();
}
