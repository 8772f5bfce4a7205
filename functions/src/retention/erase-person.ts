import { paths } from '@countersign/domain/paths';
import { approvalSchema } from '@countersign/domain/schemas/effect';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { evidenceExportSchema, type EvidenceExport } from '@countersign/domain/schemas/evidence';
import { erasureSchema, type Erasure } from '@countersign/domain/schemas/retention';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { fenced, type Lease } from '../engine/work.ts';
import { keepsPersons, standingHolds } from '../engine/legal-hold.ts';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';
import { ABOUT_MEMBERS, isAbout, traceWrites } from './personal-traces.ts';

const EVENTS_A_STEP = 300;
const REMOVED = { code: 'erased', message: 'Removed: it had the personal data of somebody whose data was removed' };
export const ERASED_NAME = 'Erased person';

/**
 * Go on with an erasure: what the person wrote into the audit log and into approvals, what events say of them, then what
 * else they wrote, and packs that were made with personal values. What was hashed stays, as commitments whose salts are
 * gone. A hold that was placed meanwhile lets it wait.
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
  if (keepsPersons(await standingHolds(deps.db, orgId))) return false;
  const docs = await deps.db.query({
    collection: paths.audit(orgId),
    orderBy: [['seq', 'asc']],
    limit: EVENTS_A_STEP,
    ...(erasure.afterSeq < 0 ? {} : { startAfter: [erasure.afterSeq] }),
  });
  const all = docs.map(({ data }) => data as unknown as AuditEvent);
  const proposals = await proposalsAbout(deps, orgId, erasure.uid, all);
  const events = all.filter(
    (event) => concerns(event, erasure.uid) || proposals.has(event.body.data['proposal'] ?? ''),
  );
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
  const traces =
    docs.length < EVENTS_A_STEP
      ? await traceWrites(deps.db, orgId, erasure.uid, await standingHolds(deps.db, orgId))
      : [];
  writes.push(...traces);
  const pack = docs.length < EVENTS_A_STEP && traces.length === 0 ? await personalPack(deps, orgId) : null;
  const done = docs.length < EVENTS_A_STEP && traces.length === 0 && pack === null;
  await recordErasure(deps, lease, erasure, {
    writes,
    afterSeq: (docs.at(-1)?.data as AuditEvent | undefined)?.seq ?? erasure.afterSeq,
    removed: removed.length + traces.length,
    done,
    pack,
  });
  // After the commit, which says so: done again, it does nothing.
  if (pack?.file != null) await deps.objects.remove(pack.file.storagePath, pack.file.generation);
  return true;
}

/** Of the proposals that events name, those about the person: others gave their reasons. */
async function proposalsAbout(
  { db }: Deps,
  orgId: string,
  uid: string,
  events: readonly AuditEvent[],
): Promise<Set<string>> {
  const ids = events.flatMap(({ body: { data } }) =>
    ABOUT_MEMBERS.has(data['kind'] ?? '') ? (data['proposal'] ?? []) : [],
  );
  const stored = await db.getAll([...new Set(ids)].map((id) => paths.proposal(orgId, id)));
  return new Set(stored.flatMap((doc) => (doc !== null && isAbout(doc.data, uid) ? [String(doc.data['id'])] : [])));
}

/** A pack that opens personal values, whosever they are: it can be made again, without what is gone. */
async function personalPack({ db }: Deps, orgId: string): Promise<EvidenceExport | null> {
  const [stored] = await db.query({
    collection: paths.evidenceExports(orgId),
    where: [
      ['personal', '==', true],
      ['state', '==', 'ready'],
    ],
    limit: 1,
  });
  return stored === undefined ? null : evidenceExportSchema.parse(stored.data);
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
  step: {
    writes: readonly Write[];
    afterSeq: number;
    removed: number;
    done: boolean;
    pack: EvidenceExport | null;
  },
): Promise<void> {
  const { orgId, token } = lease;
  const now = deps.now().toISOString();
  await fenced(deps, lease, async (tx) => {
    const ref = refs.erasure(orgId, uid);
    const erasure = await read(tx, ref);
    if (erasure?.state !== 'running' || keepsPersons(await standingHolds(tx, orgId))) return;
    const commit = `erase-${uid}-${token}-${step.afterSeq}-${erasure.version}`;
    const change = new ChangeSet(orgId, commit, { kind: 'system', part: 'tick' }, now);
    change.change(ref, erasure, {
      afterSeq: step.afterSeq,
      removed: erasure.removed + step.removed,
      state: step.done ? 'done' : 'running',
      doneAt: step.done ? now : null,
    });
    if (step.pack !== null)
      change.change(refs.evidenceExport(orgId, step.pack.id), step.pack, {
        state: 'failed',
        file: null,
        error: REMOVED,
      });
    change.also(...step.writes);
    tx.write(
      ...change.toWrites('person.erased', {
        data: { uid, removed: String(step.removed), done: step.done ? 'yes' : 'no' },
      }),
    );
  });
}
