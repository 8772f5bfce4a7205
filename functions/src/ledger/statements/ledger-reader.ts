import type { Chart, LeafSum } from '@countersign/domain/ledger/statements/leaf-sums';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { accountSchema, type Account } from '@countersign/domain/schemas/account';
import type { BalanceMonth } from '@countersign/domain/schemas/balance-month';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import type { StreamDeps } from '../../streams/ports.ts';
import { overMonths, sumsOver } from '../balances-at.ts';

/** Where an account's journals go on: after this one, in the order in which they count. */
export interface JournalPlace {
  readonly day: string;
  readonly recordedAt: string;
  readonly id: string;
}

export interface JournalsAsked {
  /** At least one; thirty at most. */
  readonly accountIds: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly after: JournalPlace | null;
  readonly limit: number;
}

/** What statements read of the ledger. */
export interface LedgerReader {
  /** Since it was made: a statement that reads many pages gives up, with a reason, before its function is ended. */
  elapsedMs(): number;
  chart(): Promise<Chart>;
  account(accountId: string): Promise<Account | null>;
  /**
   * Posted sums of all accounts, or of one, up to an effective day (and from one, else from the beginning), as known at
   * the end of a recorded day, and the leaves behind them.
   */
  sums(
    to: string,
    knownAt: string,
    only?: { readonly from?: string | null; readonly accountId?: string },
  ): Promise<{ readonly sums: LeafSum[]; readonly size: number }>;
  /**
   * What was posted day by day, debit less credit, in no order and perhaps in several parts a day; all once more when so
   * much is being recorded that a reading was of no moment. @param begin called before each reading
   */
  moves(
    from: string | null,
    to: string,
    knownAt: string,
    begin: () => (accountId: string, currency: string, day: string, netMinor: bigint) => void,
  ): Promise<{ readonly size: number }>;
  /** Debit less credit that was pending then, in any currency and for any day. */
  pendingOf(accountId: string, knownAt: string): Promise<boolean>;
  /** Journals of any of these accounts, each once, by the day that they count for, whatever their state; fewer than `limit` at the end. */
  journals(asked: JournalsAsked): Promise<Journal[]>;
  /** Those that were recorded since, newest first. */
  journalsSince(
    accountId: string,
    since: string,
    after: Pick<JournalPlace, 'recordedAt' | 'id'> | null,
    limit: number,
  ): Promise<Journal[]>;
}

const PAGE = 1_000;
/** What a gigabyte holds, with their balances in three columns. */
const MAX_ACCOUNTS = 50_000;
const END_OF_TIME = '9999-12-31';

export function ledgerReader(deps: StreamDeps, orgId: string): LedgerReader {
  const { db } = deps;
  const begun = deps.now().getTime();
  return {
    elapsedMs: () => deps.now().getTime() - begun,
    chart: () => readChart(deps, orgId),
    account: (accountId) => read(db, refs.account(orgId, accountId)),
    async sums(to, knownAt, only = {}) {
      const { sums, asOfSize } = await sumsOver(deps, orgId, { from: null, to, knownAt, ...only });
      const leaves = [...sums.values()].map(({ accountId, currency, postedDebit, postedCredit }) => ({
        accountId,
        currency,
        debitMinor: postedDebit,
        creditMinor: postedCredit,
      }));
      // A month in which something was only pending so far.
      return { sums: leaves.filter((one) => one.debitMinor !== 0n || one.creditMinor !== 0n), size: asOfSize };
    },
    async moves(from, to, knownAt, begin) {
      const { asOfSize } = await overMonths(deps, orgId, { from, to }, () => {
        const add = begin();
        const visit = ({ accountId, currency, cells }: BalanceMonth): void => {
          for (const [day, recorded, postedDebit, postedCredit] of cells) {
            if ((from !== null && day < from) || day > to || recorded > knownAt) continue;
            const net = BigInt(postedDebit) - BigInt(postedCredit);
            if (net !== 0n) add(accountId, currency, day, net);
          }
        };
        return { made: null, visit };
      });
      return { size: asOfSize };
    },
    async pendingOf(accountId, knownAt) {
      const { sums } = await sumsOver(deps, orgId, { from: null, to: END_OF_TIME, knownAt, accountId });
      return [...sums.values()].some((sum) => sum.pendingDebit !== 0n || sum.pendingCredit !== 0n);
    },
    async journals({ accountIds, from, to, after, limit }) {
      const stored = await db.query({
        collection: paths.journals(orgId),
        where: [
          ['accounts', 'array-contains-any', accountIds],
          ['effectiveDay', '>=', from],
          ['effectiveDay', '<=', to],
        ],
        orderBy: [
          ['effectiveDay', 'asc'],
          ['recordedAt', 'asc'],
          ['__name__', 'asc'],
        ],
        limit,
        ...(after === null ? {} : { startAfter: [after.day, after.recordedAt, after.id] }),
      });
      return stored.map(({ data }) => journalSchema.parse(data));
    },
    async journalsSince(accountId, since, after, limit) {
      const stored = await db.query({
        collection: paths.journals(orgId),
        where: [
          ['accounts', 'array-contains', accountId],
          ['recordedAt', '>=', since],
        ],
        orderBy: [
          ['recordedAt', 'desc'],
          ['__name__', 'desc'],
        ],
        limit,
        ...(after === null ? {} : { startAfter: [after.recordedAt, after.id] }),
      });
      return stored.map(({ data }) => journalSchema.parse(data));
    },
  };
}

async function readChart({ db }: StreamDeps, orgId: string): Promise<Chart> {
  const chart = new Map<string, Account>();
  let last: string | null = null;
  while (chart.size <= MAX_ACCOUNTS) {
    const after: { startAfter?: readonly unknown[] } = last === null ? {} : { startAfter: [last] };
    const stored = await db.query({
      collection: paths.accounts(orgId),
      orderBy: [['__name__', 'asc']],
      limit: PAGE,
      ...after,
    });
    for (const { data } of stored) {
      const account = accountSchema.parse(data);
      chart.set(account.id, account);
      last = account.id;
    }
    if (stored.length < PAGE) return chart;
  }
  throw new AppError(
    'limit_exceeded',
    `A statement reads at most ${MAX_ACCOUNTS.toLocaleString('en')} accounts, and this chart has more. The register of one account, and the export of the ledger, read no chart.`,
  );
}

export const placeOf = ({ effectiveDay, recordedAt, id }: Journal): JournalPlace => ({
  day: effectiveDay,
  recordedAt,
  id,
});
