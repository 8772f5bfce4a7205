import type { z } from 'zod';

/** A stored document: plain JSON and the time of its last change, an opaque token for preconditions. */
export interface Stored {
  readonly path: string;
  readonly data: Record<string, unknown>;
  readonly updateTime: string;
}

export type Write =
  /** Fails with `already_exists` when the document is there. */
  | { readonly op: 'create'; readonly path: string; readonly data: Record<string, unknown> }
  /** Replaces the whole document. With `ifUpdateTime`, fails when it changed since; with `ifExists`, when it is gone. */
  | {
      readonly op: 'set';
      readonly path: string;
      readonly data: Record<string, unknown>;
      readonly ifUpdateTime?: string;
    }
  /** Replaces the named top-level fields of an existing document. */
  | {
      readonly op: 'update';
      readonly path: string;
      readonly data: Record<string, unknown>;
      readonly ifUpdateTime?: string;
    }
  /** With `mustExist`, fails when the document is gone. */
  | { readonly op: 'delete'; readonly path: string; readonly mustExist?: boolean; readonly ifUpdateTime?: string };

export interface Query {
  /** A collection's path, or with `group` a collection id anywhere. */
  readonly collection: string;
  readonly group?: boolean;
  readonly where?: readonly (readonly [
    field: string,
    op: '==' | '<' | '<=' | '>' | '>=' | 'array-contains' | 'array-contains-any' | 'in',
    value: unknown,
  ])[];
  readonly orderBy?: readonly (readonly [field: string, direction: 'asc' | 'desc'])[];
  readonly limit: number;
  /** Values of the `orderBy` fields of the last document of the page before. */
  readonly startAfter?: readonly unknown[];
}

/** A transaction: all reads come before the first write; `fn` may run again when somebody else wrote meanwhile. */
export interface Transaction {
  get(path: string): Promise<Stored | null>;
  getAll(paths: readonly string[]): Promise<(Stored | null)[]>;
  query(query: Query): Promise<Stored[]>;
  write(...writes: Write[]): void;
}

/** The store behind the engine, the streams and the commands: what they need of Firestore and no more. */
export interface Database {
  get(path: string): Promise<Stored | null>;
  getAll(paths: readonly string[]): Promise<(Stored | null)[]>;
  query(query: Query): Promise<Stored[]>;
  /**
   * All or nothing. When its answer is lost on the way, the SDK may send it again: a commit that has happened can then
   * fail on its own preconditions, so whoever gets such an error reads before deciding what it means.
   * @returns each write's update time, for the preconditions of what follows
   * @throws AppError `already_exists` or `failed_precondition` when a precondition does not hold, `unavailable`
   *   (retryable) when it is not known whether it happened
   */
  commit(writes: readonly Write[]): Promise<readonly string[]>;
  transaction<T>(fn: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** A typed place: the path and the schema of what lies there. */
export interface DocRef<T> {
  readonly path: string;
  readonly schema: z.ZodType<T>;
}

type Reader = Pick<Transaction, 'get' | 'getAll'>;

/** Read and parse one document; null when it is not there. */
export async function read<T>(from: Reader, ref: DocRef<T>): Promise<T | null> {
  const stored = await from.get(ref.path);
  return stored === null ? null : ref.schema.parse(stored.data);
}

export async function readAll<T>(from: Reader, refs: readonly DocRef<T>[]): Promise<(T | null)[]> {
  const stored = await from.getAll(refs.map((ref) => ref.path));
  return stored.map((one, index) => (one === null ? null : (refs[index] as DocRef<T>).schema.parse(one.data)));
}
