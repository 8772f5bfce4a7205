import { epochOf, parseCheckpoint, verifyCheckpoint } from '@countersign/domain/audit/checkpoint';
import { rootOf } from '@countersign/domain/audit/merkle';
import { isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { leafBatchSchema, type LeafBatch, type StreamHead, type StreamName } from '@countersign/domain/schemas/stream';
import { epochIn } from './epoch.ts';
import { ed25519Verify } from '../streams/ed25519.ts';
import { readHead } from '../streams/verify/tree-checks.ts';
import { lookAtDocuments } from './passes/document-passes.ts';
import { lookAtAccounts, lookAtJournals, lookAtPeriods } from './passes/ledger-passes.ts';
import { wrongInSigned } from './passes/tree-passes.ts';
import { History } from './history.ts';
import type { Turn } from './turn.ts';

const STREAMS: readonly StreamName[] = ['ledger', 'audit'];
const CHUNK = 200;

/**
 * What is looked at in every turn: both heads and what was published of them, what came into the logs since the last turn,
 * and the documents that this tells of.
 * @returns whether the log of audit was followed to its end: only then can the cycle go on
 */
export async function checkNewest(turn: Turn): Promise<boolean> {
  // Of an organization whose log is read for the first time, all of it would be new.
  const isFirst = turn.notes.history.upTo === 0;
  for (const name of STREAMS) await lookForRollback(turn, name);
  const followed = await turn.follow(true);
  for (const name of STREAMS) await lookAtHead(turn, name);
  await followLedger(turn);
  if (!followed) return false;
  if (!isFirst) await lookAtDocuments(turn, [...turn.fresh]);
  return true;
}

async function lookForRollback(turn: Turn, name: StreamName): Promise<void> {
  const { notes } = turn;
  const size = await turn.headSize(name);
  if (size < notes.seen[name]) {
    turn.findings.add(
      'tree',
      `${name} head`,
      `it ends at ${size}, and this check has seen ${notes.seen[name]} leaves: it was truncated or rolled back`,
    );
    if (name === 'audit') notes.history = new History();
    else notes.followed = Math.min(notes.followed, size);
    notes.cycle = null;
  }
  notes.seen[name] = size;
}

async function lookAtHead(turn: Turn, name: StreamName): Promise<void> {
  const { db, orgId, findings } = turn;
  const before = await readHead(db, orgId, name, findings);
  const newest = await lookAtPublished(turn, name);
  if (before.checkpointSize > newest)
    findings.add(
      'checkpoint',
      `${name} head`,
      `it says that ${before.checkpointSize} leaves were vouched for, but the newest published checkpoint at hand ends at ${newest}`,
    );
  if (rootOf(before) !== before.root) findings.add('tree', `${name} head`, 'its frontier is not that of its leaves');
  if ((await turn.tiles[name].rootAt(before.size)) !== before.root)
    findings.add('tree', `${name} head`, `its root is not that of the ${before.size} leaves`);
}

/** @returns the size of the newest true checkpoint outside the database */
async function lookAtPublished(turn: Turn, name: StreamName): Promise<number> {
  const { streams, orgId, findings } = turn;
  const epoch = await epochIn(turn.db, orgId);
  const publicKey = await streams.signer.publicKey();
  const known = ((await turn.db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined)?.checkpointSize;
  const notes = await Promise.all([
    streams.publisher.latest(orgId, name, epoch, known ?? 0),
    streams.publisher.latest(orgId, name, epoch + 1),
  ]);
  let newest = 0;
  for (const note of notes.filter((one) => one !== null)) {
    const where = (size?: number): string =>
      `published checkpoint of ${name}${size === undefined ? '' : ` at ${size}`}`;
    try {
      const origin = parseCheckpoint(note).origin;
      const body = await verifyCheckpoint(note, origin, publicKey, ed25519Verify);
      newest = Math.max(newest, body.size);
      const signed = { ...body, epoch: epochOf(origin, orgId, name) ?? 0 };
      const wrong = await wrongInSigned(turn, name, signed, await turn.headSize(name));
      if (wrong !== null) findings.add('checkpoint', where(body.size), wrong);
    } catch (error) {
      if (!isAppError(error)) throw error;
      findings.add('checkpoint', where(), error.message);
    }
  }
  return newest;
}

/** Leaves of the ledger that came since, by the lists of their documents that the writer left. */
async function followLedger(turn: Turn): Promise<void> {
  const { db, orgId, notes, findings } = turn;
  const size = notes.seen.ledger;
  while (notes.followed < size && !turn.spent()) {
    const docs = await db.query({
      collection: paths.leafBatches(orgId),
      orderBy: [['__name__', 'asc']],
      limit: 20,
      ...(notes.followed === 0 ? {} : { startAfter: [String(notes.followed - 1).padStart(16, '0')] }),
    });
    const batches = docs.flatMap(({ data }) => leafBatchSchema.safeParse(data).data ?? []);
    for (const batch of batches) {
      if (batch.firstSeq >= size) break;
      if (batch.firstSeq !== notes.followed) break;
      await lookAtBatch(turn, batch);
      notes.followed = batch.nextSeq;
    }
    if (notes.followed >= size || batches.some(({ nextSeq }) => nextSeq === notes.followed)) continue;
    findings.add(
      'leaf',
      `ledger leaves ${notes.followed} to ${size - 1}`,
      'no list names the documents that they are leaves of',
    );
    notes.followed = size;
  }
}

async function lookAtBatch(turn: Turn, { firstSeq, documents }: LeafBatch): Promise<void> {
  const all = [...new Set(documents)];
  for (let start = 0; start < all.length; start += CHUNK) {
    const chunk = all.slice(start, start + CHUNK);
    const stored = await turn.db.getAll(chunk.map((path) => `${paths.organization(turn.orgId)}/${path}`));
    const of = (collection: string): typeof found => found.filter(({ path }) => path.startsWith(`${collection}/`));
    const found = stored.filter((doc) => doc !== null);
    await lookAtAccounts(turn, null, of(paths.accounts(turn.orgId)));
    await lookAtPeriods(turn, null, of(paths.periods(turn.orgId)));
    await lookAtJournals(turn, null, of(paths.journals(turn.orgId)));
    for (const [index, path] of chunk.entries())
      if (stored[index] === null)
        turn.findings.add(
          'leaf',
          `ledger leaf ${firstSeq + documents.indexOf(path)}`,
          `its document ${path} is not there: it was deleted or moved`,
        );
  }
}
