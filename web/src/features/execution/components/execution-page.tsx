import type { Execution } from '@countersign/domain/schemas/execution';
import { type ReactNode, Suspense, lazy } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FilterLinks } from '../../../components/filter-links.tsx';
import { Age, Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { PageSkeleton, RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import classes from './execution-page.module.css';
import { Lead } from './lead.tsx';
import { OriginText } from './origin-text.tsx';
import { LogView } from './log-view.tsx';
import { NextSteps } from './next-steps.tsx';
import { Overview } from './overview.tsx';
import { ProblemList } from './problem-list.tsx';
import { ProgressTable } from './progress-table.tsx';
import { Rail } from './rail.tsx';

const EffectsTable = lazy(() => import('./effects-table.tsx'));

/** One run, live: what it would do, who signs, what became of it. */
export default function ExecutionPage(): ReactNode {
  const { orgId } = useWorkplace();
  const { executionId = '' } = useParams();
  const live = useLiveDocument(refs.execution(orgId, executionId));
  if (live.kind === 'loading') return <PageSkeleton />;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this execution" />;
  if (!live.value)
    return (
      <>
        <PageHeader title="No such execution" back={<Link to="/executions">Executions</Link>} />
        <Empty action={<Link to="/executions">See all executions</Link>}>There is no execution {executionId}.</Empty>
      </>
    );
  return <Content key={executionId} execution={live.value} />;
}

function Content({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan } = execution;
  const [search] = useSearchParams();
  const tab = search.get('tab') ?? '';
  const problemCount = plan?.problemCount ?? 0;
  const tabs = [
    { key: '', label: 'Overview' },
    ...(plan && plan.effectCount > 0 ? [{ key: 'rows', label: 'Effects', count: plan.effectCount }] : []),
    ...(problemCount > 0 ? [{ key: 'problems', label: 'Problems', count: problemCount }] : []),
    { key: 'log', label: 'Log' },
  ];
  return (
    <>
      <PageHeader
        title={execution.title}
        back={<Link to="/executions">Executions</Link>}
        purpose={
          <>
            <OriginText origin={execution.origin} requestedAt={execution.requestedAt} />
            Asked for by <MemberName uid={execution.requestedBy} you={false} />,{' '}
            <Instant at={execution.requestedAt} seconds /> (<Age at={execution.requestedAt} />)
            {execution.inputs.length > 0 && (
              <>
                , from{' '}
                {execution.inputs
                  .map((input) => `${input.name}${input.revision > 1 ? ` (revision ${input.revision})` : ''}`)
                  .join(', ')}
              </>
            )}
          </>
        }
      />
      <div className={classes.grid} data-wide={tab !== '' || undefined}>
        <div className={classes.lead}>
          <Lead execution={execution} />
          {execution.tally && <ProgressTable execution={execution} tally={execution.tally} />}
          <NextSteps execution={execution} />
        </div>
        <Rail execution={execution} />
        <div className={classes.main}>
          <FilterLinks label="Parts of this execution" parameter="tab" options={tabs} />
          <div className={classes.tab}>
            {tab === 'rows' && plan ? (
              <Suspense fallback={<RowsSkeleton rows={10} />}>
                <EffectsTable execution={execution} plan={plan} />
              </Suspense>
            ) : tab === 'problems' ? (
              <ProblemList execution={execution} />
            ) : tab === 'log' ? (
              <LogView execution={execution} />
            ) : (
              <Overview execution={execution} />
            )}
          </div>
        </div>
      </div>
    </>
  );
}
