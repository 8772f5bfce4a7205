import { DRAFTS_KEPT_DAYS, draftFate, later } from '@countersign/domain/plan/draft-fate';
import { objectPaths, paths } from '@countersign/domain/paths';
import { draftsSchema, type Drafts } from '@countersign/domain/schemas/drafts';
import { fileSchema } from '@countersign/domain/schemas/file';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { isUnderLegalHold } from './legal-hold.ts';
import { fenced, type Lease } from './work.ts';

/** Attempts that are looked at in one tick. */
const ATTEMPTS_A_TICK = 10;
/** More than a plan may make (`DraftFiles`). */
const OBJECTS_A_LOOK = 200;
/** More than one run can publish and report. */
const FILES_OF_A_RUN = 300;

/** Before a plan makes its first file: where its files would lie, so that what a crash leaves is found as well. */
export async function noteDrafts(deps: Deps, lease: Lease, executionId: string): Promise<void> {
  const { orgId, token: attempt } = lease;
  const madeAt = deps.now().toISOString();
  const ref = refs.drafts(orgId, executionId, attempt);
  const data: Drafts = { orgId, executionId, attempt, madeAt, lookAt: later(madeAt, DRAFTS_KEPT_DAYS) };
  await fenced(deps, lease, async (tx) => tx.write({ op: 'set', path: ref.path, data }));
}

/**
 * Delete the drafts of plans that were never applied, some time after their run has ended, unless they are under a legal
 * hold. @returns how many files
 */
export async function sweepDrafts(deps: Deps): Promise<number> {
  const due = await deps.db.query({
    collection: 'drafts',
    group: true,
    where: [['lookAt', '<=', deps.now().toISOString()]],
    orderBy: [['lookAt', 'asc']],
    limit: ATTEMPTS_A_TICK,
  });
  let deleted = 0;
  for (const stored of due) deleted += await lookAt(deps, draftsSchema.parse(stored.data));
  return deleted;
}

async function lookAt(deps: Deps, drafts: Drafts): Promise<number> {
  const { orgId, executionId, attempt } = drafts;
  const { path } = refs.drafts(orgId, executionId, attempt);
  const now = deps.now().toISOString();
  const execution = await read(deps.db, refs.execution(orgId, executionId));
  const fate = execution === null ? ({ kind: 'keep' } as const) : draftFate(execution, attempt, now);
  if (fate.kind === 'keep') {
    await deps.db.commit([{ op: 'delete', path }]);
    return 0;
  }
  const held = fate.kind === 'delete' && (await isUnderLegalHold(deps.db, orgId, executionId));
  if (fate.kind === 'wait' || held) {
    const until = fate.kind === 'wait' ? fate.until : later(now, 1);
    await deps.db.commit([{ op: 'update', path, data: { lookAt: until } }]);
    return 0;
  }
  return deleteDrafts(deps, drafts, path, now);
}

/** The log first, then the objects, then what leads to them: a crash in between deletes nothing that the log does not tell. */
async function deleteDrafts(deps: Deps, drafts: Drafts, path: string, now: string): Promise<number> {
  const { orgId, executionId, attempt } = drafts;
  const files = await deps.db.query({
    collection: paths.files(orgId),
    where: [['executionId', '==', executionId]],
    limit: FILES_OF_A_RUN,
  });
  if (files.length === FILES_OF_A_RUN) {
    log.tickFailed({ part: 'drafts', message: `Run ${executionId} has too many files to know which are published` });
    await deps.db.commit([{ op: 'update', path, data: { lookAt: later(now, 1) } }]);
    return 0;
  }
  // Some pages of a run that was cancelled or drifted were done: a published file lies where its draft lay.
  const published = new Set(files.map(({ data }) => fileSchema.parse(data).storagePath));
  const found = await deps.objects.list(objectPaths.draft(orgId, executionId, attempt, ''), OBJECTS_A_LOOK);
  const left = found.filter((object) => !published.has(object.path));
  if (left.length > 0) {
    const change = new ChangeSet(
      orgId,
      `drafts-${executionId}-${attempt}-${now}`,
      { kind: 'system', part: 'tick' },
      now,
    );
    const data = { files: String(left.length), attempt: String(attempt) };
    await deps.db.commit(change.toWrites('execution.drafts_deleted', { executionId, data }));
  }
  for (const object of left) await deps.objects.remove(object.path, object.generation);
  // There may be more of them: the next tick goes on.
  if (found.length < OBJECTS_A_LOOK || left.length === 0) await deps.db.commit([{ op: 'delete', path }]);
  return left.length;
}
