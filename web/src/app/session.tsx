import { type User, onIdTokenChanged, signInWithEmailAndPassword, signOut as firebaseSignOut } from 'firebase/auth';
import { type ReactNode, createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { FirebaseEntry } from './firebase.ts';

/** `ended`: the person did not leave by himself, so the sign-in page says that the session is over. */
export type SessionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'signed_out'; readonly ended: boolean }
  | { readonly kind: 'signed_in'; readonly user: User; readonly orgId: string | null };

export interface Session {
  readonly state: SessionState;
  readonly entry: FirebaseEntry;
  readonly signIn: (email: string, password: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** The server no longer accepts this sign-in. */
  readonly expire: () => void;
}

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({
  entry,
  children,
}: {
  readonly entry: FirebaseEntry;
  readonly children: ReactNode;
}): ReactNode {
  const [state, setState] = useState<SessionState>({ kind: 'loading' });
  const wasSignedIn = useRef(false);
  const leaving = useRef(false);

  useEffect(() => {
    let current = true;
    const stop = onIdTokenChanged(entry.auth, (user) => {
      if (!user) {
        const ended = wasSignedIn.current && !leaving.current;
        wasSignedIn.current = false;
        leaving.current = false;
        setState({ kind: 'signed_out', ended });
        return;
      }
      wasSignedIn.current = true;
      user.getIdTokenResult().then(
        ({ claims }) => {
          if (current)
            setState({ kind: 'signed_in', user, orgId: typeof claims.orgId === 'string' ? claims.orgId : null });
        },
        () => void firebaseSignOut(entry.auth),
      );
    });
    return () => {
      current = false;
      stop();
    };
  }, [entry]);

  const signIn = useCallback(
    async (email: string, password: string) => {
      await signInWithEmailAndPassword(entry.auth, email, password);
    },
    [entry],
  );
  const signOut = useCallback(() => {
    leaving.current = true;
    return firebaseSignOut(entry.auth);
  }, [entry]);
  const expire = useCallback(() => void firebaseSignOut(entry.auth), [entry]);

  const session = useMemo(() => ({ state, entry, signIn, signOut, expire }), [state, entry, signIn, signOut, expire]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession is used outside of SessionProvider');
  return session;
}
