import { cellsOfJournal, Months } from '@countersign/domain/ledger/months';
import { paths } from '@countersign/domain/paths';
import { feedSchema, type Feed, type MonthsCursor } from '@countersign/domain/schemas/balance-month';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import type { StreamHead } from '@countersign/domain/schemas/stream';
import type { Database, Write } from '../store/database.ts';
import { monthWrite } from './month-write.ts';
import type { StreamDeps } from './ports.ts';
import { readPages } from './verify/read-pages.ts';

const WRITES_PER_COMMIT = 200;

/**
 * Make all months anew from the journals: of a ledger that is older than its feeds, or whose months were found wrong. Only
 * one that finishes sets the cursor; until then there is none, and nobody reads the months. Of two at once the later one
 * goes on. What is recorded meanwhile is in the feeds.
 * @throws AppError `failed_precondition` when another one has begun
 */
export async function rebuildMonths({ db, now }: StreamDeps, orgId: string): Promise<void> {
  const lock = paths.monthsRebuild(orgId);
  const held = (): Record<string, unknown> => ({ since: now().toISOString() });
  let [, token] = await db.commit([
    { op: 'delete', path: paths.monthsCursor(orgId) },
    { op: 'set', path: lock, data: held() },
  ]);
  const size = ((await db.get(paths.streamHead(orgId, 'ledger')))?.data as StreamHead | undefined)?.size ?? 0;
  const documents = await monthsFromJournals(db, orgId, { nextSeq: size, cells: 0 });

  let writes: Write[] = [];
  const flush = async (last: Write[] = []): Promise<void> => {
    [token] = await db.commit([
      { op: 'set', path: lock, data: held(), ifUpdateTime: String(token) },
      ...writes,
      ...last,
    ]);
    writes = [];
  };
  const push = async (write: Write): Promise<void> => {
    writes.push(write);
    if (writes.length === WRITES_PER_COMMIT) await flush();
  };
  for await (const { path } of readPages(db, paths.balanceMonths(orgId)))
    if (!documents.has(path)) await push({ op: 'delete', path });
  for (const write of documents.values()) await push(write);
  const data: MonthsCursor = { nextSeq: size, cells: 0, updatedAt: now().toISOString() };
  await flush([{ op: 'create', path: paths.monthsCursor(orgId), data: { ...data } }]);
}

/**
 * The months as they must be at a position, by path: of all leaves before it, and of so many cells of the feed there.
 * @param parse null for a journal to leave out
 */
export async function monthsFromJournals(
  db: Database,
  orgId: string,
  { nextSeq, cells }: Pick<MonthsCursor, 'nextSeq' | 'cells'>,
  parse: (data: unknown) => Journal | null = (data) => journalSchema.parse(data),
): Promise<Map<string, ReturnType<typeof monthWrite>>> {
  const months = new Months();
  for await (const doc of readPages(db, paths.journals(orgId))) {
    const journal = parse(doc.data);
    if (journal === null) continue;
    for (const { cell, recordedDay } of cellsOfJournal(journal, nextSeq)) months.add(cell, recordedDay);
  }
  const begun = cells === 0 ? null : await db.get(paths.feed(orgId, nextSeq));
  const feed = begun === null ? null : feedSchema.parse(begun.data);
  for (const cell of feed?.cells.slice(0, cells) ?? []) months.add(cell, (feed as Feed).day);
  return new Map(
    [...months.documents()].map((month) => {
      const write = monthWrite(orgId, month);
      return [write.path, write] as const;
    }),
  );
}
