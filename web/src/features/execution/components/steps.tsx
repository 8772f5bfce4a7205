import type { Execution } from '@countersign/domain/schemas/execution';
import { END_STATES } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { stateLabel } from '../../../components/execution-state.ts';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { formatDuration } from '../../../components/time.ts';
import classes from './rail.module.css';

/** The steps of a run with their times; what is still to come is hollow. */
export function Steps({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan, approvals, approvedAt, endedAt, state } = execution;
  const ended = END_STATES.includes(state);
  return (
    <ol className={classes.steps}>
      <Step text="Asked for" at={execution.requestedAt} />
      {plan ? (
        <Step text={`Planned in ${span(execution.requestedAt, plan.plannedAt)}`} at={plan.plannedAt} />
      ) : (
        !ended && <Step text="Plan" />
      )}
      {approvals.map((approval) => (
        <Step
          key={approval.uid}
          text={
            <>
              Signed by <MemberName uid={approval.uid} you={false} />
            </>
          }
          at={approval.at}
        />
      ))}
      {!ended && approvedAt === null && <Step text="Sign" />}
      {ended && endedAt !== null ? (
        <Step
          text={
            approvedAt === null
              ? stateLabel(state)
              : `${stateLabel(state)}, ${span(approvedAt, endedAt)} after the last signature`
          }
          at={endedAt}
        />
      ) : (
        <Step
          text={
            execution.progress.pageCount > 0 && approvedAt !== null
              ? `Send: page ${execution.progress.pagesDone} of ${execution.progress.pageCount}`
              : 'Send'
          }
        />
      )}
    </ol>
  );
}

function Step({ text, at }: { readonly text: ReactNode; readonly at?: string }): ReactNode {
  return (
    <li className={classes.step} data-done={at !== undefined || undefined}>
      <span className={at === undefined ? 'muted' : ''}>{text}</span>
      {at !== undefined && (
        <span className={classes.stepTime}>
          <Instant at={at} seconds />
        </span>
      )}
    </li>
  );
}

function span(from: string, to: string): string {
  return formatDuration(Math.max(0, Date.parse(to) - Date.parse(from)));
}
