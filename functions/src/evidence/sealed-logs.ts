import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import {
  checkpointSchema,
  type Checkpoint,
  type StreamHead,
  type StreamName,
} from '@countersign/domain/schemas/stream';
import type { Organization } from '@countersign/domain/schemas/organization';
import { log } from '../log.ts';
import { drainStream, sealStream, type SealDeps } from '../streams/index.ts';
import { cosignStream } from '../witnesses/cosign.ts';

/** The checkpoints that a pack's proofs lead to, and the epoch of the logs. */
export interface SealedLogs {
  readonly epoch: number;
  readonly checkpoints: Readonly<Record<StreamName, Checkpoint>>;
}

const MAX_DRAINS = 20;
const COSIGNED_WITHIN_MS = 5_000;

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
  // A pack is made once: whoever cosigns in time is in it. Without them it proves what it proves.
  await cosignStream(deps, orgId, name, COSIGNED_WITHIN_MS).catch((error: unknown) =>
    log.tickFailed({ part: `witnesses of the ${name} of ${orgId}`, message: String(error) }),
  );
  const head = (await deps.db.get(paths.streamHead(orgId, name)))?.data as StreamHead | undefined;
  const stored =
    head === undefined ? null : await deps.db.get(paths.checkpoint(orgId, name, head.checkpointSize, epoch));
  if (stored === null)
    throw new AppError(
      'failed_precondition',
      `Nothing of the ${name} log has been vouched for, so nothing can be proven.`,
    );
  const checkpoint = checkpointSchema.parse(stored.data);
  // Where it was published, others may have added their cosignatures.
  const published = await deps.publisher.latest(orgId, name, epoch, checkpoint.size);
  return { ...checkpoint, note: published === null ? checkpoint.note : withLinesOf(published, checkpoint.note) };
}

/** The note with the signature lines that another copy of it has as well; as it is, when that is of another checkpoint. */
function withLinesOf(copy: string, note: string): string {
  const { text } = parseCheckpoint(note);
  if (!copy.startsWith(`${text}\n`)) return note;
  const there = new Set(note.split('\n'));
  const more = copy
    .slice(text.length + 1)
    .split('\n')
    .filter((line) => !there.has(line));
  return more.length === 0 ? note : `${note}${more.join('\n')}\n`;
}
