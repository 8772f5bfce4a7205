import { Months } from '@countersign/domain/ledger/months';
import { AppError, isAppError } from '@countersign/domain/errors';
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
import { pause } from './pause.ts';
import type { StreamDeps } from './ports.ts';
import { rebuildMonths } from './rebuild-months.ts';

/**
 * Months that one commit may rewrite: some megabytes. More accounts than this rarely move in a batch of the writer, and a
 * batch that goes in whole takes those after it along, which mostly move the same ones.
 */
const MONTHS_PER_COMMIT = 1000;
const FEEDS_PER_READ = 100;
const DEFAULT_MAX_COMMITS = 200;
const MAX_LOST = 10;
const MAX_REBUILDS = 3;
/** Whoever makes all months anew and has written nothing for so long has come to an end in the middle of it. */
const REBUILD_MS = 10 * 60_000;

export interface MonthsResult {
  /** Leaves from this one on are not in the months yet. */
  readonly nextSeq: number;
  /** `maxCommits` ended it, and feeds are left. */
  readonly more: boolean;
}

/**
 * Add the feeds that are not in the months yet, up to a thousand months a commit, on the precondition that nobody else has
 * moved the cursor. A feed that is in the months is deleted with the commit that put it there. Months of a ledger that
 * is older than its feeds are first made from its journals.
 * @throws AppError `unavailable` (retryable) while another process makes them so, or wins every race
 */
export async function rollMonths(
  deps: StreamDeps,
  orgId: string,
  options: { readonly maxCommits?: number; readonly monthsPerCommit?: number } = {},
): Promise<MonthsResult> {
  const { db } = deps;
  const maxCommits = options.maxCommits ?? DEFAULT_MAX_COMMITS;
  let monthsPerCommit = options.monthsPerCommit ?? MONTHS_PER_COMMIT;
  let [lost, rebuilt, gaps] = [0, 0, 0];
  for (let commits = 0; ;) {
    // The cursor only goes forward, so that one read after the feeds is not behind the first of them.
    const feeds = await readFeeds(db, orgId);
    const cursor = await readCursor(db, orgId);
    const first = feeds[0];
    if (first === undefined && (cursor !== null || (await headSize(db, orgId)) === 0))
      return { nextSeq: cursor?.nextSeq ?? 0, more: false };
    if (cursor === null ? first?.firstSeq !== 0 : (first as Feed).firstSeq > cursor.nextSeq) {
      // The first feed of all may have come in, and gone, while this looked.
      if ((gaps += 1) < 2) continue;
      // Found needed again and again, it does not help.
      if ((rebuilt += 1) > MAX_REBUILDS) throw new AppError('internal', `The months of ${orgId} can’t be rebuilt`);
      await rebuildAlone(deps, orgId);
      gaps = 0;
      continue;
    }
    if (commits >= maxCommits) return { nextSeq: cursor?.nextSeq ?? 0, more: true };
    try {
      await rollSome(deps, orgId, cursor, feeds, monthsPerCommit);
      commits += 1;
      lost = 0;
    } catch (error) {
      if (isAppError(error) && error.code === 'limit_exceeded' && monthsPerCommit > 1)
        monthsPerCommit = Math.ceil(monthsPerCommit / 4);
      else if (!conflict(error)) throw error;
      else if (lost === MAX_LOST) throw contended(orgId, error);
      else await pause((lost += 1));
    }
  }
}

const contended = (orgId: string, cause: unknown): AppError =>
  new AppError('unavailable', `The months of ${orgId} are contended`, { retryable: true, cause });

/** @throws AppError `unavailable` (retryable) while another one is at it */
async function rebuildAlone(deps: StreamDeps, orgId: string): Promise<void> {
  const busy = (cause?: unknown): AppError =>
    new AppError('unavailable', 'Past balances are being made anew from all journals. Try again in a few minutes.', {
      retryable: true,
      cause,
    });
  const lock = await deps.db.get(paths.monthsRebuild(orgId));
  const since = Date.parse(lock === null ? '' : String(lock.data['since']));
  const isUnderWay = deps.now().getTime() - since < REBUILD_MS && (await readCursor(deps.db, orgId)) === null;
  if (isUnderWay) throw busy();
  await rebuildMonths(deps, orgId).catch((error: unknown) => {
    throw conflict(error) ? busy(error) : error;
  });
}

interface Cursor extends MonthsCursor {
  readonly updateTime: string;
}

async function readCursor(db: Database, orgId: string): Promise<Cursor | null> {
  const stored = await db.get(paths.monthsCursor(orgId));
  return stored === null ? null : { ...monthsCursorSchema.parse(stored.data), updateTime: stored.updateTime };
}

export interface MonthsPosition {
  readonly nextSeq: number;
  /** So much of the feed that begins there is in the months too; 0 when they are of one moment. */
  readonly cells: number;
  /** Tells whether they have moved since; null before the first roll, and while they are made anew. */
  readonly token: string | null;
}

export async function monthsPosition(db: Database, orgId: string): Promise<MonthsPosition> {
  const cursor = await readCursor(db, orgId);
  return { nextSeq: cursor?.nextSeq ?? 0, cells: cursor?.cells ?? 0, token: cursor?.updateTime ?? null };
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
  monthsPerCommit: number,
): Promise<void> {
  const months = new Months();
  const { taken, nextSeq, cells } = takeFeeds(months, cursor, feeds, monthsPerCommit);
  if (taken.length === 0 && cells === 0)
    throw new AppError('internal', `The feed of ${orgId} after leaf ${nextSeq} has a gap before ${feeds[0]?.firstSeq}`);
  await loadMonths(db, orgId, months);
  const path = paths.monthsCursor(orgId);
  const data: MonthsCursor = { nextSeq, cells, updatedAt: now().toISOString() };
  await db.commit([
    cursor === null
      ? { op: 'create', path, data: { ...data } }
      : { op: 'set', path, data: { ...data }, ifUpdateTime: cursor.updateTime },
    ...[...months.documents()].map((month) => monthWrite(orgId, month)),
    ...taken.map((feed): Write => ({ op: 'delete', path: paths.feed(orgId, feed.firstSeq) })),
  ]);
}

/** Adds so many feeds as a commit can take, and of one that alone is too much, a part. */
function takeFeeds(
  months: Months,
  cursor: MonthsCursor | null,
  feeds: readonly Feed[],
  monthsPerCommit: number,
): { readonly taken: readonly Feed[]; readonly nextSeq: number; readonly cells: number } {
  const taken: Feed[] = [];
  const from = cursor?.nextSeq ?? 0;
  let nextSeq = from;
  for (const feed of feeds) {
    // What a rebuild has counted already is only deleted.
    const counted = feed.nextSeq <= from;
    if (!counted && feed.firstSeq !== nextSeq) break;
    if (!counted) {
      const done = feed.firstSeq === from ? (cursor?.cells ?? 0) : 0;
      const left = feed.cells.slice(done);
      // More in months that are rewritten anyway costs nothing, and one after the other mostly add to the same.
      const fits = months.size + months.newIn({ cells: left }) <= monthsPerCommit;
      if (!fits && months.size > 0) break;
      const part = fits ? left : left.slice(0, monthsPerCommit);
      for (const cell of part) months.add(cell, feed.day);
      if (!fits) return { taken, nextSeq, cells: done + part.length };
      nextSeq = feed.nextSeq;
    }
    taken.push(feed);
  }
  return { taken, nextSeq, cells: 0 };
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
