import { paths } from '@countersign/domain/paths';
import { accountLeaf, journalLeaf, periodLeaf } from '@countersign/domain/ledger/leaf';
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { auditEventSchema } from '@countersign/domain/schemas/audit';
import { accountSchema } from '@countersign/domain/schemas/account';
import { journalSchema } from '@countersign/domain/schemas/journal';
import { periodSchema } from '@countersign/domain/schemas/period';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { Database, Query, Stored } from '../store/database.ts';
import { assertWithin, MAX_JOURNALS } from './limits.ts';

/** Where a leaf lies, and which document tells it: for a journal, an account or a period, by which of its steps. */
export interface LeafPlace {
  readonly path: string;
  readonly step: number;
}
/** By place in the stream. */
export type LeafPlaces = Map<number, LeafPlace>;

export const PAGE = 500;
const MAX_PAGES = 10_000;

/** All documents of a collection, by id. */
export function allOf(db: Database, collection: string): AsyncGenerator<Stored> {
  return paged((after) => db.query({ collection, orderBy: [['__name__', 'asc']], limit: PAGE, ...after }));
}

/** What a query by id finds, page after page. */
export async function* paged(query: (after: Pick<Query, 'startAfter'>) => Promise<Stored[]>): AsyncGenerator<Stored> {
  let last: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found = await query(last === undefined ? {} : { startAfter: [last] });
    yield* found;
    if (found.length < PAGE) return;
    last = found.at(-1)?.path.split('/').at(-1);
  }
}

type Kind = 'journals' | 'accounts' | 'periods' | 'audit';
const kindOf = (path: string): Kind => path.split('/').at(-2) as Kind;

/** A document's leaves: the place of each, in the order of its steps. Of what is not as it must be, none. */
export function placesOf({ path, data }: Stored): number[] {
  switch (kindOf(path)) {
    case 'journals':
      return (journalSchema.safeParse(data).data?.steps ?? []).map(({ seq }) => seq);
    case 'accounts': {
      const account = accountSchema.safeParse(data).data;
      return account === undefined ? [] : [account.seq, ...account.changes.map(({ seq }) => seq)];
    }
    case 'periods':
      return (periodSchema.safeParse(data).data?.steps ?? []).map(({ seq }) => seq);
    case 'audit':
      return auditEventSchema.safeParse(data).success ? [Number(data['seq'])] : [];
  }
}

/** A leaf's text, as the writer made it; null when the document does not tell it any more. */
export function leafText({ path, data }: Stored, step: number): string | null {
  switch (kindOf(path)) {
    case 'journals': {
      const journal = journalSchema.safeParse(data).data;
      return journal?.steps[step] === undefined ? null : journalLeaf(journal, step);
    }
    case 'accounts': {
      const account = accountSchema.safeParse(data).data;
      return account === undefined ? null : accountLeaf(account, step);
    }
    case 'periods': {
      const period = periodSchema.safeParse(data).data;
      return period?.steps[step] === undefined ? null : periodLeaf(period, step);
    }
    case 'audit': {
      const event = auditEventSchema.safeParse(data).data;
      return event === undefined ? null : auditLeaf(event);
    }
  }
}

/** Take in a document's leaves, as far as the checkpoint covers them. */
export function place(places: LeafPlaces, document: Stored, size: number): void {
  placesOf(document).forEach((seq, step) => {
    if (seq < size) places.set(seq, { path: document.path, step });
  });
}

/** The journals of a run, those that reverse or revive others included: all name it as their source. */
export async function placeJournalsOf(
  db: Database,
  orgId: string,
  executionId: string | null,
  places: LeafPlaces,
  size: number,
  accounts: Set<string>,
): Promise<void> {
  const journals = paged((after) =>
    db.query({
      collection: paths.journals(orgId),
      where: [['source.executionId', '==', executionId]],
      orderBy: [['__name__', 'asc']],
      limit: PAGE,
      ...after,
    }),
  );
  for await (const journal of journals) {
    place(places, journal, size);
    for (const id of journal.data['accounts'] as readonly string[]) accounts.add(id);
    assertWithin(places.size, MAX_JOURNALS * 2, 'leaves of journals');
  }
}

const CHUNK = 200;

/** Stored documents by path, some at a time, in the order asked for. */
export async function* inOrder<T>(
  db: Database,
  wanted: readonly T[],
  pathOf: (one: T) => string,
): AsyncGenerator<{ readonly one: T; readonly stored: Stored | null }[]> {
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    const stored = await db.getAll(chunk.map(pathOf));
    yield chunk.map((one, at) => ({ one, stored: stored[at] ?? null }));
  }
}

export const STREAM_NAMES: readonly StreamName[] = ['audit', 'ledger'];
