import type { Notification } from '@countersign/domain/schemas/notification';
import { useCallback, useSyncExternalStore } from 'react';
import { refs } from '../refs.ts';
import { type LiveList, useLiveList } from './live.ts';
import { useWorkplace } from './organization.tsx';

/** More unread ones than this are counted as `20+`. */
const PAGE = 21;
const listeners = new Set<() => void>();
/** Where the browser keeps nothing, it is kept for this visit. */
const fallback = new Map<string, string>();

/** The member's newest messages, newest first. Firestore shares one listener among all who ask. */
export function useNewestNotifications(): LiveList<Notification> {
  const { orgId, me } = useWorkplace();
  return useLiveList(refs.notifications(orgId, me.uid), PAGE);
}

/**
 * Until when this member has seen messages in this browser; an instant, or the empty text. The server keeps no such
 * thing yet: another browser shows them as new.
 */
export function useSeenUntil(): readonly [seenUntil: string, see: (until: string) => void] {
  const { orgId, me } = useWorkplace();
  const key = `countersign-seen-until:${orgId}:${me.uid}`;
  const seenUntil = useSyncExternalStore(subscribe, () => read(key));
  const see = useCallback(
    (until: string) => {
      if (until <= read(key)) return;
      write(key, until);
      for (const notify of listeners) notify();
    },
    [key],
  );
  return [seenUntil, see];
}

export function useUnreadCount(): number {
  const { live } = useNewestNotifications();
  const [seenUntil] = useSeenUntil();
  return live.kind === 'ready' ? live.value.filter(({ createdAt }) => createdAt > seenUntil).length : 0;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab has seen them.
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

function read(key: string): string {
  try {
    return window.localStorage.getItem(key) ?? '';
  } catch {
    return fallback.get(key) ?? '';
  }
}

function write(key: string, until: string): void {
  try {
    window.localStorage.setItem(key, until);
  } catch {
    fallback.set(key, until);
  }
}
