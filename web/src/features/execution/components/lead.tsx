import { countsOf } from '@countersign/domain/plan/totals';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import { plural } from '@countersign/domain/plan/sentence';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Instant } from '../../../components/instant.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { unbroken } from '../../../components/unbroken.ts';
import classes from './lead.module.css';

/** The state, the one sentence, what went wrong, and the next safe step. */
export function Lead({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan, state, error, report, tally } = execution;
  const nothingDone = END_STATES.includes(state) && !(tally && countsOf(tally).succeeded + countsOf(tally).unknown > 0);
  return (
    <>
      <p className={classes.state} aria-live="polite">
        <StateMark execution={execution} large />
        {execution.cancelRequested && state === 'applying' && <span className="muted">stops before the next page</span>}
      </p>
      {error && (
        <p className={classes.error} role="alert">
          {unbroken(error.message)}
        </p>
      )}
      {nothingDone && <p className={classes.sentence}>Nothing was done.</p>}
      {plan && (
        <p className={nothingDone ? `${classes.next} muted` : classes.sentence}>
          {nothingDone && 'The plan was: '}
          {unbroken(plan.sentence)}
        </p>
      )}
      {state === 'planning' && (
        <p className={classes.sentence}>
          Reading the file, the balances and the bank accounts. Nothing leaves before it is signed.
        </p>
      )}
      {execution.waiting !== null && <Waiting waiting={execution.waiting} />}
      {report && <p className={`${classes.next} muted`}>{unbroken(report.message)}</p>}
      <Next execution={execution} />
    </>
  );
}

const HELD: Readonly<Record<NonNullable<Execution['waiting']>['reason'], string>> = {
  operation_limit: 'Waits for its turn: another run of this operation goes first',
  account_busy: 'Waits for its turn: another run is paying from the same accounts',
  operation_paused: 'Waits: this operation is paused',
  organization_stopped: 'Waits: everything is stopped',
};

/** Why nothing moves, since when, and how many are before it. */
function Waiting({ waiting }: { readonly waiting: NonNullable<Execution['waiting']> }): ReactNode {
  return (
    <p className={classes.next}>
      {HELD[waiting.reason]}
      {waiting.ahead > 0 && `; ${plural(waiting.ahead, 'run')} before it`}, since <Instant at={waiting.since} />.
    </p>
  );
}

/** What may safely be done about what did not go out. */
function Next({ execution: { tally, state } }: { readonly execution: Execution }): ReactNode {
  if (!tally || !END_STATES.includes(state) || state === 'completed') return null;
  const counts = countsOf(tally);
  const retry = counts.failed + counts.untouched > 0;
  if (!retry && counts.unknown === 0) return null;
  return (
    <p className={classes.next}>
      <strong>Next: </strong>
      {retry && 'finish what failed or was not done, with a corrected file if need be: those references are free. '}
      {counts.unknown > 0 && (
        <>
          What is unknown may have gone out: its references stay taken until the provider has answered or two people
          have found out. Do not pay it in another way before. <Link to="/unknown">See what is unknown</Link>
        </>
      )}
    </p>
  );
}
