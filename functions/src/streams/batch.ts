import { EMPTY_TREE, leafHash, rootOf, type Hash } from '@countersign/domain/audit/merkle';
import { appendToTiles, openTiles, packHashes, tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { paths } from '@countersign/domain/paths';
import type { Inbox, InboxResult, StreamHead, StreamName, Tile } from '@countersign/domain/schemas/stream';
import type { Database, Stored, Write } from '../store/database.ts';
import { auditKind } from './audit-kind.ts';
import { ledgerKind } from './ledger-kind.ts';
import type { Refusal, StreamDeps } from './ports.ts';
import type { Decided, StreamKind } from './stream-kind.ts';

/** Enough to spread a batch's fixed costs and to share its balances; a commit of some two megabytes at the most. */
const INTENTS_PER_BATCH = 1000;
/** As JSON text; the documents they become are about twice as large, and the balances come on top. */
const INTENT_BYTES_PER_BATCH = 1024 * 1024;
/** Each can be 500 KiB: this bounds the memory that a query may take. */
export const INBOX_DOCUMENTS_PER_READ = 100;

const kinds: Readonly<Record<StreamName, StreamKind>> = { ledger: ledgerKind, audit: auditKind };

/** Where a stream stands, as this process read it or left it behind. It holds as long as the head is still this one. */
export interface Position {
  readonly head: StreamHead | null;
  readonly headTime: string | null;
  /** Hashes of the tiles that still grow, by `tileKey`. */
  readonly open: ReadonlyMap<string, readonly Hash[]>;
  readonly waiting: readonly Inbox[];
  /** There may be more in the inbox than `waiting`. */
  readonly more: boolean;
  /** `waiting` is what somebody here waits for: something older may wait beside it. */
  readonly byName: boolean;
  /** What the stream's kind keeps in memory between batches. */
  readonly cache: unknown;
}

export interface Batch {
  readonly decided: ReadonlyMap<string, readonly Refusal[]>;
  readonly position: Position;
}

export interface Attempt {
  /** Look up what should not exist yet. The first attempt trusts that ids are new; the store refuses a second `create`. */
  readonly careful: boolean;
  /** Lowered when a commit was too large; at 0 a single document was, and it is refused whole. */
  readonly maxDocuments: number;
}

/**
 * The head before anything else, or with it: what is read after it is at least as new, and the precondition on the head
 * voids all of it if another writer came between.
 * @param before the last position of this process: with the same leaves come the same accounts and balances
 * @param wanted inbox documents to read by name, in the same moment as the head; null to look what there is
 */
export async function readPosition(
  { db }: StreamDeps,
  orgId: string,
  name: StreamName,
  before: Position | null,
  wanted: readonly string[] | null,
): Promise<Position> {
  const headPath = paths.streamHead(orgId, name);
  const [stored, ...named] =
    wanted === null
      ? [await db.get(headPath)]
      : await db.getAll([headPath, ...wanted.map((id) => paths.inbox(orgId, name, id))]);
  const head = (stored?.data ?? null) as StreamHead | null;
  const unchanged =
    before !== null && head !== null && before.head?.root === head.root && before.head.size === head.size;
  const tiles = unchanged ? [] : openTiles(head?.size ?? 0);
  const [waiting, tileDocs] = await Promise.all([
    wanted === null
      ? lookAround(db, orgId, name)
      : inOrder(named.flatMap((doc) => (doc === null ? [] : [doc.data as Inbox]))),
    db.getAll(tiles.map(({ level, index }) => paths.tile(orgId, name, level, index))),
  ]);
  // A writer that came between has added to the tile: what this head stands for is its beginning.
  const hashesOf = (doc: Stored | null | undefined, width: number): Hash[] =>
    unpackHashes((doc?.data as Tile | undefined)?.hashes ?? '').slice(0, width);
  return {
    head,
    headTime: stored?.updateTime ?? null,
    open: unchanged
      ? before.open
      : new Map(tiles.map((tile, index) => [tileKey(tile), hashesOf(tileDocs[index], tile.width)])),
    waiting,
    more: wanted === null && waiting.length === INBOX_DOCUMENTS_PER_READ,
    byName: wanted !== null,
    cache: unchanged ? before.cache : undefined,
  };
}

async function lookAround(db: Database, orgId: string, name: StreamName): Promise<Inbox[]> {
  const found = await db.query({
    collection: paths.inboxes(orgId, name),
    orderBy: [
      ['createdAt', 'asc'],
      ['__name__', 'asc'],
    ],
    limit: INBOX_DOCUMENTS_PER_READ,
  });
  return found.map((doc) => doc.data as Inbox);
}

/** As `lookAround` would have them. */
export function inOrder(inbox: readonly Inbox[]): Inbox[] {
  const key = ({ createdAt, id }: Inbox): string => `${createdAt} ${id}`;
  return inbox.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * Decide the first of what waits and commit it, on the precondition that the head is unchanged.
 * @returns null, and nothing is done, when something asked for by name would be refused or diverted: what it builds on
 *   may wait before it, so the position must be read by looking around
 * @throws AppError `failed_precondition`, `already_exists` or `unavailable` when another writer won, or may have
 */
export async function writeBatch(
  { db, now }: StreamDeps,
  orgId: string,
  name: StreamName,
  from: Position,
  attempt: Attempt,
): Promise<Batch | null> {
  const { head } = from;
  const tooLarge = attempt.maxDocuments === 0;
  const inbox = takeBatch(from.waiting, Math.max(1, attempt.maxDocuments));
  const parsed = inbox.map((doc) => (tooLarge ? null : kinds[name].parse(doc.intents)));
  const tree = head === null ? EMPTY_TREE : { size: head.size, frontier: head.frontier };
  const at = recordedTime(now(), head);
  const decision = await kinds[name].decide({
    db,
    orgId,
    at,
    size: tree.size,
    careful: attempt.careful,
    cache: from.cache,
    intents: parsed.flatMap((intents) => intents ?? []),
  });

  const decided = refusalsByDocument(inbox, parsed, decision, tooLarge);
  const asAsked = !decision.diverted && [...decided.values()].every((refused) => refused.length === 0);
  if (from.byName && !asAsked) return null;
  const hashes = decision.leaves.map((leaf) => leafHash(leaf));
  const { tree: grown, changed: tiles } = appendToTiles(tree, hashes, from.open);
  const newHead: StreamHead = {
    name,
    size: grown.size,
    root: rootOf(grown),
    frontier: [...grown.frontier],
    checkpointSize: head?.checkpointSize ?? 0,
    checkpointAt: head?.checkpointAt ?? null,
    unsealedSince: head?.unsealedSince ?? (hashes.length > 0 ? at : null),
    updatedAt: at,
  };
  const path = paths.streamHead(orgId, name);
  const [headTime] = await db.commit([
    from.headTime === null
      ? { op: 'create', path, data: { ...newHead } }
      : { op: 'set', path, data: { ...newHead }, ifUpdateTime: from.headTime },
    ...decision.writes,
    ...tiles.map(({ level, index, hashes: inTile }): Write => ({
      op: 'set',
      path: paths.tile(orgId, name, level, index),
      data: { level, index, width: inTile.length, hashes: packHashes(inTile) } satisfies Tile,
    })),
    ...inbox.flatMap((doc) => settle(orgId, name, doc.id, decided.get(doc.id) ?? [], at)),
  ]);
  const open = new Map(from.open);
  for (const tile of tiles) open.set(tileKey(tile), tile.hashes);
  const keep = openTiles(grown.size).map((tile) => [tileKey(tile), open.get(tileKey(tile)) ?? []] as const);
  return {
    decided,
    position: {
      head: newHead,
      headTime: headTime ?? null,
      open: new Map(keep),
      waiting: from.waiting.slice(inbox.length),
      more: from.more,
      byName: from.byName,
      cache: decision.cache,
    },
  };
}

/** A clock that is further behind than this is right, and the one that wrote before was wrong. */
const MAX_CLOCK_DIFFERENCE_MS = 60 * 60 * 1000;

/** Recorded times follow the order of the stream, also where the clocks of two writers differ. */
function recordedTime(now: Date, head: StreamHead | null): string {
  const at = now.toISOString();
  if (head === null || head.updatedAt <= at) return at;
  return Date.parse(head.updatedAt) - now.getTime() < MAX_CLOCK_DIFFERENCE_MS ? head.updatedAt : at;
}

/** An inbox document goes in the commit that decides it. It leaves a result only if something was refused. */
function settle(orgId: string, name: StreamName, id: string, refused: readonly Refusal[], at: string): Write[] {
  const gone: Write = { op: 'delete', path: paths.inbox(orgId, name, id), mustExist: true };
  if (refused.length === 0) return [gone];
  return [
    gone,
    {
      op: 'set',
      path: paths.inboxResult(orgId, name, id),
      data: { id, refused: [...refused], decidedAt: at } satisfies InboxResult,
    },
  ];
}

/** Whole documents, at least one, within the batch's limits. */
function takeBatch(waiting: readonly Inbox[], maxDocuments: number): Inbox[] {
  const taken: Inbox[] = [];
  let intents = 0;
  let bytes = 0;
  for (const doc of waiting.slice(0, maxDocuments)) {
    intents += doc.count;
    bytes += doc.intents.length;
    if (taken.length > 0 && (intents > INTENTS_PER_BATCH || bytes > INTENT_BYTES_PER_BATCH)) break;
    taken.push(doc);
  }
  return taken;
}

/** Every document of the batch, with its refusals. A document that can't be decided is refused whole: it must not stand in the way for ever. */
function refusalsByDocument(
  inbox: readonly Inbox[],
  parsed: readonly (readonly { readonly id: string }[] | null)[],
  decision: Decided,
  tooLarge: boolean,
): Map<string, readonly Refusal[]> {
  const whole: Refusal = tooLarge
    ? { intentId: '*', code: 'too_large', message: 'These intents touch more than fits into one commit' }
    : { intentId: '*', code: 'malformed', message: 'These do not have the shape of intents' };
  const byIndex = new Map(decision.refusals.map((refusal) => [refusal.index, refusal]));
  let index = 0;
  return new Map(
    inbox.map((doc, position) => {
      const intents = parsed[position];
      if (intents === null || intents === undefined) return [doc.id, [whole]];
      const refused = intents.flatMap(({ id }) => {
        const refusal = byIndex.get(index++);
        if (refusal === undefined) return [];
        const { code, message, details } = refusal;
        return [{ intentId: id, code, message, ...(details === undefined ? {} : { details }) }];
      });
      return [doc.id, refused];
    }),
  );
}
