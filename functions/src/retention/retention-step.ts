import { paths } from '@countersign/domain/paths';
import { KEEP_EVERYTHING, RETENTION_CLASSES, type RetentionClass } from '@countersign/domain/schemas/retention';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { standingHolds } from '../engine/legal-hold.ts';
import { fenced, newWork, release, type Lease } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read, type Transaction, type Write } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { eraseSome } from './erase-person.ts';
import { sweepers } from './sweep-classes.ts';
import * as z from 'zod';

/** The one piece of work of this kind in an organization. */
export const RETENTION_WORK = 'retention';
const DAY_MS = 86_400_000;
const BATCHES_A_STEP = 20;

/** The work, due now: for the commit of a change that gives it something to do. */
export async function retentionDue(tx: Pick<Transaction, 'get'>, orgId: string, now: string): Promise<Write> {
  const path = paths.work(orgId, RETENTION_WORK);
  return (await tx.get(path)) === null
    ? newWork(orgId, RETENTION_WORK, now, 'retention')
    : { op: 'update', path, data: { nextAt: now } };
}

/** Everything is looked at again from the beginning: after a change of what is kept, or of what is held. */
export const sweepAnew = (orgId: string): Write[] =>
  RETENTION_CLASSES.map((what) => ({ op: 'delete', path: paths.sweep(orgId, what) }));

/** Some batches of what may go, each with its event; then erasures of persons. Due again at once while more is left, else in a day. */
export async function retentionStep(deps: Deps, lease: Lease): Promise<void> {
  const { orgId } = lease;
  const keepDays = (await read(deps.db, refs.retention(orgId)))?.keepDays ?? KEEP_EVERYTHING;
  let left = BATCHES_A_STEP;
  for (const what of RETENTION_CLASSES) {
    const days = keepDays[what];
    if (days === null) continue;
    const before = new Date(deps.now().getTime() - days * DAY_MS).toISOString();
    for (let more = true; more && left > 0; left -= 1) more = await sweepBatch(deps, lease, what, before);
  }
  const erasing = left > 0 && (await eraseSome(deps, lease));
  const again = left <= 0 || erasing ? deps.now().getTime() : deps.now().getTime() + DAY_MS;
  await fenced(deps, lease, async (tx) => tx.write(release(lease, new Date(again).toISOString())));
  await drainStream(deps.streams, orgId, 'audit');
}

const placeSchema = z.tuple([z.union([z.string(), z.number()]), z.string()]);

/**
 * First the commit, on holds as they stand in it; then what lies outside; then the place to go on from. A hold that is
 * placed before the commit keeps the batch, and one that is placed after it finds in the log that it came too late.
 * @returns whether there may be more
 */
async function sweepBatch(deps: Deps, lease: Lease, what: RetentionClass, before: string): Promise<boolean> {
  const { orgId, token } = lease;
  const cursor = await deps.db.get(paths.sweep(orgId, what));
  // A place of an older form: from the beginning, where nothing is left.
  const after = placeSchema.safeParse(cursor?.data['after']).data ?? null;
  const [now, id] = [deps.now(), deps.newId()];
  const batch = await fenced(deps, lease, async (tx) => {
    const holds = await standingHolds(tx, orgId);
    const found = await sweepers[what]({ db: tx, objects: deps.objects, now, orgId, before, after, holds });
    if (found.count === 0) return found;
    const change = new ChangeSet(
      orgId,
      `retention-${what}-${token}-${id}`,
      { kind: 'system', part: 'tick' },
      now.toISOString(),
    );
    found.inside(change);
    const data = { class: what, count: String(found.count), before };
    tx.write(...change.toWrites('retention.applied', { data }));
    return found;
  });
  await batch.outside();
  const { next } = batch;
  if (next === null) return false;
  await fenced(deps, lease, async (tx) =>
    tx.write({ op: 'set', path: paths.sweep(orgId, what), data: { after: [...next] } }),
  );
  return true;
}
