import { paths } from '@countersign/domain/paths';
import { approvalSchema } from '@countersign/domain/schemas/effect';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { erasureSchema, type Erasure } from '@countersign/domain/schemas/retention';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { fenced, type Lease } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';

const EVENTS_A_STEP = 300;
export const ERASED_NAME = 'Erased person';

/**
 * Go on with an erasure: what the person wrote into the audit log and into approvals, and what events say of them. What
 * was hashed stays, as commitments whose salts are gone.
 * @returns whether there may be more
 */
export async function eraseSome(deps: Deps, lease: Lease): Promise<boolean> {
  const { orgId } = lease;
  const [stored] = await deps.db.query({
    collection: paths.erasures(orgId),
    where: [['state', '==', 'running']],
    limit: 1,
  });
  if (stored === undefined) return false;
  const erasure = erasureSchema.parse(stored.data);
  const docs = await deps.db.query({
    collection: paths.audit(orgId),
    orderBy: [['seq', 'asc']],
    limit: EVENTS_A_STEP,
    ...(erasure.afterSeq < 0 ? {} : { startAfter: [erasure.afterSeq] }),
  });
  const events = docs.map(({ data }) => data as unknown as AuditEvent).filter((event) => concerns(event, erasure.uid));
  const personal = await deps.db.getAll(events.map(({ body }) => paths.auditPersonal(orgId, body.id)));
  const signed = [...new Set(events.flatMap(({ body }) => (body.executionId === null ? [] : [body.executionId])))].map(
    (executionId) => refs.approval(orgId, executionId, erasure.uid),
  );
  const approvals = await deps.db.getAll(signed.map((ref) => ref.path));
  const removed = personal.filter((one) => one !== null);
  const writes: Write[] = removed.map(({ path }) => ({ op: 'delete', path }));
  for (const approval of approvals) {
    if (approval === null || approvalSchema.parse(approval.data).salt === '') continue;
    // Neither field is in the document's hash: its commitment is.
    writes.push({ op: 'update', path: approval.path, data: { comment: '', salt: '' } });
  }
  const done = docs.length < EVENTS_A_STEP;
  await recordErasure(deps, lease, erasure, {
    writes,
    afterSeq: (docs.at(-1)?.data as AuditEvent | undefined)?.seq ?? erasure.afterSeq,
    removed: removed.length,
    done,
  });
  return true;
}

/** Theirs, or about them. */
function concerns({ body }: AuditEvent, uid: string): boolean {
  const { actor, subjects, data } = body;
  return (
    (actor.kind === 'member' && actor.uid === uid) ||
    data['uid'] === uid ||
    subjects.some(({ path }) => path === `members/${uid}`)
  );
}

async function recordErasure(
  deps: Deps,
  lease: Lease,
  { uid }: Erasure,
  step: { writes: readonly Write[]; afterSeq: number; removed: number; done: boolean },
): Promise<void> {
  const { orgId, token } = lease;
  const now = deps.now().toISOString();
  await fenced(deps, lease, async (tx) => {
    const ref = refs.erasure(orgId, uid);
    const erasure = await read(tx, ref);
    if (erasure?.state !== 'running') return;
    const commit = `erase-${uid}-${token}-${step.afterSeq}`;
    const change = new ChangeSet(orgId, commit, { kind: 'system', part: 'tick' }, now);
    change.change(ref, erasure, {
      afterSeq: step.afterSeq,
      removed: erasure.removed + step.removed,
      state: step.done ? 'done' : 'running',
      doneAt: step.done ? now : null,
    });
    change.also(...step.writes);
    tx.write(
      ...change.toWrites('person.erased', {
        data: { uid, removed: String(step.removed), done: step.done ? 'yes' : 'no' },
      }),
    );
  });
}
