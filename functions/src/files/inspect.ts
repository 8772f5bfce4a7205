import { createHash } from 'node:crypto';
import { CsvProfiler } from '@countersign/domain/csv/profile';
import type { CsvProfile, FileIssue, StoredFile } from '@countersign/domain/schemas/file';

export interface Inspected {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly detectedType: StoredFile['detectedType'];
  readonly profile: CsvProfile | null;
  readonly issues: FileIssue[];
}

/** One pass over the bytes: their hash, their real type, and for a CSV its profile. */
export async function inspect(chunks: AsyncIterable<Uint8Array>): Promise<Inspected> {
  const hash = createHash('sha256');
  const profiler = new CsvProfiler();
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    profiler.push(chunk);
  }
  return { sha256: hash.digest('hex'), sizeBytes, ...profiler.finish() };
}
