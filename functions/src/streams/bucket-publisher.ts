import type { Storage } from 'firebase-admin/storage';
import { AppError } from '@countersign/domain/errors';
import type { StreamName } from '@countersign/domain/schemas/ledger';
import { epochName, isSameCheckpoint } from './publisher.ts';
import type { CheckpointPublisher } from './ports.ts';

const PRECONDITION_FAILED = 412;

/** Checkpoints in a bucket of their own with a locked retention policy: an object is created once and never replaced. */
export function bucketPublisher(bucket: ReturnType<Storage['bucket']>): CheckpointPublisher {
  const prefix = (orgId: string, name: StreamName, epoch: number): string => `${orgId}/${epochName(name, epoch)}/`;
  return {
    async publish(orgId, name, size, note, epoch = 0) {
      const file = bucket.file(`${prefix(orgId, name, epoch)}${String(size).padStart(15, '0')}`);
      try {
        await file.save(note, {
          resumable: false,
          contentType: 'text/plain; charset=utf-8',
          preconditionOpts: { ifGenerationMatch: 0 },
        });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === PRECONDITION_FAILED)) throw error;
        const [existing] = await file.download();
        if (!isSameCheckpoint(existing.toString('utf8'), note))
          throw new AppError('failed_precondition', `Another checkpoint of size ${size} was published before`, {
            cause: error,
          });
      }
    },
    async latest(orgId, name, epoch = 0) {
      const [files] = await bucket.getFiles({ prefix: prefix(orgId, name, epoch) });
      const last = files.at(-1);
      if (last === undefined) return null;
      const [note] = await last.download();
      return note.toString('utf8');
    },
  };
}
