import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import {
  checkpointSchema,
  type Checkpoint,
  type StreamHead,
  type StreamName,
} from '@countersign/domain/schemas/stream';
import type { Organization } from '@countersign/domain/schemas/organization';
import { drainStream, sealStream, type SealDeps } from '../streams/index.ts';
import { isSameCheckpoint } from '../streams/publisher.ts';

/** The checkpoints that a pack's proofs lead to, and the epoch of the logs. */
export interface SealedLogs {
  readonly epoch: number;
  readonly checkpoints: Readonly<Record<StreamName, Checkpoint>>;
}

const MAX_DRAINS = 20;

/**
 * Have everything that waits decided and vouched for, the audit log first: what its events tell of is in the ledger by
 * then.
 * @throws AppError `failed_precondition` when a log was rewritten, or nothing was ever recorded
 */
export async function sealLogs(deps: SealDeps, orgId: string): Promise<SealedLogs> {
  const organization = (await deps.db.get(paths.organization(orgId)))?.data as Partial<Organization> | undefined;
  const epoch = organization?.restored?.epoch ?? 0;
  const audit = await seal(deps, orgId, 'audit', epoch);
  const ledger = await seal(deps, orgId, 'ledger', epoch);
  return { epoch, checkpoints: { audit, ledger } };
}

async function seal(deps: SealDeps, orgId: string, name: StreamName, epoch: number): Promise<Checkpoint> {
  for (let times = 0; times < MAX_DRAINS; times += 1) if (!(await drainStream(deps, orgId, name)).more) break;
  await sealStream(deps, orgId, name, { force: true });
  const head = (await deps.db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined;
  const stored =
    head === undefined ? null : await deps.db.get(paths.checkpoint(orgId, name, head.checkpointSize, epoch));
  if (stored === null)
    throw new AppError(
      'failed_precondition',
      `Nothing of the ${name} log has been vouched for, so nothing can be proven.`,
    );
  const checkpoint = checkpointSchema.parse(stored.data);
  // Where it was published, witnesses may have added their cosignatures.
  const published = await deps.publisher.latest(orgId, name, epoch, checkpoint.size);
  return published !== null && isSameCheckpoint(published, checkpoint.note)
    ? { ...checkpoint, note: published }
    : checkpoint;
}
