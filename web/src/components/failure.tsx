import { Button } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import type { LiveFailure } from '../app/live.ts';
import { useSession } from '../app/session.tsx';
import { Notice } from './notice.tsx';

/** Why a part of a page has no data, in words, with the next step. */
export function Failure({
  failure,
  what,
  page = false,
}: {
  readonly failure: LiveFailure;
  /** What could not be read, for the sentence: "the ledger". */
  readonly what: string;
  /** Nothing else is on the page: offer to leave. */
  readonly page?: boolean;
}): ReactNode {
  const { expire, signOut } = useSession();
  const ended = failure.kind === 'signed_out';
  useEffect(() => {
    if (ended) expire();
  }, [ended, expire]);

  const { title, message } = explain(failure, what);
  return (
    <div>
      <Notice
        title={title}
        message={message}
        {...(failure.kind === 'unavailable'
          ? { action: { label: 'Reload', run: () => window.location.reload() } }
          : {})}
      />
      {page && (
        <Button variant="default" size="xs" ml="lg" onClick={() => void signOut()}>
          Sign out
        </Button>
      )}
    </div>
  );
}

function explain(failure: LiveFailure, what: string): { readonly title: string; readonly message: string } {
  switch (failure.kind) {
    case 'forbidden':
      return { title: `Your role may not read ${what}`, message: 'An administrator can give you a role that may.' };
    case 'signed_out':
      return { title: 'Your session has ended', message: 'Sign in again to go on.' };
    case 'invalid':
      return {
        title: `This version can't read ${what}`,
        message: `${failure.path} does not have the form that is expected here (${failure.message}). Reload; if it stays so, tell your administrator.`,
      };
    case 'unavailable':
      return { title: `Can't read ${what} right now`, message: failure.message };
  }
}
