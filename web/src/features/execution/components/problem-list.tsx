import { plural } from '@countersign/domain/plan/sentence';
import type { Execution, Problem } from '@countersign/domain/schemas/execution';
import { type ReactNode, useEffect } from 'react';
import { useSearchParams } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { NOT_IN_LEDGER, missingAccounts } from '../../../components/account-ids.ts';
import table from '../../../components/data-table.module.css';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { More } from '../../../components/more.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { MissingAccounts } from './missing-accounts.tsx';
import classes from './problem-list.module.css';

/** Pages of up to 500 problems that are read at a time. */
const PAGES = 2;
/** Rows of one group that are in the page at once. */
const ROWS = 200;

/** Rows that are left out or need a look, grouped by what repairs them. */
export function ProblemList({ execution }: { readonly execution: Execution }): ReactNode {
  const { orgId } = useWorkplace();
  const [search] = useSearchParams();
  const only = search.get('code');
  const list = useLiveList(refs.problems(orgId, execution.id, execution.plan?.attempt ?? null), PAGES);
  const { hasMore, loadMore } = list;
  const loaded = list.live.kind === 'ready' ? list.live.value.length : 0;
  // A single group is shown whole, and a repair that serves all rows alike has to know all of them.
  const whole =
    only !== null ||
    (list.live.kind === 'ready' &&
      list.live.value.some((page) => page.problems.some(({ code }) => code === NOT_IN_LEDGER)));
  useEffect(() => {
    if (whole && hasMore) loadMore();
  }, [whole, hasMore, loadMore, loaded]);

  if (list.live.kind === 'loading') return <RowsSkeleton rows={8} />;
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what="the problems" />;
  const problems = list.live.value.flatMap((page) => page.problems);
  if (problems.length === 0) return <Empty>No row is named as the cause.</Empty>;
  const groups = groupByCode(problems);
  return (
    <>
      {groups.map((group) => {
        const known = execution.plan?.problemsByCode.find(({ code }) => code === group.code);
        const count = known?.count ?? group.problems.length;
        return (
          <details key={group.code} className={classes.group} open={only === group.code || groups.length === 1}>
            <summary>
              <strong className="tabular">{plural(count, 'row')}</strong>{' '}
              {group.severity === 'refused' ? 'left out' : 'to look at'}
              {group.alike ? ': ' : ', such as: '} {known?.message ?? group.first.message}
              <span className={classes.remedy}>{group.first.remedy}</span>
            </summary>
            {group.code === NOT_IN_LEDGER && (
              <MissingAccounts
                accounts={missingAccounts(group.problems)}
                complete={!hasMore}
                operationId={execution.operationId}
              />
            )}
            <ProblemTable problems={group.problems.slice(0, ROWS)} />
            {group.problems.length < count || group.problems.length > ROWS ? (
              <p className="muted">
                {Math.min(ROWS, group.problems.length).toLocaleString('en')} of {count.toLocaleString('en')} shown.
              </p>
            ) : null}
          </details>
        );
      })}
      <More list={list} noun="pages of problems" />
    </>
  );
}

function ProblemTable({ problems }: { readonly problems: readonly Problem[] }): ReactNode {
  return (
    // On a phone it scrolls, and has to be reached by keys for that.
    <div className={table.scroll} role="region" aria-label="Rows with this problem" tabIndex={0}>
      <table className={`${table.table} ${classes.rows}`} aria-label="Rows with this problem">
        <thead>
          <tr>
            <th data-num>Line</th>
            <th>Column</th>
            <th>Reference</th>
            <th>What is wrong</th>
            <th>What to do</th>
          </tr>
        </thead>
        <tbody>
          {problems.map((problem, index) => (
            <tr key={index}>
              <td data-num>{problem.line ?? '–'}</td>
              <td>{problem.column ?? '–'}</td>
              <td>{problem.reference ?? '–'}</td>
              <td>{problem.message}</td>
              <td className="muted">{problem.remedy}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Group {
  readonly code: string;
  readonly severity: Problem['severity'];
  readonly first: Problem;
  /** All say the same. */
  readonly alike: boolean;
  readonly problems: readonly Problem[];
}

function groupByCode(problems: readonly Problem[]): readonly Group[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) groups.set(problem.code, [...(groups.get(problem.code) ?? []), problem]);
  return [...groups]
    .flatMap(([code, inGroup]) =>
      inGroup[0]
        ? [
            {
              code,
              severity: inGroup[0].severity,
              first: inGroup[0],
              alike: new Set(inGroup.map(({ message }) => message)).size === 1,
              problems: inGroup,
            },
          ]
        : [],
    )
    .sort((a, b) =>
      a.severity === b.severity ? b.problems.length - a.problems.length : a.severity === 'notice' ? -1 : 1,
    );
}
