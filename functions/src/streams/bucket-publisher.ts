import type { Storage } from 'firebase-admin/storage';
import { AppError } from '@countersign/domain/errors';
import type { StreamName } from '@countersign/domain/schemas/stream';
import { epochName, isSameCheckpoint, shelfName } from './publisher.ts';
import type { CheckpointPublisher } from './ports.ts';

const PRECONDITION_FAILED = 412;

type Bucket = ReturnType<Storage['bucket']>;

const nameOf = (size: number): string => String(size).padStart(15, '0');

/**
 * Names sort by size, so what is at `known` or after it is newest. A stream has thousands of checkpoints: all of them are
 * listed only where nothing is found there.
 */
async function newest(bucket: Bucket, prefix: string, known: number): Promise<ReturnType<Bucket['file']> | undefined> {
  const [from] = known === 0 ? [[]] : await bucket.getFiles({ prefix, startOffset: `${prefix}${nameOf(known)}` });
  if (from.length > 0) return from.at(-1);
  const [all] = await bucket.getFiles({ prefix });
  return all.at(-1);
}

/** Checkpoints in a bucket of their own with a locked retention policy: an object is created once and never replaced. */
export function bucketPublisher(bucket: Bucket): CheckpointPublisher {
  const prefix = (orgId: string, name: StreamName, epoch: number): string => `${orgId}/${epochName(name, epoch)}/`;
  return {
    async publish(orgId, name, size, note, epoch = 0) {
      const there = await createOnce(bucket.file(`${prefix(orgId, name, epoch)}${nameOf(size)}`), note);
      if (!isSameCheckpoint(there, note))
        throw new AppError('failed_precondition', `Another checkpoint of size ${size} was published before`);
    },
    async latest(orgId, name, epoch = 0, known = 0) {
      const last = await newest(bucket, prefix(orgId, name, epoch), known);
      if (last === undefined) return null;
      const [note] = await last.download();
      return note.toString('utf8');
    },
    async keep(orgId, name, shelf, file, text, epoch = 0) {
      await createOnce(bucket.file(`${orgId}/${shelfName(name, shelf, epoch)}/${file}`), text);
    },
  };
}

/** @returns what lies there now: this text, or the one that was there before */
async function createOnce(file: ReturnType<Bucket['file']>, text: string): Promise<string> {
  try {
    await file.save(text, {
      resumable: false,
      contentType: 'text/plain; charset=utf-8',
      preconditionOpts: { ifGenerationMatch: 0 },
    });
    return text;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === PRECONDITION_FAILED)) throw error;
    const [existing] = await file.download();
    return existing.toString('utf8');
  }
}
