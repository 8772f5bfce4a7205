import type { Storage } from 'firebase-admin/storage';
import { AppError } from '@countersign/domain/errors';
import type { CheckpointPublisher } from './ports.ts';

const PRECONDITION_FAILED = 412;

/** Checkpoints in a bucket of their own with a locked retention policy: an object is created once and never replaced. */
export function bucketPublisher(bucket: ReturnType<Storage['bucket']>): CheckpointPublisher {
  const prefix = (orgId: string, name: string): string => `${orgId}/${name}/`;
  return {
    async publish(orgId, name, size, note) {
      const file = bucket.file(`${prefix(orgId, name)}${String(size).padStart(15, '0')}`);
      try {
        await file.save(note, {
          resumable: false,
          contentType: 'text/plain; charset=utf-8',
          preconditionOpts: { ifGenerationMatch: 0 },
        });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === PRECONDITION_FAILED)) throw error;
        const [existing] = await file.download();
        if (existing.toString('utf8') !== note)
          throw new AppError('failed_precondition', `Another checkpoint of size ${size} was published before`, {
            cause: error,
          });
      }
    },
    async latest(orgId, name) {
      const [files] = await bucket.getFiles({ prefix: prefix(orgId, name) });
      const last = files.at(-1);
      if (last === undefined) return null;
      const [note] = await last.download();
      return note.toString('utf8');
    },
  };
}
