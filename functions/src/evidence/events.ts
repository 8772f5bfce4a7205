import { paths } from '@countersign/domain/paths';
import type { AuditEvent, AuditSubject } from '@countersign/domain/schemas/audit';
import type { Database, Stored } from '../store/database.ts';
import { place, type LeafPlaces } from './leaves.ts';
import { assertWithin, MAX_EVENTS } from './limits.ts';

const PAGE = 500;

/** The events of a run that the checkpoint covers. @returns the newest version that they leave of each document */
export async function placeEventsOf(
  db: Database,
  orgId: string,
  executionId: string,
  places: LeafPlaces,
  size: number,
): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  let last = size;
  for (;;) {
    const found = await db.query({
      collection: paths.audit(orgId),
      where: [
        ['body.executionId', '==', executionId],
        ['seq', '<', last],
      ],
      orderBy: [['seq', 'desc']],
      limit: PAGE,
    });
    for (const event of found) take(event, places, size, versions);
    assertWithin(places.size, MAX_EVENTS, 'events');
    if (found.length < PAGE) return versions;
    last = Number(found.at(-1)?.data['seq']);
  }
}

function take(event: Stored, places: LeafPlaces, size: number, versions: Map<string, number>): void {
  place(places, event, size);
  for (const { path, version } of (event.data as AuditEvent).body.subjects)
    versions.set(path, Math.max(version, versions.get(path) ?? 0));
}

/** The event that left a document as it is; null when none did. It may lie beyond the checkpoint. */
export async function eventThatLeft(db: Database, orgId: string, subject: AuditSubject): Promise<Stored | null> {
  const [found] = await db.query({
    collection: paths.audit(orgId),
    where: [['body.subjects', 'array-contains', { ...subject }]],
    limit: 1,
  });
  return found ?? null;
}

/**
 * The events recorded from one day to another, with the one before and the one after, so that the pack shows that none
 * is missing. @returns the runs that they tell of
 */
export async function placeEventsWithin(
  db: Database,
  orgId: string,
  from: string,
  to: string,
  places: LeafPlaces,
  size: number,
): Promise<Set<string>> {
  const executionIds = new Set<string>();
  const firstWithin = await findSeq(db, orgId, size, (recordedAt) => recordedAt >= from);
  for (let next = Math.max(0, firstWithin - 1); next < size;) {
    const found = await db.query({
      collection: paths.audit(orgId),
      where: [['seq', '>=', next]],
      orderBy: [['seq', 'asc']],
      limit: PAGE,
    });
    for (const event of found) {
      const { seq, recordedAt, body } = event.data as AuditEvent;
      if (seq >= size) return executionIds;
      place(places, event, size);
      if (recordedAt.slice(0, 10) > to) return executionIds;
      if (recordedAt >= from && body.executionId !== null) executionIds.add(body.executionId);
    }
    assertWithin(places.size, MAX_EVENTS, 'events');
    if (found.length < PAGE) break;
    next = Number(found.at(-1)?.data['seq']) + 1;
  }
  return executionIds;
}

/** The first event of which something is true that stays true for all after it; `size` when there is none. */
async function findSeq(
  db: Database,
  orgId: string,
  size: number,
  isTrue: (recordedAt: string) => boolean,
): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [event] = await db.query({
      collection: paths.audit(orgId),
      where: [['seq', '>=', middle]],
      orderBy: [['seq', 'asc']],
      limit: 1,
    });
    if (event === undefined || isTrue((event.data as AuditEvent).recordedAt)) high = middle;
    else low = middle + 1;
  }
  return low;
}
