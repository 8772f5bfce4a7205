import { paths } from '@countersign/domain/paths';
import {
  type CollectionReference,
  type Firestore,
  type QueryConstraint,
  type QuerySnapshot,
  collection,
  doc,
  documentId,
  getDocFromServer,
  getDocsFromServer,
  limit,
  orderBy,
  query,
  startAfter,
  where,
} from 'firebase/firestore';
import type { LogSource, RawDocument } from './log-source.ts';

/** Firestore's rules refuse lists with a larger limit. */
const PAGE = 500;
/** More than any reading here needs: a loop that never ends would read, and cost, without end. */
const MAX_PAGES = 1000;
/** The newest of them; each covers all that is before it. */
const MAX_CHECKPOINT_PAGES = 4;

/** The streams of an organization, from the server and not from what the browser has kept. */
export function storedLog(firestore: Firestore, orgId: string, signal: AbortSignal): LogSource {
  const at = (path: string): CollectionReference => collection(firestore, path);
  return {
    head: async (name) => (await getDocFromServer(doc(firestore, paths.streamHead(orgId, name)))).data() ?? null,
    checkpoints: (name) =>
      pages(
        at(paths.checkpoints(orgId)),
        [where('stream', '==', name), orderBy('size', 'desc')],
        signal,
        MAX_CHECKPOINT_PAGES,
      ),
    async *tiles(name, count) {
      for (let first = 0; first < count; first += TILES) {
        signal.throwIfAborted();
        const indexes = Array.from({ length: Math.min(TILES, count - first) }, (_, index) => first + index);
        const found = await Promise.all(
          indexes.map((index) => getDocFromServer(doc(firestore, paths.tile(orgId, name, 0, index)))),
        );
        yield found.map((one) => ({ id: one.id, data: one.data() ?? null }));
      }
    },
    events: (fromSeq) => pages(at(paths.audit(orgId)), [where('seq', '>=', fromSeq), orderBy('seq')], signal),
    async newestEvent() {
      const { docs } = await getDocsFromServer(query(at(paths.audit(orgId)), orderBy('seq', 'desc'), limit(1)));
      const [newest] = docs;
      return newest === undefined ? null : { id: newest.id, data: newest.data() };
    },
    personal: () => pages(at(`${paths.organization(orgId)}/auditPersonal`), [orderBy(documentId())], signal),
    ledger: (name) => pages(at(paths[name](orgId)), [orderBy(documentId())], signal),
  };
}

/** Tiles that are asked for at the same time. */
const TILES = 20;

/** The next page is asked for while the one before is looked at. */
async function* pages(
  from: CollectionReference,
  constraints: readonly QueryConstraint[],
  signal: AbortSignal,
  most = MAX_PAGES,
): AsyncGenerator<RawDocument[]> {
  const ask = (after: readonly QueryConstraint[]): Promise<QuerySnapshot> => {
    const asked = getDocsFromServer(query(from, ...constraints, ...after, limit(PAGE)));
    // Whoever stops before the end never waits for it.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask([]);
  for (let page = 1; page <= most; page += 1) {
    signal.throwIfAborted();
    const { docs } = await next;
    const last = docs.at(-1);
    const more = last !== undefined && docs.length === PAGE && page < most;
    if (more) next = ask([startAfter(last)]);
    yield docs.map((one) => ({ id: one.id, data: one.data() }));
    if (!more) return;
  }
}
