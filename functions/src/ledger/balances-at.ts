import { addSpan, noSums, type LeafSums, type Span } from '@countersign/domain/ledger/months';
import { balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { balanceMonthSchema, type BalanceMonth } from '@countersign/domain/schemas/balance-month';
import type { Database } from '../store/database.ts';
import { monthsPosition, rollMonths } from '../streams/months.ts';
import type { StreamDeps } from '../streams/ports.ts';

const PAGE = 1_000;
/** A million months of accounts. */
const MAX_PAGES = 1_000;
const MAX_READINGS = 5;

export interface SpanQuery extends Span {
  /** Only these accounts' own sums; all without it. */
  readonly accountId?: string;
}

export interface SpanSums {
  /** By `balanceKey`; accounts without entries in the span are absent. Accounts that take entries only: no roll-ups. */
  readonly sums: ReadonlyMap<string, Readonly<LeafSums> & { readonly accountId: string; readonly currency: string }>;
  /** Leaves of the ledger that they cover. */
  readonly asOfSize: number;
  /** Documents that were read. */
  readonly reads: number;
}

/**
 * What the accounts' entries of some effective days come to, as known at the end of a recorded day. Reads one document
 * an account, currency and month, whatever the number of journals.
 * @throws AppError `unavailable` (retryable) while the months can't keep up with what is being recorded
 */
export async function sumsOver(deps: StreamDeps, orgId: string, query: SpanQuery): Promise<SpanSums> {
  const { made, asOfSize, reads } = await overMonths(deps, orgId, query, () => {
    const sums = new Map<string, LeafSums & { accountId: string; currency: string }>();
    const visit = (month: BalanceMonth): void => {
      const key = balanceKey(month.accountId, month.currency);
      let row = sums.get(key);
      if (row === undefined) {
        row = { accountId: month.accountId, currency: month.currency, ...noSums() };
        sums.set(key, row);
      }
      addSpan(row, month.cells, query);
    };
    return { made: sums, visit };
  });
  return { sums: made, asOfSize, reads };
}

/**
 * Goes through the months of a span, all of one moment of the ledger: for sums of whatever kind.
 * @param begin what is made of them; called again when a reading was of no moment, and is done once more
 * @throws AppError as `sumsOver`
 */
export async function overMonths<T>(
  deps: StreamDeps,
  orgId: string,
  query: Pick<SpanQuery, 'from' | 'to' | 'accountId'>,
  begin: () => { readonly made: T; readonly visit: (month: BalanceMonth) => void },
): Promise<{ readonly made: T } & Pick<SpanSums, 'asOfSize' | 'reads'>> {
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const { more, nextSeq } = await rollMonths(deps, orgId);
    if (more) continue;
    const before = await monthsPosition(deps.db, orgId);
    // Somebody makes them anew, or has put in one part of a feed and not yet the other.
    if ((before.token === null && nextSeq > 0) || before.cells > 0) continue;
    const { made, visit } = begin();
    const reads = await readMonths(deps.db, orgId, query, visit);
    // Months that moved meanwhile were read half before and half after; then their sum is of no moment.
    const after = await monthsPosition(deps.db, orgId);
    if (after.token === before.token) return { made, asOfSize: before.nextSeq, reads };
  }
  throw new AppError('unavailable', 'So much is being recorded that past balances can’t be read now. Try again.', {
    retryable: true,
  });
}

/** @returns documents that were read */
async function readMonths(
  db: Database,
  orgId: string,
  { accountId, ...span }: Pick<SpanQuery, 'from' | 'to' | 'accountId'>,
  visit: (month: BalanceMonth) => void,
): Promise<number> {
  const first = (span.from ?? '0000-00').slice(0, 7);
  let reads = 0;
  let last: readonly unknown[] | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const after: { startAfter?: readonly unknown[] } = last === null ? {} : { startAfter: last };
    const docs =
      accountId === undefined
        ? await db.query({
            collection: paths.balanceMonths(orgId),
            where: [
              ['month', '>=', first],
              ['month', '<=', span.to.slice(0, 7)],
            ],
            orderBy: [
              ['month', 'asc'],
              ['__name__', 'asc'],
            ],
            limit: PAGE,
            ...after,
          })
        : await db.query({
            collection: paths.balanceMonths(orgId),
            where: [
              ['accountId', '==', accountId],
              ['month', '>=', first],
              ['month', '<=', span.to.slice(0, 7)],
            ],
            orderBy: [
              ['month', 'asc'],
              ['__name__', 'asc'],
            ],
            limit: PAGE,
            ...after,
          });
    for (const doc of docs) visit(balanceMonthSchema.parse(doc.data));
    reads += docs.length;
    const end = docs.at(-1);
    if (end === undefined || docs.length < PAGE) return reads;
    last = [end.data['month'], end.path.slice(end.path.lastIndexOf('/') + 1)];
  }
  throw new AppError(
    'limit_exceeded',
    `There are more than ${MAX_PAGES * PAGE} months of accounts. Ask for fewer days.`,
  );
}
