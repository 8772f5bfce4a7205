import { AppError, isAppError } from '@countersign/domain/errors';
import type { EvidenceExport } from '@countersign/domain/schemas/evidence';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { fenced, release, type Lease } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { subjectFacts } from '../commands/export-evidence.ts';
import { makeLedgerFile, type MadeLedgerFile } from '../ledger/export/make-ledger-file.ts';
import { makePack, type MadePack } from './make-pack.ts';

type Made = MadePack | MadeLedgerFile;

/** An organization that never stands still long enough: after so many tries the one who asked is told. */
const MAX_FAILURES = 6;

/** One step of the worker: make the pack that was asked for, and say so in the audit log. */
export async function exportStep(deps: Deps, lease: Lease): Promise<void> {
  const { orgId, workId } = lease;
  const request = await read(deps.db, refs.evidenceExport(orgId, workId));
  if (request?.state !== 'waiting') return fenced(deps, lease, async (tx) => tx.write(release(lease, null)));
  const made = await makeFile(deps, orgId, request, lease.token).catch((error: unknown) => {
    if (!isAppError(error) || (error.retryable && lease.failures < MAX_FAILURES)) throw error;
    return error;
  });
  await record(deps, lease, request, made);
  await drainStream(deps.streams, orgId, 'audit');
}

function makeFile(deps: Deps, orgId: string, request: EvidenceExport, token: number): Promise<Made> {
  const { subject } = request;
  return subject.kind === 'ledger'
    ? makeLedgerFile(deps, orgId, request.id, subject.format, token)
    : makePack(deps, orgId, { ...request, subject }, token);
}

async function record(deps: Deps, lease: Lease, { id }: EvidenceExport, made: Made | AppError): Promise<void> {
  const now = deps.now().toISOString();
  await fenced(deps, lease, async (tx) => {
    const ref = refs.evidenceExport(lease.orgId, id);
    const request = await read(tx, ref);
    if (request?.state !== 'waiting') return tx.write(release(lease, null));
    const change = new ChangeSet(lease.orgId, `evidence-${id}`, { kind: 'system', part: 'engine' }, now);
    const facts = { exportId: id, ...subjectFacts(request.subject) };
    change.also(release(lease, null));
    if (isAppError(made)) {
      const error = { code: made.code, message: made.message };
      change.change(ref, request, { state: 'failed', error, endedAt: now });
      return tx.write(...change.toWrites('evidence.failed', { data: { ...facts, code: made.code } }));
    }
    const { file, counts, checkpoints } = made;
    change.change(ref, request, { state: 'ready', file, counts, checkpoints, endedAt: now });
    const data = {
      ...facts,
      sha256: file.sha256,
      sizeBytes: String(file.sizeBytes),
      ...('ledgerSize' in made ? { ledgerSize: String(made.ledgerSize) } : {}),
      ...(checkpoints === null ? {} : { auditSize: String(checkpoints.audit), ledgerSize: String(checkpoints.ledger) }),
    };
    return tx.write(...change.toWrites('evidence.exported', { data }));
  });
}
