import { AppError } from '@countersign/domain/errors';
import type { ObjectStore } from '../../store/object-store.ts';

export interface MemoryObjects extends ObjectStore {
  /** An upload, as a client would make it. @returns its generation */
  put(path: string, bytes: Uint8Array): string;
  text(path: string): string;
  /** Of one generation; null when there is none. */
  at(path: string, generation: string): string | null;
}

/** As large as what a bucket's stream gives: a reader that needs the whole file at once shows. */
const STREAM_BYTES = 64 * 1024;

/** `ObjectStore` in memory: every write is a new generation. */
export function memoryObjects(): MemoryObjects {
  const versions = new Map<string, Uint8Array>();
  const latest = new Map<string, string>();
  const put = (path: string, bytes: Uint8Array): string => {
    const generation = String(versions.size + 1);
    versions.set(`${path}#${generation}`, bytes);
    latest.set(path, generation);
    return generation;
  };
  const read = async (path: string, generation: string): Promise<Uint8Array> => {
    const bytes = versions.get(`${path}#${generation}`);
    if (bytes === undefined) throw new AppError('not_found', `No object ${path}`);
    return bytes;
  };
  return {
    put,
    read,
    at: (path, generation) => {
      const bytes = versions.get(`${path}#${generation}`);
      return bytes === undefined ? null : new TextDecoder().decode(bytes);
    },
    text: (path) => new TextDecoder().decode(versions.get(`${path}#${latest.get(path) ?? ''}`)),
    async *stream(path, generation) {
      const bytes = await read(path, generation);
      for (let at = 0; at < bytes.length; at += STREAM_BYTES) yield bytes.subarray(at, at + STREAM_BYTES);
    },
    write: async (path, bytes) => ({ generation: put(path, bytes) }),
    list: async (prefix, limit) =>
      [...latest]
        .filter(([path]) => path.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([path, generation]) => ({ path, generation })),
    async remove(path, generation) {
      versions.delete(`${path}#${generation}`);
      if (latest.get(path) === generation) latest.delete(path);
    },
    writer(path) {
      const pieces: Uint8Array[] = [];
      return {
        write: async (bytes) => void pieces.push(bytes),
        close: async () => ({ generation: put(path, Buffer.concat(pieces)) }),
        abort: () => void pieces.splice(0),
      };
    },
  };
}
