import { AppError } from '@countersign/domain/errors';
import type { Storage } from 'firebase-admin/storage';

/** Bytes in Cloud Storage. A generation names one immutable version of an object. */
export interface ObjectStore {
  read(path: string, generation: string): Promise<Uint8Array>;
  /** The same bytes in chunks, for a single pass. */
  stream(path: string, generation: string): AsyncIterable<Uint8Array>;
  /** Creates the object; the same path again replaces it only by the same bytes of a retried report. */
  write(path: string, bytes: Uint8Array, contentType: string): Promise<{ generation: string }>;
}

export function bucketObjectStore(bucket: ReturnType<Storage['bucket']>): ObjectStore {
  return {
    async read(path, generation) {
      try {
        const [bytes] = await bucket.file(path, { generation }).download({ validation: false });
        return bytes;
      } catch (error) {
        throw new AppError('not_found', `The file ${path} can not be read`, {
          cause: error,
          details: { path, generation },
        });
      }
    },
    stream: (path, generation) => bucket.file(path, { generation }).createReadStream({ validation: false }),
    async write(path, bytes, contentType) {
      const file = bucket.file(path);
      await file.save(Buffer.from(bytes), { resumable: false, contentType, validation: false });
      const [metadata] = await file.getMetadata();
      return { generation: String(metadata.generation ?? '0') };
    },
  };
}
