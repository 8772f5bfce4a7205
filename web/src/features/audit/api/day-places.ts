import { addDays, instantOf } from '@countersign/domain/schedule/wall-time';
import { collection, type Firestore, getDocsFromServer, limit, orderBy, query, where } from 'firebase/firestore';
import { paths } from '@countersign/domain/paths';
import { auditEventSchema } from '@countersign/domain/schemas/audit';
import { useEffect, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { useServices } from '../../../app/services.ts';
import type { Places } from '../../../refs.ts';

/**
 * The places of the events that were recorded from one instant to another. Times of recording only go on, so that a
 * search by halves finds both ends in some twenty reads; an index by time would make every event write to one hot spot.
 * @param recordedFrom when the first event at this place or behind it was recorded; null when there is none
 * @param to null: up to the end, and what is still to come
 */
export async function placesBetween(
  recordedFrom: (seq: number) => Promise<string | null>,
  size: number,
  from: string,
  to: string | null,
): Promise<Places> {
  const firstAtOrAfter = async (instant: string): Promise<number> => {
    let [low, high] = [0, size];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const at = await recordedFrom(middle);
      if (at !== null && at < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const [first, before] = await Promise.all([
    firstAtOrAfter(from),
    to === null ? Promise.resolve(Number.MAX_SAFE_INTEGER) : firstAtOrAfter(to),
  ]);
  return { from: first, before };
}

export type DayPlaces =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly places: Places };

const NONE = { kind: 'none' } as const;
const LOADING = { kind: 'loading' } as const;

/** Where a day of the organization's zone lies in the audit log. */
export function useDayPlaces(day: string | null, size: number | null): DayPlaces {
  const { orgId, organization } = useWorkplace();
  const { firestore } = useServices();
  const [found, setFound] = useState<{ readonly day: string; readonly is: DayPlaces } | null>(null);
  // The size only grows: the one that was there when the day was asked for is enough.
  const ready = size !== null;
  useEffect(() => {
    if (day === null || size === null) return;
    let current = true;
    const { from, to } = instantsOf(day, organization.timeZone, Date.now());
    placesBetween((seq) => recordedFrom(firestore, orgId, seq), size, from, to).then(
      (places) => current && setFound({ day, is: { kind: 'ready', places } }),
      () => current && setFound({ day, is: { kind: 'failed' } }),
    );
    return () => {
      current = false;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [day, ready, firestore, orgId, organization.timeZone]);
  if (day === null) return NONE;
  return found?.day === day ? found.is : LOADING;
}

/** A day's first instant, and that of the next day; null for a day that is not over. */
export function instantsOf(day: string, timeZone: string, nowMs: number): { from: string; to: string | null } {
  const endMs = instantOf(addDays(day, 1), 0, timeZone);
  const text = (ms: number): string => new Date(ms).toISOString();
  return { from: text(instantOf(day, 0, timeZone)), to: endMs > nowMs ? null : text(endMs) };
}

async function recordedFrom(firestore: Firestore, orgId: string, seq: number): Promise<string | null> {
  const events = collection(firestore, paths.audit(orgId));
  const { docs } = await getDocsFromServer(query(events, where('seq', '>=', seq), orderBy('seq'), limit(1)));
  const parsed = auditEventSchema.safeParse(docs[0]?.data());
  return parsed.success ? parsed.data.recordedAt : null;
}
