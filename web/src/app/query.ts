import type {
  StatementQueryInput,
  StatementQueryName,
  StatementQueryResults,
} from '@countersign/domain/schemas/statement';
import { useCallback, useEffect, useState } from 'react';
import { type CommandFailure, toCommandFailure } from './command.ts';
import { useWorkplace } from './organization.tsx';
import { type Services, useServices } from './services.ts';
import { useSession } from './session.tsx';

export type QueryInput<N extends StatementQueryName> = Omit<StatementQueryInput<N>, 'orgId' | 'after'>;

export interface QueryPages<T> {
  readonly state: 'idle' | 'loading' | 'ready' | 'failed';
  /** What has been read so far, in order; empty until the first page is there. */
  readonly pages: readonly T[];
  readonly failure: CommandFailure | null;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

const TIMEOUT_MS = 60_000;
/** So many times it can be extended; whoever needs more issues a file. */
const MAX_PAGES = 100;

interface State<T> {
  readonly key: string | null;
  readonly pages: readonly T[];
  readonly failure: CommandFailure | null;
}

/**
 * Ask the server something that it works out, page by page. Asked again when the input changes; null waits.
 * @param turn another value asks again with the same input
 */
export function useQueryPages<N extends StatementQueryName>(
  name: N,
  input: QueryInput<N> | null,
  turn = '',
): QueryPages<StatementQueryResults[N]> {
  type Page = StatementQueryResults[N];
  const services = useServices();
  const { orgId } = useWorkplace();
  const { expire } = useSession();
  const [again, setAgain] = useState(0);
  const [wanted, setWanted] = useState<string | null>(null);
  const body = input === null ? null : JSON.stringify({ ...input, orgId });
  const key = body === null ? null : `${name} ${again} ${turn} ${body}`;
  const [state, setState] = useState<State<Page>>({ key: null, pages: [], failure: null });
  const current: State<Page> = state.key === key ? state : { key, pages: [], failure: null };
  const next = current.pages.at(-1)?.next ?? null;
  const place = `${key ?? ''} ${current.pages.length}`;
  const more = wanted === place && next !== null;

  useEffect(() => {
    if (body === null || key === null) return;
    let stale = false;
    ask<Page>(services, name, body, null).then(
      (page) => stale || setState({ key, pages: [page], failure: null }),
      (error: unknown) => {
        if (stale) return;
        const failure = toCommandFailure(error);
        if (failure.code === 'unauthenticated') expire();
        setState({ key, pages: [], failure });
      },
    );
    return () => {
      stale = true;
    };
  }, [services, name, body, key, expire]);

  useEffect(() => {
    if (!more || body === null) return;
    let stale = false;
    ask<Page>(services, name, body, next)
      .then(
        (page) =>
          stale ||
          setState((before) =>
            before.key === key ? { ...before, failure: null, pages: [...before.pages, page] } : before,
          ),
        (error: unknown) =>
          stale ||
          setState((before) => (before.key === key ? { ...before, failure: toCommandFailure(error) } : before)),
      )
      .finally(() => stale || setWanted(null));
    return () => {
      stale = true;
    };
  }, [services, name, body, key, more, next]);

  const { pages, failure } = current;
  const loadMore = useCallback(() => setWanted(place), [place]);
  const reload = useCallback(() => setAgain((count) => count + 1), []);
  return {
    state: key === null ? 'idle' : pages.length > 0 ? 'ready' : failure === null ? 'loading' : 'failed',
    pages,
    failure,
    hasMore: next !== null && pages.length < MAX_PAGES,
    loadingMore: more,
    loadMore,
    reload,
  };
}

async function ask<T>({ functions }: Services, name: string, body: string, after: string | null): Promise<T> {
  const [{ httpsCallable }, service] = await Promise.all([import('firebase/functions'), functions()]);
  const call = httpsCallable<unknown, T>(service, name, { timeout: TIMEOUT_MS });
  const { data } = await call({ ...(JSON.parse(body) as object), after });
  return data;
}
