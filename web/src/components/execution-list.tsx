import { countOf } from '@countersign/domain/plan/totals';
import type { Total } from '@countersign/domain/schemas/common';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useWorkplace } from '../app/organization.tsx';
import classes from './execution-list.module.css';
import { Age } from './instant.tsx';
import { MemberName } from './member-name.tsx';
import { Totals } from './money.tsx';
import { openLevelOf, people } from './signing.ts';
import { StateMark } from './state-mark.tsx';

/** Executions as rows: state, verb, total, requester, age or deadline. On a phone each is two or three lines. */
export function ExecutionList({
  executions,
  to,
}: {
  readonly executions: readonly Execution[];
  readonly to?: (execution: Execution) => string;
}): ReactNode {
  const { organization } = useWorkplace();
  return (
    <ul className={classes.list}>
      {executions.map((execution) => (
        <li key={execution.id}>
          <Link to={to ? to(execution) : `/executions/${execution.id}`} className={classes.row}>
            <span className={classes.state}>
              <StateMark execution={execution} />
            </span>
            <span className={classes.what}>
              <span className={classes.title}>
                {execution.title}
                {execution.inputs[0] && <span className={classes.file}>{execution.inputs[0].name}</span>}
              </span>
              <span className={classes.detail}>
                <span className={classes.by}>
                  <MemberName uid={execution.requestedBy} />
                  {' · '}
                </span>
                <Detail execution={execution} />
              </span>
            </span>
            <span className={classes.totals}>
              {execution.plan && (
                <Totals
                  totals={baseFirst(execution.plan.totals, organization.baseCurrency)}
                  empty="no money"
                  most={2}
                />
              )}
            </span>
            <span className={classes.who}>
              <MemberName uid={execution.requestedBy} />
            </span>
            <span className={classes.when}>
              <When execution={execution} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Detail({ execution }: { readonly execution: Execution }): ReactNode {
  const { me } = useWorkplace();
  const { plan, tally, state } = execution;
  if (state === 'planning') return 'Reading the file and the balances…';
  if (state === 'failed') return execution.error?.message ?? 'Nothing was done';
  if (state === 'awaiting_approval' && plan) {
    const open = openLevelOf(execution);
    return (
      <>
        {payees(plan.payeeCount)}
        {plan.newPayeeCount > 0 && <>, {plan.newPayeeCount} new</>}
        {open && execution.requestedBy === me.uid && <> · waits for {people(open)}</>}
      </>
    );
  }
  if (tally && (state === 'needs_repair' || state === 'drifted' || state === 'applying' || state === 'cancelled')) {
    const parts = [
      [countOf(tally.succeeded), 'done'],
      [countOf(tally.failed), 'failed'],
      [countOf(tally.unknown), 'unknown'],
      [countOf(tally.untouched), 'untouched'],
    ] as const;
    return parts
      .filter(([count]) => count > 0)
      .map(([count, word]) => `${count.toLocaleString('en')} ${word}`)
      .join(', ');
  }
  return plan ? payees(plan.payeeCount) : null;
}

function payees(count: number): string {
  return count === 1 ? 'to 1 payee' : `to ${count.toLocaleString('en')} payees`;
}

function When({ execution }: { readonly execution: Execution }): ReactNode {
  if (execution.state === 'awaiting_approval' && execution.plan) {
    return (
      <>
        expires <Age at={execution.plan.expiresAt} />
      </>
    );
  }
  return (
    <Age
      at={
        END_STATES.includes(execution.state) && execution.endedAt !== null ? execution.endedAt : execution.requestedAt
      }
    />
  );
}

/** The organization's own currency leads, because a list may not show all of them. */
function baseFirst(totals: readonly Total[], base: string): readonly Total[] {
  return totals.toSorted((a, b) => Number(b.currency === base) - Number(a.currency === base));
}
