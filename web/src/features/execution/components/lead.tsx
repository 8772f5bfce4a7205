import { countOf } from '@countersign/domain/plan/totals';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { StateMark } from '../../../components/state-mark.tsx';
import { unbroken } from '../../../components/unbroken.ts';
import classes from './lead.module.css';

/** The state, the one sentence, what went wrong, and the next safe step. */
export function Lead({ execution }: { readonly execution: Execution }): ReactNode {
  const { plan, state, error, report, tally } = execution;
  const nothingDone = END_STATES.includes(state) && !(tally && countOf(tally.succeeded) + countOf(tally.unknown) > 0);
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
      {nothingDone && <p className={classes.sentence}>Nothing was sent.</p>}
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
      {report && <p className={`${classes.next} muted`}>{unbroken(report.message)}</p>}
      <Next execution={execution} />
    </>
  );
}

/** What may safely be done about payouts that did not go out. */
function Next({ execution: { tally, state } }: { readonly execution: Execution }): ReactNode {
  if (!tally || !END_STATES.includes(state) || state === 'completed') return null;
  const retry = countOf(tally.failed) + countOf(tally.untouched) > 0;
  const unknown = countOf(tally.unknown) > 0;
  if (!retry && !unknown) return null;
  return (
    <p className={classes.next}>
      <strong>Next: </strong>
      {retry &&
        (countOf(tally.failed) > 0
          ? 'what failed or was left untouched can be run again from a corrected file; those references are free. '
          : 'what was left untouched can be run again; those references are free. ')}
      {unknown &&
        'Payouts whose outcome is unknown may have gone out: their references stay taken until Stripe has answered. Do not pay them in another way before.'}
    </p>
  );
}
