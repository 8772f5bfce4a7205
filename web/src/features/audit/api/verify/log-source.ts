import type { StreamName } from '@countersign/domain/schemas/stream';

/** A document as it lies in the database, not looked at yet. */
export interface RawDocument {
  readonly id: string;
  readonly data: unknown;
}
export type Pages = AsyncIterable<readonly RawDocument[]>;

/** What the check reads, in pages; the browser reads it from Firestore, tests from memory. */
export interface LogSource {
  head(name: StreamName): Promise<unknown>;
  /** Newest first. */
  checkpoints(name: StreamName): Pages;
  /** Whole tiles of leaf hashes. */
  tiles(name: StreamName, count: number): Pages;
  /** By `seq`, from one on. */
  events(fromSeq: number): Pages;
  newestEvent(): Promise<RawDocument | null>;
  personal(): Pages;
  ledger(collection: 'accounts' | 'periods' | 'journals'): Pages;
}
