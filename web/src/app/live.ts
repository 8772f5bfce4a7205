import { type FirestoreError, type Query, collection, doc, documentId, endAt, limit, onSnapshot, orderBy, query, startAt, where } from 'firebase/firestore';
import { useCallback, useEffect, useState } from 'react';
import type { DocumentSource, ListSource } from '../refs.ts';
import { useServices } from './services.ts';

export type LiveFailure =
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'unavailable'; readonly message: string }
  /** The document is there but has not the form that this version of the app knows. */
  | { readonly kind: 'invalid'; readonly path: string; readonly message: string };

export type Live<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: LiveFailure };

/** Listen to a document; null when it does not exist. A null source waits. */
export function useLiveDocument<T>(source: DocumentSource<T> | null): Live<T | null> {
  const { firestore } = useServices();
  const path = source?.path ?? null;
  const schema = source?.schema;
  const [entry, setEntry] = useState<{ path: string | null; live: Live<T | null> }>({ path, live: { kind: 'loading' } });

  useEffect(() => {
    if (path === null || !schema) return;
    return onSnapshot(
      doc(firestore, path),
      (snapshot) => {
        if (!snapshot.exists()) return setEntry({ path, live: { kind: 'ready', value: null } });
        const parsed = schema.safeParse(snapshot.data());
        setEntry({
          path,
          live: parsed.success ? { kind: 'ready', value: parsed.data } : { kind: 'failed', failure: { kind: 'invalid', path, message: describeIssue(parsed.error.issues[0]) } },
        });
      },
      (error) => setEntry({ path, live: { kind: 'failed', failure: toFailure(error) } }),
    );
  }, [firestore, path, schema]);

  return entry.path === path ? entry.live : { kind: 'loading' };
}

export interface LiveList<T> {
  readonly live: Live<readonly T[]>;
  /** Paths of documents that could not be read; they are left out of the rows and have to be mentioned. */
  readonly invalid: readonly string[];
  readonly hasMore: boolean;
  readonly loadMore: () => void;
}

/** The most documents that one list holds at once. */
const MAX_ROWS = 2000;

/** Listen to a list, `pageSize` documents at first and as many more with each `loadMore`. A null source waits. */
export function useLiveList<T>(source: ListSource<T> | null, pageSize: number): LiveList<T> {
  const { firestore } = useServices();
  const key = source ? listKey(source) : null;
  const schema = source?.schema;
  const [size, setSize] = useState({ key, count: pageSize });
  const [entry, setEntry] = useState<{ key: string | null; live: Live<readonly T[]>; invalid: readonly string[]; hasMore: boolean }>(
    { key, live: { kind: 'loading' }, invalid: [], hasMore: false },
  );
  const count = size.key === key ? size.count : pageSize;

  useEffect(() => {
    if (key === null || !source || !schema) return;
    return onSnapshot(
      buildQuery(collection(firestore, source.path), source, count + 1),
      (snapshot) => {
        const rows: T[] = [];
        const invalid: string[] = [];
        for (const document of snapshot.docs.slice(0, count)) {
          const parsed = schema.safeParse(document.data());
          if (parsed.success) rows.push(parsed.data);
          else invalid.push(document.ref.path);
        }
        setEntry({ key, live: { kind: 'ready', value: rows }, invalid, hasMore: snapshot.docs.length > count });
      },
      (error) => setEntry({ key, live: { kind: 'failed', failure: toFailure(error) }, invalid: [], hasMore: false }),
    );
    // The key stands for the source, which is a new object in every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [firestore, key, count, schema]);

  const loadMore = useCallback(() => setSize({ key, count: Math.min(count + pageSize, MAX_ROWS) }), [key, count, pageSize]);
  if (entry.key !== key) return { live: { kind: 'loading' }, invalid: [], hasMore: false, loadMore };
  return { live: entry.live, invalid: entry.invalid, hasMore: entry.hasMore && count < MAX_ROWS, loadMore };
}

function buildQuery<T>(base: Query, source: ListSource<T>, count: number): Query {
  const filters = source.where.map(([field, op, value]) => where(field, op, value));
  if (source.idPrefix !== undefined) {
    return query(base, ...filters, orderBy(documentId()), startAt(source.idPrefix), endAt(`${source.idPrefix}\uf8ff`), limit(count));
  }
  return query(base, ...filters, ...source.orderBy.map(([field, direction]) => orderBy(field, direction)), limit(count));
}

function listKey<T>(source: ListSource<T>): string {
  return JSON.stringify([source.path, source.where, source.orderBy, source.idPrefix ?? null]);
}

function toFailure(error: FirestoreError): LiveFailure {
  if (error.code === 'permission-denied') return { kind: 'forbidden' };
  if (error.code === 'unauthenticated') return { kind: 'signed_out' };
  return { kind: 'unavailable', message: error.message };
}

export function describeIssue(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  return issue ? `${issue.path.map(String).join('.') || 'document'}: ${issue.message}` : 'unknown form';
}
