import type { ComparedRun } from '@countersign/domain/plan/compare';
import type { Execution } from '@countersign/domain/schemas/execution';
import { useMemo } from 'react';
import { type LiveFailure, useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { refs } from '../../../refs.ts';

/** Pages of each run that are held against each other; a run may have more. */
const PAGES = 200;

export type ComparedState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly failure: LiveFailure }
  | { readonly kind: 'ready'; readonly run: ComparedRun; readonly execution: Execution; readonly cut: boolean };

/** A run with its pages, as far as this person may read them. */
export function useComparedRun(executionId: string): ComparedState {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.execution(orgId, executionId));
  const execution = live.kind === 'ready' ? live.value : null;
  const attempt = execution?.plan?.attempt ?? null;
  const of = <T>(source: (attempt: number) => T): T | null => (attempt === null ? null : source(attempt));
  const pages = useLiveList(
    of((one) => refs.pages(orgId, executionId, one)),
    PAGES,
  );
  const outcomes = useLiveList(
    of((one) => refs.outcomes(orgId, executionId, one)),
    PAGES,
  );
  const problems = useLiveList(
    of((one) => refs.problems(orgId, executionId, one)),
    PAGES,
  );
  const reads = useLiveList(
    of((one) => refs.reads(orgId, executionId, one)),
    PAGES,
  );
  const lists = [pages, outcomes, problems, reads];
  return useMemo((): ComparedState => {
    if (live.kind === 'failed') return live;
    if (live.kind === 'loading') return live;
    if (execution === null) return { kind: 'missing' };
    const failed = attempt === null ? undefined : lists.find((list) => list.live.kind === 'failed');
    if (failed?.live.kind === 'failed') return failed.live;
    if (attempt !== null && lists.some((list) => list.live.kind === 'loading')) return { kind: 'loading' };
    const rows = <T>(list: { readonly live: { readonly kind: string; readonly value?: readonly T[] } }): readonly T[] =>
      list.live.kind === 'ready' ? (list.live.value ?? []) : [];
    return {
      kind: 'ready',
      execution,
      cut: lists.some((list) => list.hasMore),
      run: {
        execution,
        effects: rows(pages).flatMap((page) => page.effects),
        outcomes: rows(outcomes).flatMap((page) => page.outcomes),
        problems: rows(problems).flatMap((page) => page.problems),
        reads: rows(reads).flatMap((page) => page.reads),
      },
    };
    // The lists are new objects in every render; what they hold is not.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [live, execution, attempt, pages.live, outcomes.live, problems.live, reads.live]);
}
