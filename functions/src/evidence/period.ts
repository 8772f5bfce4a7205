import { paths } from '@countersign/domain/paths';
import { END_STATES, executionSchema } from '@countersign/domain/schemas/execution';
import { leafBatchSchema, type LeafBatch } from '@countersign/domain/schemas/stream';
import { collectExecution, type Contents, type Source } from './documents.ts';
import { placeEventsWithin } from './events.ts';
import { inOrder, place, placeJournalsOf } from './leaves.ts';
import { assertWithin, MAX_EXECUTIONS, MAX_HASHED, MAX_JOURNALS } from './limits.ts';

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

/**
 * From a leaf recorded before the period to one recorded after it, the ledger's leaves without a gap, by their places:
 * the writer's batches say which documents tell them. What no batch or document tells is given by its hash.
 */
async function placeLedgerWithin(source: Source, contents: Contents, from: string, to: string): Promise<void> {
  const places = contents.ledger;
  const start = await placeNearest(source, contents, await batchesBefore(source, from), 'last');
  const end = await placeNearest(source, contents, await batchesAfter(source, to), 'first');
  for await (const batch of batchesWithin(source, from, to)) await placeDocuments(source, contents, batch.documents);
  for (let seq = (start ?? -1) + 1; seq < (end ?? source.ledger); seq += 1)
    if (!places.has(seq)) contents.hashed.push(seq);
  assertWithin(contents.hashed.length, MAX_HASHED, 'leaves of the ledger that belong to nothing in it');
}

const lastOf = (day: string): string => `${day}T23:59:59.999Z`;

/**
 * The leaf next to the period on one side, so that the pack shows where it begins or ends; further away where the
 * document of the next one does not tell it any more.
 * @param near batches, the nearest first
 * @returns its place, or null when there is none
 */
async function placeNearest(
  source: Source,
  contents: Contents,
  near: readonly LeafBatch[],
  side: 'first' | 'last',
): Promise<number | null> {
  for (const { firstSeq, nextSeq, documents } of near) {
    const [seq, document] = side === 'first' ? [firstSeq, documents[0]] : [nextSeq - 1, documents.at(-1)];
    if (seq >= source.ledger || document === undefined) continue;
    await placeDocuments(source, contents, [document]);
    if (contents.ledger.has(seq)) return seq;
  }
  return null;
}

async function batchesBefore({ db, orgId }: Source, from: string): Promise<LeafBatch[]> {
  const found = await db.query({
    collection: paths.leafBatches(orgId),
    where: [['recordedAt', '<', from]],
    orderBy: [['recordedAt', 'desc']],
    limit: NEIGHBOURS,
  });
  // Of one moment there may be several.
  return found.map(({ data }) => leafBatchSchema.parse(data)).toSorted((a, b) => b.firstSeq - a.firstSeq);
}

async function batchesAfter({ db, orgId }: Source, to: string): Promise<LeafBatch[]> {
  const found = await db.query({
    collection: paths.leafBatches(orgId),
    where: [['recordedAt', '>', lastOf(to)]],
    orderBy: [['recordedAt', 'asc']],
    limit: NEIGHBOURS,
  });
  return found.map(({ data }) => leafBatchSchema.parse(data)).toSorted((a, b) => a.firstSeq - b.firstSeq);
}

const NEIGHBOURS = 20;

async function* batchesWithin({ db, orgId }: Source, from: string, to: string): AsyncGenerator<LeafBatch> {
  let last: readonly unknown[] | null = null;
  for (;;) {
    const found = await db.query({
      collection: paths.leafBatches(orgId),
      where: [
        ['recordedAt', '>=', from],
        ['recordedAt', '<=', lastOf(to)],
      ],
      orderBy: [
        ['recordedAt', 'asc'],
        ['__name__', 'asc'],
      ],
      limit: BATCHES,
      ...(last === null ? {} : { startAfter: last }),
    });
    for (const { data } of found) yield leafBatchSchema.parse(data);
    const end = found.at(-1);
    if (end === undefined || found.length < BATCHES) return;
    last = [end.data['recordedAt'], end.path.split('/').at(-1)];
  }
}

/** Of up to some hundred kilobytes each. */
const BATCHES = 50;

async function placeDocuments(
  source: Source,
  { ledger: places }: Contents,
  documents: readonly string[],
): Promise<void> {
  const wanted = [...new Set(documents)];
  for await (const chunk of inOrder(source.db, wanted, (one) => `${paths.organization(source.orgId)}/${one}`)) {
    for (const { stored } of chunk) if (stored !== null) place(places, stored, source.ledger);
    assertWithin(places.size, MAX_JOURNALS * 2, 'leaves of journals');
  }
}
