import { refs } from '../refs.ts';
import { useLiveList } from './live.ts';
import { useWorkplace } from './organization.tsx';

/** More unread ones than 20 are counted as `20+`. */
const PAGE = 21;

/** Messages that the member has not read. Firestore shares one listener among all who ask. */
export function useUnreadCount(): number {
  const { orgId, me } = useWorkplace();
  const { live } = useLiveList(refs.unreadNotifications(orgId, me.uid), PAGE);
  return live.kind === 'ready' ? live.value.length : 0;
}
