import { countsOf } from '@countersign/domain/plan/totals';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import { Button } from '@mantine/core';
import { type ReactNode, Suspense, lazy, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Age } from '../../../components/instant.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './next-steps.module.css';

/** Brings the reading of files, which few who look at a run need. */
const CorrectBox = lazy(() => import('./correct-box.tsx'));

const CHILDREN = 20;

/** After the end: finish what was left, run it again, compare; and the runs that came of it. */
export function NextSteps({ execution }: { readonly execution: Execution }): ReactNode {
  const { orgId, has } = useWorkplace();
  const ended = END_STATES.includes(execution.state);
  const children = useLiveList(ended ? refs.childrenOf(orgId, execution.id) : null, CHILDREN);
  if (!ended) return null;
  const rows = children.live.kind === 'ready' ? children.live.value : [];
  const other = execution.origin.executionId ?? rows[0]?.id;
  return (
    <div className={classes.root}>
      {has('operator') && <Again execution={execution} />}
      {other !== undefined && (
        <Link to={`/executions/${execution.id}/compare/${other}`}>
          {execution.origin.executionId === null
            ? 'Compare with the run that came of it'
            : 'Compare with the earlier run'}
        </Link>
      )}
      {rows.length > 0 && (
        <ul className={classes.children} aria-label="Runs that came of this one">
          {rows.map((child) => (
            <li key={child.id}>
              <Link to={`/executions/${child.id}`}>
                {child.origin.kind === 'resume' ? 'Finishes what was left' : 'Run again'}
              </Link>
              , <Age at={child.requestedAt} /> <StateMark execution={child} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Again({ execution }: { readonly execution: Execution }): ReactNode {
  const navigate = useNavigate();
  const resume = useCommand('resumeExecution');
  const rerun = useCommand('rerunExecution');
  const counts = execution.tally === null ? null : countsOf(execution.tally);
  const left = counts === null ? 0 : counts.failed + counts.untouched;
  const refused = (execution.plan?.problemsByCode ?? []).some(({ severity }) => severity === 'refused');
  const mendable = execution.inputs.length > 0 && (left > 0 || refused);
  const [mending, setMending] = useState(false);
  const open = (result: { readonly executionId: string } | null): void => {
    if (result !== null) void navigate(`/executions/${result.executionId}`);
  };
  const busy = resume.pending || rerun.pending;
  return (
    <>
      <CommandProblem failure={resume.failure ?? rerun.failure} />
      <div className={classes.buttons}>
        {left > 0 && (
          <Button
            variant="default"
            loading={resume.pending}
            disabled={busy}
            onClick={() => void resume.run({ executionId: execution.id }).then(open)}
          >
            Finish the {left.toLocaleString('en')} left
          </Button>
        )}
        {mendable && (
          <Button variant="default" aria-expanded={mending} disabled={busy} onClick={() => setMending(!mending)}>
            Mend the file…
          </Button>
        )}
        <Button
          variant="default"
          loading={rerun.pending}
          disabled={busy}
          onClick={() => void rerun.run({ executionId: execution.id }).then(open)}
        >
          Run again with the same input
        </Button>
      </div>
      <p className="muted">
        {left > 0
          ? 'Each makes a plan of its own, for signatures of its own. What was done is not done again.'
          : 'It makes a plan of its own, for signatures of its own.'}
      </p>
      {mending && (
        <Suspense fallback={<RowsSkeleton rows={2} />}>
          <CorrectBox execution={execution} resumable={left > 0} />
        </Suspense>
      )}
    </>
  );
}
