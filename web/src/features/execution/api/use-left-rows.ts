import { countsOf } from '@countersign/domain/plan/totals';
import type { Execution } from '@countersign/domain/schemas/execution';
import { useEffect, useMemo } from 'react';
import { type Live, type LiveList, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { refs } from '../../../refs.ts';
import { type LeftRows, leftRows } from './left-rows.ts';

/** Pages that are read at a time; all of them are. */
const PROBLEM_PAGES = 50;
const OUTCOME_PAGES = 400;
const PLAN_PAGES = 100;

/** The rows of the input that an ended run has not done, once all of its pages are read. */
export function useLeftRows(execution: Execution): Live<LeftRows> {
  const { orgId } = useWorkplace();
  const { id, plan, tally } = execution;
  const attempt = plan?.attempt ?? null;
  // Only rows that were never reached have no outcome that names their line.
  const someUntouched = tally !== null && countsOf(tally).untouched > 0;
  const problems = useAll(useLiveList(refs.problems(orgId, id, attempt), PROBLEM_PAGES));
  const outcomes = useAll(useLiveList(attempt === null ? null : refs.outcomes(orgId, id, attempt), OUTCOME_PAGES));
  const pages = useAll(
    useLiveList(attempt === null || !someUntouched ? null : refs.pages(orgId, id, attempt), PLAN_PAGES),
  );
  return useMemo(() => {
    if (problems.kind !== 'ready') return problems;
    if (attempt !== null && outcomes.kind !== 'ready') return outcomes;
    if (someUntouched && pages.kind !== 'ready') return pages;
    const found = leftRows(
      problems.value.flatMap((page) => page.problems),
      outcomes.kind === 'ready' ? outcomes.value : [],
      pages.kind === 'ready' ? pages.value : [],
    );
    return { kind: 'ready', value: found };
  }, [problems, outcomes, pages, attempt, someUntouched]);
}

function useAll<T>({ live, hasMore, loadMore, invalid }: LiveList<T>): Live<readonly T[]> {
  const loaded = live.kind === 'ready' ? live.value.length : 0;
  useEffect(() => {
    if (hasMore) loadMore();
  }, [hasMore, loadMore, loaded]);
  const [unread] = invalid;
  if (unread !== undefined)
    return { kind: 'failed', failure: { kind: 'invalid', path: unread, message: 'unknown form' } };
  return hasMore ? { kind: 'loading' } : live;
}
