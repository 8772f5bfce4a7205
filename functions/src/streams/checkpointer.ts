import {
  checkpointText,
  formatCheckpoint,
  keyIdOf,
  originOf,
  verifyCheckpoint,
  type CheckpointBody,
} from '@countersign/domain/audit/checkpoint';
import { EMPTY_ROOT, rootOf, type Hash } from '@countersign/domain/audit/merkle';
import { consistencyRanges, proofFromTiles, tilesOfRanges, verifyConsistency } from '@countersign/domain/audit/proof';
import { tileKey, unpackHashes } from '@countersign/domain/audit/tiles';
import { AppError, isAppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Checkpoint, StreamHead, StreamName, Tile } from '@countersign/domain/schemas/stream';
import type { Organization } from '@countersign/domain/schemas/organization';
import type { Database, Stored } from '../store/database.ts';
import { askNow } from './ask-now.ts';
import { ed25519Verify } from './ed25519.ts';
import type { SealDeps } from './ports.ts';

const MIN_INTERVAL_MS = 10_000;
const MAX_ATTEMPTS = 8;

/**
 * Sign and publish a stream's size and root, if it has grown and the last checkpoint is at least ten seconds old
 * (`force`: however young). It goes out of the database first: what is published is never unknown here for long, as the
 * next call records it.
 *
 * Before it signs, it proves to itself that the newest published checkpoint is the beginning of what it would sign: the
 * key never vouches for two histories.
 * @returns the new checkpoint, or null when there was nothing to do
 * @throws AppError `failed_precondition`, with `rolledBack` in its details, when the stream was rolled back or rewritten
 *   since the last publication
 */
export async function sealStream(
  deps: SealDeps,
  orgId: string,
  name: StreamName,
  options: { readonly force?: boolean } = {},
): Promise<Checkpoint | null> {
  const { db, now } = deps;
  const stored = await db.get(paths.streamHead(orgId, name));
  if (stored === null || !isDue(stored, now(), options.force === true)) return null;
  const { size, root, frontier } = stored.data as StreamHead;
  if (rootOf({ size, frontier }) !== root)
    throw new AppError('failed_precondition', `The head of the ${name} stream contradicts itself`, {
      details: { orgId, name, size },
    });

  const epoch = await readEpoch(db, orgId);
  const body: CheckpointBody = { origin: originOf(orgId, name, epoch), size, root };
  const checkpoint = await signCheckpoint(deps, name, body);
  const { checkpointSize } = stored.data as StreamHead;
  const otherHistory = await findOtherHistory(deps, orgId, name, body, epoch, checkpointSize);
  if (otherHistory !== null) throw refusal(orgId, otherHistory);
  await deps.publisher.publish(orgId, name, size, checkpoint.note, epoch);
  return (await record(deps, orgId, checkpoint, epoch)) ? checkpoint : null;
}

function isDue(stored: Stored, now: Date, force: boolean): boolean {
  const head = stored.data as StreamHead;
  if (head.size <= head.checkpointSize) return false;
  return force || head.checkpointAt === null || now.getTime() - Date.parse(head.checkpointAt) >= MIN_INTERVAL_MS;
}

async function signCheckpoint(
  { signer, now }: SealDeps,
  stream: StreamName,
  body: CheckpointBody,
): Promise<Checkpoint> {
  const publicKey = await signer.publicKey();
  const signature = await signer.sign(new TextEncoder().encode(checkpointText(body)));
  const keyId = Buffer.from(keyIdOf(body.origin, publicKey)).toString('hex');
  return { stream, ...body, note: formatCheckpoint(body, publicKey, signature), keyId, at: now().toISOString() };
}

/** A stream that is not the one whose checkpoint was published. */
export interface OtherHistory {
  readonly name: StreamName;
  readonly publishedSize: number;
  readonly size: number;
}

/**
 * Whether the stream in the database goes on from what was published of it last.
 * @returns null when it does, or when nothing was published
 */
export async function checkHistory(deps: SealDeps, orgId: string, name: StreamName): Promise<OtherHistory | null> {
  const head = (await deps.db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined;
  const epoch = await readEpoch(deps.db, orgId);
  const body = { origin: originOf(orgId, name, epoch), size: head?.size ?? 0, root: head?.root ?? EMPTY_ROOT };
  return findOtherHistory(deps, orgId, name, body, epoch, head?.checkpointSize ?? 0);
}

/** The epoch that this database is in, as far as it knows itself. */
async function readEpoch(db: Database, orgId: string): Promise<number> {
  const organization = (await db.get(paths.organization(orgId)))?.data as Partial<Organization> | undefined;
  return organization?.restored?.epoch ?? 0;
}

async function findOtherHistory(
  { db, publisher, signer }: SealDeps,
  orgId: string,
  name: StreamName,
  next: CheckpointBody,
  epoch: number,
  known: number,
): Promise<OtherHistory | null> {
  const publicKey = await signer.publicKey();
  // A later epoch than this database knows of: it was rolled back to before a restore.
  const later = await publisher.latest(orgId, name, epoch + 1);
  if (later !== null) {
    const { size } = await verifyCheckpoint(later, originOf(orgId, name, epoch + 1), publicKey, ed25519Verify);
    return { name, publishedSize: size, size: next.size };
  }
  const note = await publisher.latest(orgId, name, epoch, known);
  if (note === null) return null;
  const published = await verifyCheckpoint(note, next.origin, publicKey, ed25519Verify);
  // Somebody sealed further while this was under way: that one holds the proof.
  const head =
    published.size > next.size
      ? ((await db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined)
      : undefined;
  const [before, after] = head === undefined ? [published, next] : [published, head];
  const goesOn = before.size <= after.size && (await isConsistent(db, orgId, name, before, after));
  return goesOn ? null : { name, publishedSize: published.size, size: after.size };
}

/** What a refused seal has found; null for other errors. */
export function otherHistoryIn(error: unknown): OtherHistory | null {
  if (!isAppError(error) || error.details['rolledBack'] !== true) return null;
  const { name, publishedSize, size } = error.details as unknown as OtherHistory;
  return { name, publishedSize, size };
}

function refusal(orgId: string, { name, publishedSize, size }: OtherHistory): AppError {
  return new AppError(
    'failed_precondition',
    `The ${name} stream is not the one published at size ${publishedSize}: it was rolled back or rewritten`,
    { details: { orgId, name, publishedSize, size, rolledBack: true } },
  );
}

async function isConsistent(
  db: Database,
  orgId: string,
  name: StreamName,
  before: Pick<CheckpointBody, 'size' | 'root'>,
  after: Pick<CheckpointBody, 'size' | 'root'>,
): Promise<boolean> {
  const ranges = consistencyRanges(before.size, after.size);
  const coordinates = tilesOfRanges(ranges);
  const stored = await db.getAll(coordinates.map(({ level, index }) => paths.tile(orgId, name, level, index)));
  const tiles = new Map<string, Hash[]>(
    coordinates.map((tile, index) => [
      tileKey(tile),
      unpackHashes((stored[index]?.data as Tile | undefined)?.hashes ?? ''),
    ]),
  );
  const proof = tryProof(() => proofFromTiles(ranges, tiles));
  return (
    proof !== null &&
    verifyConsistency(before.size, after.size, before.size === 0 ? EMPTY_ROOT : before.root, after.root, proof)
  );
}

/** Tiles that are gone prove nothing. */
function tryProof(make: () => Hash[]): Hash[] | null {
  try {
    return make();
  } catch (error) {
    if (isAppError(error) && error.code === 'internal') return null;
    throw error;
  }
}

/** @returns false when a greater one was recorded meanwhile */
async function record(deps: SealDeps, orgId: string, checkpoint: Checkpoint, epoch: number): Promise<boolean> {
  const { db } = deps;
  const { stream, size, at } = checkpoint;
  for (let lost = 0; ; lost += 1) {
    const stored = await db.get(paths.streamHead(orgId, stream));
    const head = stored?.data as StreamHead | undefined;
    if (stored === null || head === undefined || head.checkpointSize >= size) return head?.checkpointSize === size;
    // Leaves may have come in since; they are as young as the last change of the head.
    const unsealedSince = head.size === size ? null : head.updatedAt;
    try {
      await db.commit([
        {
          op: 'update',
          path: stored.path,
          data: { checkpointSize: size, checkpointAt: at, unsealedSince },
          ifUpdateTime: stored.updateTime,
        },
        { op: 'set', path: paths.checkpoint(orgId, stream, size, epoch), data: { ...checkpoint } },
        ...(await askNow(deps, orgId, checkpoint)),
      ]);
      return true;
    } catch (error) {
      const raced = isAppError(error) && (error.code === 'failed_precondition' || error.code === 'unavailable');
      if (!raced || lost >= MAX_ATTEMPTS) throw error;
    }
  }
}
