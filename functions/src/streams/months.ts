import { Months } from '@countersign/domain/ledger/months';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import {
  balanceMonthSchema,
  feedSchema,
  monthsCursorSchema,
  type Feed,
  type MonthsCursor,
} from '@countersign/domain/schemas/balance-month';
import type { StreamHead } from '@countersign/domain/schemas/stream';
import type { Database, Write } from '../store/database.ts';
import { conflict } from './conflict.ts';
import { monthWrite } from './month-write.ts';
import type { StreamDeps } from './ports.ts';
import { rebuildMonths } from './rebuild-months.ts';

/** Months that one commit may rewrite: some megabyte, when each has a hundred cells. */
const MONTHS_PER_COMMIT = 300;
const FEEDS_PER_READ = 100;
const DEFAULT_MAX_COMMITS = 200;
const MAX_LOST = 10;
const MAX_REBUILDS = 3;

export interface MonthsResult {
  /** Leaves from this one on are not in the months yet. */
  readonly nextSeq: number;
  /** `maxCommits` ended it, and feeds are left. */
  readonly more: boolean;
}

/**
 * Add the feeds that are not in the months yet, some hundred months a commit, on the precondition that nobody else has
 * moved the cursor. A feed that is in the months is deleted with the commit that put it there. Months of a ledger that
 * is older than its feeds are first made from its journals.
 */
export async function rollMonths(
  deps: StreamDeps,
  orgId: string,
  options: { readonly maxCommits?: number } = {},
): Promise<MonthsResult> {
  const { db } = deps;
  const maxCommits = options.maxCommits ?? DEFAULT_MAX_COMMITS;
  let lost = 0;
  let rebuilt = 0;
  for (let commits = 0; ;) {
    const cursor = await readCursor(db, orgId);
    const feeds = await readFeeds(db, orgId);
    const first = feeds[0];
    if (first === undefined && (cursor !== null || (await headSize(db, orgId)) === 0))
      return { nextSeq: cursor?.nextSeq ?? 0, more: false };
    if (cursor === null ? first?.firstSeq !== 0 : (first as Feed).firstSeq > cursor.nextSeq) {
      // Found needed again and again, it does not help.
      if ((rebuilt += 1) > MAX_REBUILDS) throw new AppError('internal', `The months of ${orgId} can’t be rebuilt`);
      await rebuildMonths(deps, orgId);
      continue;
    }
    if (commits >= maxCommits) return { nextSeq: cursor?.nextSeq ?? 0, more: true };
    try {
      await rollSome(deps, orgId, cursor, feeds);
      commits += 1;
      lost = 0;
    } catch (error) {
      if (!conflict(error) || (lost += 1) > MAX_LOST) throw error;
    }
  }
}

interface Cursor extends MonthsCursor {
  readonly updateTime: string;
}

async function readCursor(db: Database, orgId: string): Promise<Cursor | null> {
  const stored = await db.get(paths.monthsCursor(orgId));
  return stored === null ? null : { ...monthsCursorSchema.parse(stored.data), updateTime: stored.updateTime };
}

/** How far the months go, and the token that tells whether they have moved since. */
export async function monthsPosition(db: Database, orgId: string): Promise<{ nextSeq: number; token: string | null }> {
  const cursor = await readCursor(db, orgId);
  return { nextSeq: cursor?.nextSeq ?? 0, token: cursor?.updateTime ?? null };
}

async function headSize(db: Database, orgId: string): Promise<number> {
  const stored = await db.get(paths.streamHead(orgId, 'ledger'));
  return stored === null ? 0 : (stored.data as StreamHead).size;
}

async function readFeeds(db: Database, orgId: string): Promise<Feed[]> {
  const stored = await db.query({
    collection: paths.feeds(orgId),
    orderBy: [['__name__', 'asc']],
    limit: FEEDS_PER_READ,
  });
  return stored.map((doc) => feedSchema.parse(doc.data));
}

async function rollSome(
  { db, now }: StreamDeps,
  orgId: string,
  cursor: Cursor | null,
  feeds: readonly Feed[],
): Promise<void> {
  const from = cursor?.nextSeq ?? 0;
  const months = new Months();
  const taken: Feed[] = [];
  let nextSeq = from;
  for (const feed of feeds) {
    // What a rebuild has counted already is only deleted.
    const counted = feed.nextSeq <= from;
    if (!counted && feed.firstSeq !== nextSeq) break;
    // More in months that are rewritten anyway costs nothing, and one after the other mostly add to the same.
    const more = months.newIn(feed);
    if (!counted && more > 0 && taken.length > 0 && months.size + more > MONTHS_PER_COMMIT) break;
    if (!counted) {
      for (const cell of feed.cells) months.add(cell, feed.day);
      nextSeq = feed.nextSeq;
    }
    taken.push(feed);
  }
  if (taken.length === 0)
    throw new AppError('internal', `The feed of ${orgId} after leaf ${from} has a gap before ${feeds[0]?.firstSeq}`);
  await loadMonths(db, orgId, months);
  const path = paths.monthsCursor(orgId);
  const data: MonthsCursor = { nextSeq, updatedAt: now().toISOString() };
  await db.commit([
    cursor === null
      ? { op: 'create', path, data: { ...data } }
      : { op: 'set', path, data: { ...data }, ifUpdateTime: cursor.updateTime },
    ...[...months.documents()].map((month) => monthWrite(orgId, month)),
    ...taken.map((feed): Write => ({ op: 'delete', path: paths.feed(orgId, feed.firstSeq) })),
  ]);
}

async function loadMonths(db: Database, orgId: string, months: Months): Promise<void> {
  const stored = await db.getAll(
    months.keys().map((key) => {
      const [month, accountId, currency] = key.split(' ') as [string, string, string];
      return paths.balanceMonth(orgId, month, accountId, currency);
    }),
  );
  for (const doc of stored) if (doc !== null) months.load(balanceMonthSchema.parse(doc.data));
}
