import { once } from 'node:events';
import { AppError } from '@countersign/domain/errors';
import type { Storage } from 'firebase-admin/storage';

/** Bytes in Cloud Storage. A generation names one immutable version of an object. */
export interface ObjectStore {
  read(path: string, generation: string): Promise<Uint8Array>;
  /** The same bytes in chunks, for a single pass. */
  stream(path: string, generation: string): AsyncIterable<Uint8Array>;
  /** Creates the object; the same path again replaces it only by the same bytes of a retried report. */
  write(path: string, bytes: Uint8Array, contentType: string): Promise<{ generation: string }>;
  /** Creates the object from bytes that come in pieces; it is there when `close` has answered, and not before. */
  writer(path: string, contentType: string): ObjectWriter;
  /** Objects whose path begins so, in the order of their paths. */
  list(prefix: string, limit: number): Promise<ObjectVersion[]>;
  /** Deletes this generation of an object. One that is gone is no error. */
  remove(path: string, generation: string): Promise<void>;
}

export interface ObjectVersion {
  readonly path: string;
  readonly generation: string;
}

export interface ObjectWriter {
  /** Waits while the receiver is behind, so that no more than a piece or two is in memory. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<{ generation: string }>;
  /** Give up: there will be no object. Never throws. */
  abort(): void;
}

type Bucket = ReturnType<Storage['bucket']>;

export function bucketObjectStore(bucket: Bucket): ObjectStore {
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
    writer: (path, contentType) => bucketWriter(bucket, path, contentType),
    async list(prefix, limit) {
      const [files] = await bucket.getFiles({ prefix, maxResults: limit, autoPaginate: false });
      return files.map(({ name, metadata }) => ({ path: name, generation: String(metadata.generation ?? '0') }));
    },
    async remove(path, generation) {
      await bucket.file(path, { generation }).delete({ ignoreNotFound: true });
    },
  };
}

function bucketWriter(bucket: Bucket, path: string, contentType: string): ObjectWriter {
  const file = bucket.file(path);
  const stream = file.createWriteStream({ resumable: false, contentType, validation: false });
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
  });
  const failed = (cause: unknown): AppError =>
    new AppError('unavailable', 'Storage did not take a file that the run makes', {
      cause,
      details: { path },
      retryable: true,
    });
  return {
    async write(bytes) {
      if (failure !== undefined) throw failed(failure);
      // `once` rejects when the stream ends in an error instead.
      if (!stream.write(bytes)) await once(stream, 'drain').catch((error: unknown) => Promise.reject(failed(error)));
    },
    async close() {
      if (failure !== undefined) throw failed(failure);
      try {
        const finished = once(stream, 'finish');
        stream.end();
        await finished;
        // What the upload itself answered: asked afterwards, it could be another's.
        const generation = file.metadata.generation ?? (await file.getMetadata())[0].generation;
        return { generation: String(generation) };
      } catch (error) {
        throw failed(error);
      }
    },
    abort: () => void stream.destroy(),
  };
}
