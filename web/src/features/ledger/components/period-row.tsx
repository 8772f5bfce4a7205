import type { Period } from '@countersign/domain/schemas/period';
import type { Proposal } from '@countersign/domain/schemas/proposal';
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { ClosingChecklist } from '../../../components/closing-checklist.tsx';
import type { Shape, Tone } from '../../../components/execution-state.ts';
import { Instant } from '../../../components/instant.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import type { PeriodAction } from '../api/periods.ts';
import { ChecklistNow } from './checklist-now.tsx';
import { OpenProposal } from './open-proposal.tsx';
import classes from './periods.module.css';

const STATES: Readonly<
  Record<Period['state'], { readonly tone: Tone; readonly shape: Shape; readonly label: string }>
> = {
  open: { tone: 'busy', shape: 'dots', label: 'Open' },
  closed: { tone: 'good', shape: 'ring-check', label: 'Closed' },
  locked: { tone: 'quiet', shape: 'square', label: 'Locked' },
};
const VERBS: Readonly<
  Record<PeriodAction, { readonly button: string; readonly label: string; readonly says: string }>
> = {
  close: {
    button: 'Close…',
    label: 'Propose to close',
    says: 'The checklist is made once more when you propose it, and stands here and before the person who decides. None of it forbids the closing.',
  },
  lock: {
    button: 'Lock…',
    label: 'Propose to lock for good',
    says: 'A locked period can never be opened again.',
  },
  reopen: {
    button: 'Reopen…',
    label: 'Propose to reopen',
    says: 'Entries for its days are accepted again, and statements that were issued of it can change.',
  },
};
const STEPS = { opened: 'Opened', closed: 'Closed', locked: 'Locked', reopened: 'Opened again' } as const;

/** A period: its state, its history, what is proposed for it, and what can be proposed next. */
export function PeriodRow({
  period,
  proposals,
  actions,
  isNext,
  acting,
  onAct,
}: {
  readonly period: Period;
  readonly proposals: readonly Proposal[];
  readonly actions: readonly PeriodAction[];
  /** It is the next to be closed: what is still open before it can be shown. */
  readonly isNext: boolean;
  readonly acting: PeriodAction | null;
  readonly onAct: (action: PeriodAction | null) => void;
}): ReactNode {
  const state = STATES[period.state];
  const [checking, setChecking] = useState(false);
  const last = period.steps.at(-1);
  return (
    <li className={classes.period}>
      <div className={classes.head}>
        <span className={classes.id}>{period.id}</span>
        <span className={`tabular muted ${classes.days}`} data-plain={period.from.startsWith(period.id) || undefined}>
          {period.from} to {period.to}
        </span>
        <Mark tone={state.tone} shape={state.shape}>
          {state.label}
        </Mark>
        <details className={classes.history}>
          <summary>
            {last === undefined ? (
              'History'
            ) : (
              <>
                {STEPS[last.step]} <Instant at={last.at} dayOnly />
              </>
            )}
          </summary>
          <ul>
            {period.steps.toReversed().map((step) => (
              <li key={step.id}>
                {STEPS[step.step]} <Instant at={step.at} seconds />{' '}
                <span className="muted">ledger entry {(step.seq + 1).toLocaleString('en')}</span>
                {step.reason !== '' && `: “${step.reason}”`}
              </li>
            ))}
          </ul>
        </details>
        <span className={`no-print ${classes.actions}`}>
          <Link to={`/ledger/trial-balance?day=${period.to}`} aria-label={`Trial balance at the end of ${period.id}`}>
            Trial balance
          </Link>
          {isNext && (
            <Button
              size="xs"
              variant="subtle"
              aria-expanded={checking}
              aria-label={`Checklist of ${period.id}`}
              onClick={() => setChecking(!checking)}
            >
              Checklist
            </Button>
          )}
          {actions
            .filter((action) =>
              proposals.every(({ change }) => change.kind !== 'period.change' || change.action !== action),
            )
            .map((action) => (
              <Button
                key={action}
                size="xs"
                variant="default"
                aria-expanded={acting === action}
                aria-label={`${VERBS[action].button.replace('…', '')} ${period.id}`}
                onClick={() => onAct(acting === action ? null : action)}
              >
                {VERBS[action].button}
              </Button>
            ))}
        </span>
      </div>
      {isNext && checking && <ChecklistNow periodId={period.id} />}
      {proposals.map((proposal) => (
        <div key={proposal.id} className={classes.proposal}>
          <OpenProposal proposal={proposal} />
          <ClosingChecklist impact={proposal.impact} />
        </div>
      ))}
      {acting !== null && (
        <ProposeForm
          key={acting}
          change={{ kind: 'period.change', action: acting, periodId: period.id }}
          label={`${VERBS[acting].label} ${period.id}`}
          onDone={() => onAct(null)}
        >
          <p className="muted">{VERBS[acting].says}</p>
        </ProposeForm>
      )}
    </li>
  );
}
