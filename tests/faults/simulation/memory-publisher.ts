import { AppError } from '@countersign/domain/errors';
import type { CheckpointPublisher } from '../../../functions/src/streams/index.ts';

/** Where checkpoints go, in memory: a note of a size is published once. */
export function memoryPublisher(notes: Map<string, string>): CheckpointPublisher {
  const prefix = (orgId: string, name: string): string => `${orgId}/${name}/`;
  return {
    publish: async (orgId, name, size, note) => {
      const key = `${prefix(orgId, name)}${String(size).padStart(16, '0')}`;
      const there = notes.get(key);
      if (there !== undefined && there !== note) throw new AppError('failed_precondition', 'Another one was published');
      notes.set(key, note);
    },
    latest: async (orgId, name) => {
      const keys = [...notes.keys()].filter((key) => key.startsWith(prefix(orgId, name))).sort();
      return notes.get(keys.at(-1) ?? '') ?? null;
    },
  };
}
