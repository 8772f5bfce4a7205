import {
  type FirestoreError,
  type Query,
  type QueryConstraint,
  type QueryDocumentSnapshot,
  type QuerySnapshot,
  collection,
  doc,
  documentId,
  endAt,
  limit,
  onSnapshot,
  orderBy,
  query,
  startAfter,
  where,
} from 'firebase/firestore';
import { useCallback, useEffect, useState } from 'react';
import type { ZodType } from 'zod';
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
  const [entry, setEntry] = useState<{ path: string | null; live: Live<T | null> }>({
    path,
    live: { kind: 'loading' },
  });

  useEffect(() => {
    if (path === null || !schema) return;
    return onSnapshot(
      doc(firestore, path),
      (snapshot) => {
        if (!snapshot.exists()) return setEntry({ path, live: { kind: 'ready', value: null } });
        const parsed = schema.safeParse(snapshot.data());
        setEntry({
          path,
          live: parsed.success
            ? { kind: 'ready', value: parsed.data }
            : { kind: 'failed', failure: { kind: 'invalid', path, message: describeIssue(parsed.error.issues[0]) } },
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
  /** So much came in since an earlier window was opened that documents between two windows may be left out. */
  readonly gap: boolean;
  readonly loadMore: () => void;
}

/** Firestore's rules refuse lists with a larger limit. */
const MAX_LIMIT = 500;
/** So many times a list can be extended; whoever needs more filters. */
const MAX_WINDOWS = 100;

type Cursor = QueryDocumentSnapshot;
interface ListState<T> {
  readonly key: string | null;
  readonly live: Live<readonly T[]>;
  readonly invalid: readonly string[];
  readonly hasMore: boolean;
  readonly gap: boolean;
  readonly last: Cursor | null;
}
const loadingList = (key: string | null): ListState<never> => ({
  key,
  live: { kind: 'loading' },
  invalid: [],
  hasMore: false,
  gap: false,
  last: null,
});

/**
 * Listen to a list, `pageSize` documents at first and as many more with each `loadMore`. A null source waits.
 * Earlier windows end at the document that was last when the next one was opened, so that what is new pushes nothing
 * out of the list.
 */
export function useLiveList<T>(source: ListSource<T> | null, pageSize: number): LiveList<T> {
  const { firestore } = useServices();
  const key = source ? listKey(source) : null;
  const schema = source?.schema;
  const [extent, setExtent] = useState<{ readonly key: string | null; readonly cursors: readonly Cursor[] }>({
    key,
    cursors: [],
  });
  const [state, setState] = useState<ListState<T>>(() => loadingList(key));
  const cursors = extent.key === key ? extent.cursors : NO_CURSORS;

  useEffect(() => {
    if (key === null || !source || !schema) return;
    const snapshots: (QuerySnapshot | undefined)[] = Array.from({ length: cursors.length + 1 });
    const base = collection(firestore, source.path);
    const stops = snapshots.map((_, index) => {
      const last = index === cursors.length;
      const bounds = [
        ...(index === 0 ? [] : [startAfter(cursors[index - 1])]),
        ...(last ? [] : [endAt(cursors[index])]),
      ];
      return onSnapshot(
        windowQuery(base, source, bounds, last ? pageSize + 1 : MAX_LIMIT),
        (snapshot) => {
          snapshots[index] = snapshot;
          if (snapshots.every((one) => one !== undefined))
            setState(readList(key, snapshots as QuerySnapshot[], schema, pageSize));
        },
        (error) => setState({ ...loadingList(key), live: { kind: 'failed', failure: toFailure(error) } }),
      );
    });
    return () => stops.forEach((stop) => stop());
    // The key stands for the source, which is a new object in every render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [firestore, key, cursors, schema, pageSize]);

  const { last } = state;
  const loadMore = useCallback(() => {
    if (last) setExtent({ key, cursors: cursors.at(-1)?.id === last.id ? cursors : [...cursors, last] });
  }, [key, cursors, last]);
  const { live, invalid, hasMore, gap } = state.key === key ? state : loadingList(key);
  return { live, invalid, hasMore: hasMore && cursors.length < MAX_WINDOWS, gap, loadMore };
}

const NO_CURSORS: readonly Cursor[] = [];

function readList<T>(
  key: string,
  snapshots: readonly QuerySnapshot[],
  schema: ZodType<T>,
  pageSize: number,
): ListState<T> {
  const rows: T[] = [];
  const invalid: string[] = [];
  let last: Cursor | null = null;
  for (const [index, snapshot] of snapshots.entries()) {
    const shown = index === snapshots.length - 1 ? snapshot.docs.slice(0, pageSize) : snapshot.docs;
    for (const document of shown) {
      const parsed = schema.safeParse(document.data());
      if (parsed.success) rows.push(parsed.data);
      else invalid.push(document.ref.path);
      last = document;
    }
  }
  return {
    key,
    live: { kind: 'ready', value: rows },
    invalid,
    hasMore: (snapshots.at(-1)?.docs.length ?? 0) > pageSize,
    gap: snapshots.slice(0, -1).some((snapshot) => snapshot.docs.length >= MAX_LIMIT),
    last,
  };
}

function windowQuery<T>(base: Query, source: ListSource<T>, bounds: readonly QueryConstraint[], count: number): Query {
  const filters = source.where.map(([field, op, value]) => where(field, op, value));
  if (source.idPrefix !== undefined) {
    // A range over the id itself: pages of one attempt, in their order, without an index.
    const range =
      source.idPrefix === ''
        ? []
        : [where(documentId(), '>=', source.idPrefix), where(documentId(), '<', `${source.idPrefix}\uf8ff`)];
    return query(base, ...filters, ...range, orderBy(documentId()), ...bounds, limit(count));
  }
  return query(
    base,
    ...filters,
    ...source.orderBy.map(([field, direction]) => orderBy(field, direction)),
    ...bounds,
    limit(count),
  );
}

function listKey<T>(source: ListSource<T>): string {
  return JSON.stringify([source.path, source.where, source.orderBy, source.idPrefix ?? null]);
}

function toFailure(error: FirestoreError): LiveFailure {
  if (error.code === 'permission-denied') return { kind: 'forbidden' };
  if (error.code === 'unauthenticated') return { kind: 'signed_out' };
  return { kind: 'unavailable', message: error.message };
}

export function describeIssue(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string {
  return issue ? `${issue.path.map(String).join('.') || 'document'}: ${issue.message}` : 'unknown form';
}
