import { paths } from '@countersign/domain/paths';
import { END_STATES } from '@countersign/domain/schemas/execution';
import { executionSchema } from '@countersign/domain/schemas/execution';
import { collectExecution, type Contents, type Source } from './documents.ts';
import { placeEventsWithin } from './events.ts';
import { allOf, leafText, PAGE, place, placeJournalsOf, placesOf, type LeafPlaces } from './leaves.ts';
import { assertWithin, MAX_EXECUTIONS, MAX_HASHED, MAX_JOURNALS } from './limits.ts';
import type { Stored } from '../store/database.ts';

/**
 * A period: every leaf that either log took in it, and in full each run that it tells of and that has ended. Of a run
 * under way there are the events and journals alone: its documents do not stand still.
 */
export async function collectPeriod(source: Source, contents: Contents, from: string, to: string): Promise<void> {
  const { db, orgId } = source;
  const told = await placeEventsWithin(db, orgId, from, to, contents.audit, source.audit);
  assertWithin(told.size, MAX_EXECUTIONS, 'runs');
  for (const id of [...told].toSorted()) {
    const execution = executionSchema.safeParse((await db.get(paths.execution(orgId, id)))?.data).data;
    if (execution !== undefined && END_STATES.includes(execution.state)) await collectExecution(source, contents, id);
    else await placeJournalsOf(db, orgId, id, contents.ledger, source.ledger, new Set());
  }
  await placeLedgerWithin(source, contents, from, to);
}

/** From a leaf recorded before the period to one recorded after it, the ledger's leaves without a gap. */
async function placeLedgerWithin(source: Source, contents: Contents, from: string, to: string): Promise<void> {
  const { db, orgId, ledger: size } = source;
  const places = contents.ledger;
  for await (const account of allOf(db, paths.accounts(orgId))) place(places, account, size);
  for await (const period of allOf(db, paths.periods(orgId))) place(places, period, size);
  await placeJournalsWithin(source, places, from, to);
  const times = await timesOf(source, places);
  const seqs = [...places.keys()].toSorted((a, b) => a - b);
  const start = seqs.findLast((seq) => (times.get(seq) ?? from) < from) ?? -1;
  const end = seqs.find((seq) => seq > start && (times.get(seq) ?? to).slice(0, 10) > to) ?? size;
  for (let seq = start + 1; seq < end; seq += 1) if (!places.has(seq)) contents.hashed.push(seq);
  assertWithin(contents.hashed.length, MAX_HASHED, 'leaves of the ledger that belong to nothing in it');
}

/** Journals recorded in the period, and the last one before and the first one after it. */
async function placeJournalsWithin(source: Source, places: LeafPlaces, from: string, to: string): Promise<void> {
  const { db, orgId, ledger: size } = source;
  const before = await db.query({
    collection: paths.journals(orgId),
    where: [['recordedAt', '<', from]],
    orderBy: [['recordedAt', 'desc']],
    limit: NEIGHBOURS,
  });
  // A batch of the writer has one time: of several, the one whose leaf is nearest.
  const last = before.toSorted((a, b) => Math.max(...placesOf(b)) - Math.max(...placesOf(a)))[0];
  if (last !== undefined) place(places, last, size);
  const beyond: Stored[] = [];
  for await (const journal of journalsFrom(source, from)) {
    const recordedAt = String(journal.data['recordedAt']);
    const isBeyond = recordedAt.slice(0, 10) > to;
    if (isBeyond && (beyond.length === NEIGHBOURS || (beyond[0]?.data['recordedAt'] ?? recordedAt) !== recordedAt))
      break;
    if (isBeyond) beyond.push(journal);
    else place(places, journal, size);
    assertWithin(places.size, MAX_JOURNALS * 2, 'leaves of journals');
  }
  const next = beyond.toSorted((a, b) => Math.min(...placesOf(a)) - Math.min(...placesOf(b)))[0];
  if (next !== undefined) place(places, next, size);
}

const NEIGHBOURS = 100;

/** Journals by the time that they were recorded. */
async function* journalsFrom({ db, orgId }: Source, from: string): AsyncGenerator<Stored> {
  let last: readonly unknown[] | null = null;
  for (;;) {
    const found: Stored[] = await db.query({
      collection: paths.journals(orgId),
      where: [['recordedAt', '>=', from]],
      orderBy: [
        ['recordedAt', 'asc'],
        ['__name__', 'asc'],
      ],
      limit: PAGE,
      ...(last === null ? {} : { startAfter: last }),
    });
    yield* found;
    const end = found.at(-1);
    if (end === undefined || found.length < PAGE) return;
    last = [end.data['recordedAt'], end.path.split('/').at(-1)];
  }
}

/** When each leaf was recorded, as its own text says. */
async function timesOf({ db }: Source, places: LeafPlaces): Promise<Map<number, string>> {
  const times = new Map<number, string>();
  const byPath = new Map<string, [seq: number, step: number][]>();
  for (const [seq, { path, step }] of places) byPath.set(path, [...(byPath.get(path) ?? []), [seq, step]]);
  const all = [...byPath.keys()];
  for (let start = 0; start < all.length; start += PAGE) {
    const stored = await db.getAll(all.slice(start, start + PAGE));
    for (const document of stored)
      for (const [seq, step] of byPath.get(document?.path ?? '') ?? []) {
        const text = document === null ? null : leafText(document, step);
        const body = text === null ? {} : (JSON.parse(text) as { body: { at?: string; createdAt?: string } }).body;
        const time = body.at ?? body.createdAt;
        if (time !== undefined) times.set(seq, time);
      }
  }
  return times;
}
