import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react';
import { BrowserRouter } from 'react-router';
import { Notice } from '../components/notice.tsx';
import { SignInPage } from '../features/sign-in/components/sign-in-page.tsx';
import { loadConfig } from './config.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { type FirebaseEntry, startFirebase } from './firebase.ts';
import { SessionProvider, useSession } from './session.tsx';
import { Splash } from './splash.tsx';

const SignedIn = lazy(() => import('./signed-in.tsx'));

export function App(): ReactNode {
  const [entry, setEntry] = useState<FirebaseEntry | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    loadConfig().then(
      (config) => setEntry(startFirebase(config)),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, []);

  if (problem !== null)
    return (
      <Notice
        title="Countersign can't start"
        message={problem}
        action={{ label: 'Reload', run: () => window.location.reload() }}
      />
    );
  if (!entry) return <Splash />;
  return (
    <ErrorBoundary>
      <SessionProvider entry={entry}>
        <BrowserRouter>
          <Gate />
        </BrowserRouter>
      </SessionProvider>
    </ErrorBoundary>
  );
}

function Gate(): ReactNode {
  const { state } = useSession();
  if (state.kind === 'loading') return <Splash />;
  if (state.kind === 'signed_out') return <SignInPage ended={state.ended} />;
  return (
    <Suspense fallback={<Splash />}>
      <SignedIn user={state.user} orgId={state.orgId} />
    </Suspense>
  );
}
