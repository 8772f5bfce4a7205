import { append, EMPTY_TREE, leafHash, rootOf, type Hash } from '@countersign/domain/audit/merkle';
import { appendToTiles, openTiles, packHashes, tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { AppError, isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Inbox, InboxResult, StreamHead, StreamName, Tile } from '@countersign/domain/schemas/ledger';
import type { Database, Stored, Write } from '../store/database.ts';
import { auditKind } from './audit-kind.ts';
import { ledgerKind } from './ledger-kind.ts';
import type { DrainResult, Refusal, StreamDeps } from './ports.ts';
import type { Decided, StreamKind } from './stream-kind.ts';

/** Enough to spread a batch's fixed costs; few enough for a commit of a few hundred kilobytes. */
const INTENTS_PER_BATCH = 400;
/** As JSON text; the documents they become are about twice as large, and the balances come on top. */
const INTENT_BYTES_PER_BATCH = 1024 * 1024;
/** Each can be 500 KiB: this bounds the memory that a query may take. */
const INBOX_DOCUMENTS_PER_BATCH = 100;
const DEFAULT_MAX_BATCHES = 50;
const MAX_ATTEMPTS = 10;
const BACKOFF_MS = 15;
const DEFAULT_TIMEOUT_MS = 30_000;

const kinds: Readonly<Record<StreamName, StreamKind>> = { ledger: ledgerKind, audit: auditKind };

/**
 * Decide what waits in a stream's inbox, batch by batch, until it is empty or `maxBatches` are done.
 *
 * Any number of these may run at once, anywhere: a batch is committed on the precondition that the head is still the
 * one read before everything else, so of two writers one wins and the other starts over. In one process, calls for the
 * same stream share a run; a call that comes while one is under way shares the next, because the present one may have
 * read the inbox already.
 * @throws AppError `unavailable` when the race was lost too often; what waits is decided by whoever won, or the tick
 */
export function drainStream(deps: StreamDeps, orgId: string, name: StreamName, options: { readonly maxBatches?: number } = {}): Promise<DrainResult> {
  const lane = laneOf(deps.db, orgId, name);
  if (lane.running === null) return startDrain(lane, deps, orgId, name, options);
  lane.next ??= lane.running.then(restart, restart);
  return lane.next;

  function restart(): Promise<DrainResult> {
    lane.next = null;
    return startDrain(lane, deps, orgId, name, options);
  }
}

/**
 * Drain until a commit's intents are decided. Call it only after that commit is known to have happened: intents that
 * never came in look like accepted ones.
 * @param commitId as given to `ledgerIntents` or `auditIntents`
 * @returns what was refused; an intent that is not named was accepted. They stay until `takeResult`.
 * @throws AppError `unavailable` (retryable) after `timeoutMs`
 */
export async function awaitDecided(
  deps: StreamDeps, orgId: string, name: StreamName, commitId: string, options: { readonly timeoutMs?: number } = {},
): Promise<readonly Refusal[]> {
  const deadline = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  for (let attempt = 0; ; attempt += 1) {
    const drained = await drainStream(deps, orgId, name).catch(unlessUnavailable);
    const decided = drained?.decided.get(commitId);
    if (decided !== undefined) return decided;
    // Somebody else's writer decided it, or ours did and never heard that its commit went through.
    const [waiting, result] = await deps.db.getAll([paths.inbox(orgId, name, commitId), paths.inboxResult(orgId, name, commitId)]);
    if (result) return (result.data as InboxResult).refused;
    // Read in one go, but not in one moment: it may have been decided, with refusals, between the two.
    if (!waiting) return refusedIn(await deps.db.get(paths.inboxResult(orgId, name, commitId)));
    if (Date.now() > deadline) throw new AppError('unavailable', `The ${name} stream is busy; try again`, { retryable: true, details: { commitId } });
    await pause(attempt);
  }
}

const refusedIn = (result: Stored | null): readonly Refusal[] => (result === null ? [] : (result.data as InboxResult).refused);

/** One per stream and process: the run under way, the one that waits for it, and what the last batch left in memory. */
interface Lane {
  running: Promise<DrainResult> | null;
  next: Promise<DrainResult> | null;
  cache: unknown;
  /** The head that `cache` belongs to: with the same leaves come the same accounts and balances. */
  cacheRoot: Hash | null;
}

const lanes = new WeakMap<Database, Map<string, Lane>>();
const MAX_LANES = 200;

function laneOf(db: Database, orgId: string, name: StreamName): Lane {
  let ofDatabase = lanes.get(db);
  if (ofDatabase === undefined) lanes.set(db, (ofDatabase = new Map()));
  const key = `${orgId}/${name}`;
  let lane = ofDatabase.get(key);
  if (lane === undefined) {
    for (const [other, { running }] of ofDatabase) if (ofDatabase.size >= MAX_LANES && running === null) ofDatabase.delete(other);
    ofDatabase.set(key, (lane = { running: null, next: null, cache: undefined, cacheRoot: null }));
  }
  return lane;
}

function startDrain(lane: Lane, deps: StreamDeps, orgId: string, name: StreamName, options: { readonly maxBatches?: number }): Promise<DrainResult> {
  const run = drain(lane, deps, orgId, name, options.maxBatches ?? DEFAULT_MAX_BATCHES).finally(() => {
    lane.running = null;
  });
  lane.running = run;
  return run;
}

async function drain(lane: Lane, deps: StreamDeps, orgId: string, name: StreamName, maxBatches: number): Promise<DrainResult> {
  const decided = new Map<string, readonly Refusal[]>();
  for (let batches = 0; ; batches += 1) {
    if (batches === maxBatches) return { batches, decided, size: await sizeOf(deps.db, orgId, name), more: true };
    const batch = await writeBatchUntilWon(lane, deps, orgId, name);
    for (const [id, refused] of batch.decided) decided.set(id, refused);
    if (batch.decided.size === 0) return { batches, decided, size: batch.size, more: false };
  }
}

interface BatchResult {
  readonly decided: ReadonlyMap<string, readonly Refusal[]>;
  readonly size: number;
}

interface Attempt {
  /** Look up what should not exist yet. The first attempt trusts that ids are new, and the store refuses a second `create`. */
  careful: boolean;
  maxDocuments: number;
}

async function writeBatchUntilWon(lane: Lane, deps: StreamDeps, orgId: string, name: StreamName): Promise<BatchResult> {
  const attempt: Attempt = { careful: false, maxDocuments: INBOX_DOCUMENTS_PER_BATCH };
  for (let lost = 0; ; lost += 1) {
    try {
      return await writeBatch(lane, deps, orgId, name, attempt);
    } catch (error) {
      lane.cacheRoot = null;
      if (!isAppError(error)) throw error;
      if (lost >= MAX_ATTEMPTS) throw new AppError('unavailable', `The ${name} stream is contended`, { retryable: true, cause: error });
      if (error.code === 'limit_exceeded') attempt.maxDocuments = Math.floor(attempt.maxDocuments / 4);
      else if (error.code === 'already_exists') attempt.careful = true;
      else if (error.code !== 'failed_precondition' && error.code !== 'unavailable') throw error;
      await pause(lost);
    }
  }
}

async function writeBatch(lane: Lane, deps: StreamDeps, orgId: string, name: StreamName, attempt: Attempt): Promise<BatchResult> {
  const { db } = deps;
  // The head before anything else: what is read after it is at least as new, and the precondition voids all of it if
  // another writer came between.
  const headDoc = await db.get(paths.streamHead(orgId, name));
  const head = (headDoc?.data ?? null) as StreamHead | null;
  const tree = head === null ? EMPTY_TREE : { size: head.size, frontier: head.frontier };
  const open = openTiles(tree.size);
  const [waiting, openDocs] = await Promise.all([
    db.query({ collection: paths.inboxes(orgId, name), orderBy: [['createdAt', 'asc'], ['__name__', 'asc']], limit: Math.max(1, attempt.maxDocuments) }),
    db.getAll(open.map(({ level, index }) => paths.tile(orgId, name, level, index))),
  ]);
  const inbox = takeBatch(waiting);
  if (inbox.length === 0) return { decided: new Map(), size: tree.size };

  const kind = kinds[name];
  const parsed = inbox.map((doc) => kind.parse(doc.intents));
  const intents = attempt.maxDocuments === 0 ? [] : parsed.flatMap((one) => one ?? []);
  const at = deps.now().toISOString();
  const cache = lane.cacheRoot !== null && lane.cacheRoot === head?.root ? lane.cache : undefined;
  const decision = await kind.decide({ db, orgId, size: tree.size, intents, at, careful: attempt.careful, cache });

  const refused = refusalsByDocument(inbox, parsed, decision, attempt.maxDocuments === 0);
  const hashes = decision.leaves.map((leaf) => leafHash(leaf));
  const grown = append(tree, hashes);
  const openHashes = new Map(open.map((tile, index) => [tileKey(tile), unpackHashes((openDocs[index]?.data as Tile | undefined)?.hashes ?? '')]));
  const newHead = {
    name, size: grown.size, root: rootOf(grown), frontier: [...grown.frontier],
    checkpointSize: head?.checkpointSize ?? 0, checkpointAt: head?.checkpointAt ?? null,
    unsealedSince: head?.unsealedSince ?? (hashes.length > 0 ? at : null), updatedAt: at,
  } satisfies StreamHead;
  await db.commit([
    // First, so that a lost race is found before anything else is looked at.
    headDoc === null
      ? { op: 'create', path: paths.streamHead(orgId, name), data: newHead }
      : { op: 'set', path: headDoc.path, data: newHead, ifUpdateTime: headDoc.updateTime },
    ...decision.writes,
    ...appendToTiles(tree.size, hashes, openHashes).map(({ level, index, hashes: inTile }): Write => ({
      op: 'set', path: paths.tile(orgId, name, level, index), data: { level, index, width: inTile.length, hashes: packHashes(inTile) } satisfies Tile,
    })),
    ...inbox.flatMap((doc) => settle(orgId, name, doc, refused.get(doc.id) ?? [], at)),
  ]);
  lane.cache = decision.cache;
  lane.cacheRoot = newHead.root;
  return { decided: refused, size: grown.size };
}

/** An inbox document goes in the commit that decides it. It leaves a result only if something was refused. */
function settle(orgId: string, name: StreamName, doc: Inbox, refused: readonly Refusal[], at: string): Write[] {
  const gone: Write = { op: 'delete', path: paths.inbox(orgId, name, doc.id), mustExist: true };
  if (refused.length === 0) return [gone];
  return [gone, { op: 'set', path: paths.inboxResult(orgId, name, doc.id), data: { id: doc.id, refused: [...refused], decidedAt: at } satisfies InboxResult }];
}

/** Whole documents, at least one, within the batch's limits. */
function takeBatch(waiting: readonly Stored[]): Inbox[] {
  const taken: Inbox[] = [];
  let intents = 0;
  let bytes = 0;
  for (const { data } of waiting) {
    const doc = data as Inbox;
    intents += doc.count;
    bytes += doc.intents.length;
    if (taken.length > 0 && (intents > INTENTS_PER_BATCH || bytes > INTENT_BYTES_PER_BATCH)) break;
    taken.push(doc);
  }
  return taken;
}

function refusalsByDocument(inbox: readonly Inbox[], parsed: readonly (readonly { readonly id: string }[] | null)[], decision: Decided, tooLarge: boolean): Map<string, readonly Refusal[]> {
  const byIndex = new Map(decision.refusals.map((refusal) => [refusal.index, refusal]));
  const refused = new Map<string, readonly Refusal[]>();
  let index = 0;
  inbox.forEach((doc, position) => {
    const intents = parsed[position] ?? null;
    // Refused whole, so that it can't stand in everybody's way for ever.
    if (intents === null) return refused.set(doc.id, [{ intentId: '*', code: 'malformed', message: 'These intents do not have the shape of intents' }]);
    if (tooLarge) return refused.set(doc.id, intents.map(({ id }) => ({ intentId: id, code: 'too_large', message: 'These intents touch more than fits into one commit' })));
    const ofDocument: Refusal[] = [];
    for (const { id } of intents) {
      const refusal = byIndex.get(index);
      if (refusal !== undefined) ofDocument.push({ intentId: id, code: refusal.code, message: refusal.message });
      index += 1;
    }
    return refused.set(doc.id, ofDocument);
  });
  return refused;
}

async function sizeOf(db: Database, orgId: string, name: StreamName): Promise<number> {
  const head = await db.get(paths.streamHead(orgId, name));
  return head === null ? 0 : (head.data as StreamHead).size;
}

function unlessUnavailable(error: unknown): null {
  if (isAppError(error) && error.code === 'unavailable') return null;
  throw error;
}

/** Jittered, so that two losers do not meet again. */
async function pause(attempt: number): Promise<void> {
  const ms = Math.min(500, BACKOFF_MS * 2 ** attempt) * (0.5 + Math.random());
  await new Promise((resolve) => setTimeout(resolve, ms));
}
