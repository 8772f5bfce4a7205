import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { AppError } from '@countersign/domain/errors';
import type { ObjectStore } from '../../../functions/src/store/object-store.ts';

/** `ObjectStore` over files on disk, as streams: what a worker has of a bucket, without the network. */
export function diskObjects(fileOf: (path: string) => string): ObjectStore {
  const never = async (): Promise<never> => {
    throw new AppError('internal', 'The data path holds no file whole');
  };
  return {
    read: never,
    write: never,
    list: never,
    remove: never,
    stream: (path) => createReadStream(fileOf(path)),
    writer(path) {
      const stream = createWriteStream(fileOf(path));
      return {
        async write(bytes) {
          if (!stream.write(bytes)) await once(stream, 'drain');
        },
        async close() {
          stream.end();
          await once(stream, 'finish');
          return { generation: '1' };
        },
        abort: () => void stream.destroy(),
      };
    },
  };
}
