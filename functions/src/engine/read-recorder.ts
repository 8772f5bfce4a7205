import { canonicalJson, sha256Hex } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { readsHash, type RecordedRead } from '@countersign/domain/plan/digest';
import type { Write } from '../store/database.ts';

const READS_A_PAGE = 500;

/** Notes, as hashes, what a plan read from outside, so that the digest covers it. */
export class ReadRecorder {
  readonly #reads: (RecordedRead & { at: string })[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  record(call: string, args: unknown, result: unknown): void {
    this.#reads.push({
      call,
      argsHash: sha256Hex(canonicalJson(args ?? null)),
      resultHash: sha256Hex(canonicalJson(result ?? null)),
      at: this.#now().toISOString(),
    });
  }

  summary(): { count: number; hash: string } {
    return { count: this.#reads.length, hash: readsHash(this.#reads) };
  }

  toWrites(orgId: string, executionId: string, attempt: number): Write[] {
    const writes: Write[] = [];
    for (let start = 0, index = 0; start < this.#reads.length; start += READS_A_PAGE, index += 1) {
      const reads = this.#reads.slice(start, start + READS_A_PAGE);
      writes.push({
        op: 'create',
        path: paths.readPage(orgId, executionId, attempt, index),
        data: { attempt, index, reads },
      });
    }
    return writes;
  }
}
