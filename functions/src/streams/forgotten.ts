import { isAppError } from '@countersign/domain/errors';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { Query, Stored } from '../store/database.ts';
import { otherHistoryIn, sealStream, type OtherHistory } from './checkpointer.ts';
import { rollMonths } from './months.ts';
import type { SealDeps } from './ports.ts';
import { drainStream } from './writer.ts';

/** Whoever fills an inbox drains it at once; what is older than this was forgotten. */
const FORGOTTEN_AFTER_MS = 5_000;
const SEAL_AFTER_MS = 10_000;
const DEFAULT_LIMIT = 50;
const MAX_BATCHES = 20;
const MAX_PAGES = 10;
const ROLLS_A_TICK = 20;

export interface ForgottenResult {
  /** Streams that had something old in their inbox. */
  readonly drained: number;
  readonly sealed: number;
  /** Organizations that had something to seal. */
  readonly sealedOf: readonly string[];
  /** What went wrong, by stream; the next tick tries again. */
  readonly problems: readonly {
    readonly orgId: string;
    readonly name: StreamName;
    readonly code: string;
    readonly message: string;
    /** The stream is not the one that was published: nothing may be paid on its word. */
    readonly rolledBack: OtherHistory | null;
  }[];
}

/**
 * What the tick calls: drain the streams with an old intent in their inbox, seal those with leaves that no checkpoint
 * covers. Both are looked up across organizations, so the collection groups `inbox` (`createdAt`) and `streams`
 * (`unsealedSince`) each need a single-field index of collection-group scope in firestore.indexes.json.
 * @param options.limit documents looked at in a page, of ten pages at most
 */
export async function drainForgotten(
  deps: SealDeps,
  options: { readonly limit?: number } = {},
): Promise<ForgottenResult> {
  const limit = options.limit ?? DEFAULT_LIMIT;
  const before = (ms: number): string => new Date(deps.now().getTime() - ms).toISOString();
  const problems: ForgottenResult['problems'][number][] = [];
  const guarded = async <T>(stream: StreamAddress, work: () => Promise<T>): Promise<T | null> =>
    work().catch((error: unknown) => {
      problems.push({
        ...stream,
        code: isAppError(error) ? error.code : 'internal',
        message: error instanceof Error ? error.message : String(error),
        rolledBack: otherHistoryIn(error),
      });
      return null;
    });

  const waiting = await oldest('createdAt', limit, (page) =>
    deps.db.query({
      collection: 'inbox',
      group: true,
      where: [['createdAt', '<=', before(FORGOTTEN_AFTER_MS)]],
      orderBy: [['createdAt', 'asc']],
      ...page,
    }),
  );
  const toDrain = distinctStreams(waiting);
  for (const stream of toDrain)
    await guarded(stream, () => drainStream(deps, stream.orgId, stream.name, { maxBatches: MAX_BATCHES }));

  const unsealed = await oldest('unsealedSince', limit, (page) =>
    deps.db.query({
      collection: 'streams',
      group: true,
      where: [['unsealedSince', '<=', before(SEAL_AFTER_MS)]],
      orderBy: [['unsealedSince', 'asc']],
      ...page,
    }),
  );
  let sealed = 0;
  for (const stream of distinctStreams(unsealed)) {
    if ((await guarded(stream, () => sealStream(deps, stream.orgId, stream.name))) !== null) sealed += 1;
    // Whoever reads past balances rolls what is left; this only spares him the wait.
    if (stream.name === 'ledger')
      await guarded(stream, () => rollMonths(deps, stream.orgId, { maxCommits: ROLLS_A_TICK }));
  }
  const sealedOf = [...new Set(distinctStreams(unsealed).map((stream) => stream.orgId))];
  return { drained: toDrain.length, sealed, sealedOf, problems };
}

/**
 * Paths of the documents that the query gives in the order of the field. It looks further than one page, so that a
 * stream that can't be drained does not hide those behind it.
 */
async function oldest(
  field: string,
  limit: number,
  query: (page: Pick<Query, 'limit' | 'startAfter'>) => Promise<Stored[]>,
): Promise<string[]> {
  const found: string[] = [];
  let last: unknown;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const docs = await query({ limit, ...(last === undefined ? {} : { startAfter: [last] }) });
    found.push(...docs.map((doc) => doc.path));
    last = docs.at(-1)?.data[field];
    if (docs.length < limit) break;
  }
  return found;
}

interface StreamAddress {
  readonly orgId: string;
  readonly name: StreamName;
}

/** From `orgs/{orgId}/streams/{name}` and below. */
function distinctStreams(paths: readonly string[]): StreamAddress[] {
  const streams = new Map<string, StreamAddress>();
  for (const path of paths) {
    const [, orgId, collection, name] = path.split('/');
    if (orgId !== undefined && collection === 'streams' && (name === 'ledger' || name === 'audit'))
      streams.set(`${orgId}/${name}`, { orgId, name });
  }
  return [...streams.values()];
}
