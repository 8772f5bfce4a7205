import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';
import type { StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import { paths } from '@countersign/domain/paths';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Transaction, type Write } from '../store/database.ts';
import { checkHistory, drainStream, sealStream, type OtherHistory } from '../streams/index.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { holdersOf, messageWrites } from './notifications.ts';

const STREAMS: readonly StreamName[] = ['ledger', 'audit'];
const MAX_EPOCHS = 1_000;

/**
 * Before money moves: whether this database is the one whose checkpoints were published. If it is not, all payments are
 * stopped.
 * @returns whether it was rolled back
 */
export async function stopIfRolledBack(deps: Deps, orgId: string): Promise<boolean> {
  for (const name of STREAMS) {
    const other = await checkHistory(deps.streams, orgId, name);
    if (other === null) continue;
    await stopRolledBack(deps, orgId, other);
    return true;
  }
  return false;
}

/**
 * Stop all payments of an organization whose database was rolled back, and tell its admins. As long as nobody has told
 * what was restored (`afterRestore`), this happens again when the stop is lifted. Once for a stop.
 */
export async function stopRolledBack(
  deps: Deps,
  orgId: string,
  { name, publishedSize, size }: OtherHistory,
): Promise<void> {
  log.rolledBack({ orgId, stream: name, publishedSize, size });
  await deps.db.transaction(async (tx) => {
    const ref = refs.organization(orgId);
    const organization = await read(tx, ref);
    if (organization === null || organization.stop.active) return;
    const now = deps.now().toISOString();
    const reason = `The ${name} in the database has ${size} entries, but ${publishedSize} were vouched for: the database was rolled back or rewritten. Payments made since are not in it.`;
    const commitId = `rolled-back-${name}-${publishedSize}-${organization.version}`;
    const change = new ChangeSet(orgId, commitId, { kind: 'system', part: 'tick' }, now);
    change.change(ref, organization, { stop: { active: true, reason, uid: null, at: now } });
    const message = {
      about: `${orgId} ${commitId}`,
      title: 'All payments are stopped: the database was rolled back',
      body: `${reason} Follow the runbook "Restore" before you lift the stop.`,
      executionId: null,
    };
    change.also(...messageWrites(orgId, await holdersOf(tx, orgId, 'admin'), message, now));
    const data = { stream: name, publishedSize: String(publishedSize), size: String(size) };
    tx.write(...change.toWrites('organization.rolled_back', { data }));
  });
}

export interface RestoredStream {
  readonly name: StreamName;
  /** Leaves that the database had vouched for, as it knows itself: they are in it. */
  readonly from: number;
  /** The newest checkpoint that was published before; null when there was none. */
  readonly published: { readonly size: number; readonly root: string; readonly epoch: number } | null;
}

export interface AfterRestore {
  readonly epoch: number;
  readonly streams: readonly RestoredStream[];
}

/**
 * Tell the platform that an organization's database came back from a backup: payments since `lostSince` are not in it.
 * From now on the provider is asked before each payment, checkpoints are signed under a new origin, and the audit log
 * names what was vouched for before. All payments stay stopped until an admin lifts the stop.
 * @param lostSince ISO 8601 instant: the time to which the database was restored, or earlier
 * @throws AppError `invalid_argument`, `not_found`
 */
export async function afterRestore(deps: Deps, orgId: string, lostSince: string): Promise<AfterRestore> {
  const lost = Date.parse(lostSince);
  if (!Number.isFinite(lost) || lost > deps.now().getTime())
    throw new AppError('invalid_argument', `"${lostSince}" is no time that has been, such as 2026-11-22T10:00:00Z`);
  const epoch = await nextEpoch(deps, orgId);
  const done = await deps.db.transaction(async (tx) => begin(deps, tx, orgId, new Date(lost).toISOString(), epoch));
  for (const name of STREAMS) {
    await drainStream(deps.streams, orgId, name);
    await sealStream(deps.streams, orgId, name, { force: true });
  }
  return done;
}

async function begin(
  deps: Deps,
  tx: Transaction,
  orgId: string,
  lostSince: string,
  epoch: number,
): Promise<AfterRestore> {
  const ref = refs.organization(orgId);
  const organization = await read(tx, ref);
  if (organization === null) throw new AppError('not_found', `There is no organization ${orgId}`);
  const heads = await tx.getAll(STREAMS.map((name) => paths.streamHead(orgId, name)));
  const streams: RestoredStream[] = [];
  for (const [at, name] of STREAMS.entries()) {
    const head = heads[at]?.data as StreamHead | undefined;
    streams.push({ name, from: head?.checkpointSize ?? 0, published: await newestPublished(deps, orgId, name, epoch) });
  }
  const now = deps.now().toISOString();
  // Under the new origin nothing is vouched for yet: a log that does not grow needs a checkpoint as well.
  const unsealed = { checkpointSize: 0, checkpointAt: null, unsealedSince: now };
  const reopened = heads.flatMap((head): Write[] =>
    head === null ? [] : [{ op: 'update', path: head.path, data: unsealed }],
  );
  const change = new ChangeSet(orgId, `restored-${epoch}`, { kind: 'system', part: 'seed' }, now);
  const earlier = organization.restored?.lostSince ?? lostSince;
  change.change(ref, organization, {
    // What an earlier restore has lost is still not in it.
    restored: { at: now, lostSince: earlier < lostSince ? earlier : lostSince, epoch },
    stop: {
      active: true,
      reason: `The database was restored; what was paid since ${lostSince} is not in it. Look through the runs before payments go on.`,
      uid: null,
      at: now,
    },
  });
  change.also(...reopened);
  const data = Object.fromEntries([
    ['epoch', String(epoch)],
    ['lostSince', lostSince],
    ...streams.flatMap(({ name, from, published }) => [
      [`${name}From`, String(from)],
      [`${name}Published`, String(published?.size ?? 0)],
      [`${name}Root`, published?.root ?? ''],
      [`${name}Epoch`, String(published?.epoch ?? 0)],
    ]),
  ]) as Record<string, string>;
  tx.write(...change.toWrites('organization.restored', { data }));
  return { epoch, streams };
}

/** One that nothing was published under: the database may have forgotten restores too. */
async function nextEpoch({ streams, db }: Deps, orgId: string): Promise<number> {
  const known = (await read(db, refs.organization(orgId)))?.restored?.epoch ?? 0;
  for (let epoch = known + 1; epoch < MAX_EPOCHS; epoch += 1) {
    const published = await Promise.all(STREAMS.map((name) => streams.publisher.latest(orgId, name, epoch)));
    if (published.every((note) => note === null)) return epoch;
  }
  throw new AppError('limit_exceeded', `${orgId} was restored ${MAX_EPOCHS} times`);
}

async function newestPublished(
  { streams }: Deps,
  orgId: string,
  name: StreamName,
  before: number,
): Promise<RestoredStream['published']> {
  for (let epoch = before - 1; epoch >= 0; epoch -= 1) {
    const note = await streams.publisher.latest(orgId, name, epoch);
    if (note === null) continue;
    const { size, root } = parseCheckpoint(note);
    return { size, root, epoch };
  }
  return null;
}
