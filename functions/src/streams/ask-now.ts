import { paths } from '@countersign/domain/paths';
import type { Checkpoint } from '@countersign/domain/schemas/stream';
import type { WitnessState } from '@countersign/domain/schemas/witness';
import type { Write } from '../store/database.ts';
import type { SealDeps } from './ports.ts';

/** For the commit that records a seal. Witnesses are asked behind it, by the tick: none of them can hold it back. */
export async function askNow(
  { db, witnesses }: SealDeps,
  orgId: string,
  { stream, origin, at }: Checkpoint,
): Promise<readonly Write[]> {
  const path = paths.witnesses(orgId, stream);
  // Also when this process asks nobody, a script for instance: the tick of the platform does.
  if ((await db.get(path)) !== null) return [{ op: 'update', path, data: { nextAt: at } }];
  if (witnesses === undefined) return [];
  const first: WitnessState = {
    stream,
    origin,
    nextAt: at,
    quorum: '',
    reachedSize: null,
    witnesses: [],
    updatedAt: at,
  };
  return [{ op: 'set', path, data: first }];
}
