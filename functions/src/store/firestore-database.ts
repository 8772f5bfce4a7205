import { AppError } from '@countersign/domain/errors';
import {
  FieldPath,
  Timestamp,
  type DocumentSnapshot,
  type Firestore,
  type Query as FirestoreQuery,
  type Transaction as FirestoreTransaction,
  type WriteBatch,
} from 'firebase-admin/firestore';
import { assertIndexed } from './assert-indexed.ts';
import { batchedReader, rememberingReader } from './batched-reader.ts';
import type { Database, Query, Stored, Transaction, Write } from './database.ts';
import { assertWithinLimits } from './limits.ts';
import { skipIdleWaits } from './no-idle-waits.ts';

const GET_ALL_CHUNK = 500;
const MAX_ATTEMPTS = 8;

/** `Database` over the admin SDK. Every commit is checked against the real Firestore's limits first. */
export function firestoreDatabase(firestore: Firestore): Database {
  skipIdleWaits();
  const readAll = (paths: readonly string[]): Promise<(Stored | null)[]> =>
    getAll(paths, (refs) => firestore.getAll(...refs), firestore);
  return {
    get: batchedReader(readAll),
    getAll: readAll,
    query: async (query) => (await toFirestoreQuery(firestore, query).get()).docs.map((doc) => toStored(doc) as Stored),
    commit: async (writes) => {
      if (writes.length === 0) return [];
      assertWithinLimits(writes);
      const batch = firestore.batch();
      apply(firestore, batch, writes);
      const results = await batch.commit().catch(rethrow);
      return results.map((result) => fromTimestamp(result.writeTime));
    },
    transaction: async (fn) =>
      firestore
        .runTransaction(
          async (inner) => {
            const writes: Write[] = [];
            const result = await fn(transactionOver(firestore, inner, writes));
            assertWithinLimits(writes);
            apply(firestore, inner, writes);
            return result;
          },
          { maxAttempts: MAX_ATTEMPTS },
        )
        .catch(rethrow),
  };
}

function transactionOver(firestore: Firestore, inner: FirestoreTransaction, writes: Write[]): Transaction {
  const readAll = (paths: readonly string[]): Promise<(Stored | null)[]> =>
    getAll(paths, (refs) => inner.getAll(...refs), firestore);
  return {
    get: rememberingReader(batchedReader(readAll)),
    getAll: readAll,
    query: async (query) =>
      (await inner.get(toFirestoreQuery(firestore, query))).docs.map((doc) => toStored(doc) as Stored),
    write: (...more) => void writes.push(...more),
  };
}

async function getAll(
  paths: readonly string[],
  fetch: (refs: FirebaseFirestore.DocumentReference[]) => Promise<DocumentSnapshot[]>,
  firestore: Firestore,
): Promise<(Stored | null)[]> {
  const chunks: Promise<DocumentSnapshot[]>[] = [];
  for (let start = 0; start < paths.length; start += GET_ALL_CHUNK) {
    chunks.push(fetch(paths.slice(start, start + GET_ALL_CHUNK).map((path) => firestore.doc(path))));
  }
  return (await Promise.all(chunks)).flat().map(toStored);
}

function toStored(snapshot: DocumentSnapshot): Stored | null {
  const data = snapshot.data();
  if (data === undefined || snapshot.updateTime === undefined) return null;
  return { path: snapshot.ref.path, data, updateTime: fromTimestamp(snapshot.updateTime) };
}

const fromTimestamp = ({ seconds, nanoseconds }: Timestamp): string => `${seconds}.${nanoseconds}`;

function toTimestamp(updateTime: string): Timestamp {
  const [seconds = '0', nanoseconds = '0'] = updateTime.split('.');
  return new Timestamp(Number(seconds), Number(nanoseconds));
}

function toFirestoreQuery(firestore: Firestore, query: Query): FirestoreQuery {
  assertIndexed(query);
  let built: FirestoreQuery =
    query.group === true ? firestore.collectionGroup(query.collection) : firestore.collection(query.collection);
  for (const [field, op, value] of query.where ?? [])
    built = built.where(field === '__name__' ? FieldPath.documentId() : field, op, value);
  for (const [field, direction] of query.orderBy ?? [])
    built = built.orderBy(field === '__name__' ? FieldPath.documentId() : field, direction);
  if (query.startAfter !== undefined) built = built.startAfter(...query.startAfter);
  return built.limit(query.limit);
}

function apply(firestore: Firestore, target: WriteBatch | FirestoreTransaction, writes: readonly Write[]): void {
  // The two share their write methods; TypeScript can't see it through their overloads.
  const batch = target as WriteBatch;
  for (const write of writes) {
    const ref = firestore.doc(write.path);
    const precondition =
      'ifUpdateTime' in write && write.ifUpdateTime !== undefined
        ? { lastUpdateTime: toTimestamp(write.ifUpdateTime) }
        : undefined;
    if (write.op === 'create') batch.create(ref, write.data);
    else if (write.op === 'delete')
      batch.delete(ref, precondition ?? (write.mustExist === true ? { exists: true } : {}));
    else if (write.op === 'update')
      precondition === undefined ? batch.update(ref, write.data) : batch.update(ref, write.data, precondition);
    else if (precondition === undefined) batch.set(ref, write.data);
    // `set` takes no precondition in the SDK: deleting nothing, an `update` that names every field replaces it as well
    // as far as our documents go (their schemas are strict, and no field is optional once written).
    else batch.update(ref, write.data, precondition);
  }
}

const GRPC_ALREADY_EXISTS = 6;
const GRPC_NOT_FOUND = 5;
const GRPC_FAILED_PRECONDITION = 9;
const GRPC_ABORTED = 10;
const GRPC_DEADLINE = 4;
const GRPC_UNAVAILABLE = 14;

function rethrow(error: unknown): never {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (code === GRPC_ALREADY_EXISTS) throw new AppError('already_exists', message, { cause: error });
  if (code === GRPC_FAILED_PRECONDITION || code === GRPC_NOT_FOUND)
    throw new AppError('failed_precondition', message, { cause: error });
  if (code === GRPC_ABORTED || code === GRPC_DEADLINE || code === GRPC_UNAVAILABLE) {
    throw new AppError('unavailable', message, { cause: error, retryable: true });
  }
  throw error;
}
