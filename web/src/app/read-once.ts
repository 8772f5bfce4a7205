import {
  type Firestore,
  type QueryConstraint,
  collection,
  documentId,
  getDocs,
  limit,
  orderBy,
  query,
  startAfter,
  where,
} from 'firebase/firestore';
import type { ListSource } from '../refs.ts';

/** As many ids as one query takes. */
const IDS = 30;
/** Firestore's rules refuse lists with a larger limit. */
const PAGE = 500;

/** The documents of a collection that have these ids; read once, for a check that somebody asks for. */
export async function readByIds<T>(
  firestore: Firestore,
  source: Pick<ListSource<T>, 'path' | 'schema'>,
  ids: readonly string[],
): Promise<T[]> {
  const found: T[] = [];
  for (let from = 0; from < ids.length; from += IDS) {
    const part = where(documentId(), 'in', ids.slice(from, from + IDS));
    const { docs } = await getDocs(query(collection(firestore, source.path), part, limit(IDS)));
    for (const doc of docs) found.push(source.schema.parse(doc.data()));
  }
  return found;
}

/** All documents of a collection, by id. @throws Error when there are more than `most` */
export async function readWhole<T>(
  firestore: Firestore,
  source: Pick<ListSource<T>, 'path' | 'schema'>,
  most: number,
): Promise<T[]> {
  const found: T[] = [];
  let after: QueryConstraint[] = [];
  for (;;) {
    const page = query(collection(firestore, source.path), orderBy(documentId()), ...after, limit(PAGE));
    const { docs } = await getDocs(page);
    for (const doc of docs) found.push(source.schema.parse(doc.data()));
    const last = docs.at(-1);
    if (last === undefined || docs.length < PAGE) return found;
    if (found.length >= most) throw new Error(`There are more than ${most.toLocaleString('en')}.`);
    after = [startAfter(last)];
  }
}
