import type { ReactNode } from 'react';
import { useLiveDocument } from '../app/live.ts';
import { useWorkplace } from '../app/organization.tsx';
import { refs } from '../refs.ts';

/** A member by name; the signed-in one as "you". A name that may not be read is shown as the short id. */
export function MemberName({ uid, you = true }: { readonly uid: string; readonly you?: boolean }): ReactNode {
  const { orgId, me } = useWorkplace();
  const live = useLiveDocument(uid === me.uid ? null : refs.member(orgId, uid));
  if (uid === me.uid) return <span>{you ? 'You' : me.name}</span>;
  if (live.kind === 'loading') return <span className="muted">…</span>;
  const name = live.kind === 'ready' ? live.value?.name : undefined;
  return name === undefined ? <span className="mono">{uid.slice(0, 10)}</span> : <span>{name}</span>;
}
