import { Button, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { ReasonText } from '../../../components/reason-text.tsx';
import classes from './stop-page.module.css';

/** The organization-wide stop: on or off, always with a reason. */
export default function StopPage(): ReactNode {
  const { organization, has } = useWorkplace();
  const { stop } = organization;
  const command = useCommand('setStop');
  const [reason, setReason] = useState('');
  // The same as the command's own check: many may pull the stop, only an administrator lifts it.
  const allowed = stop.active ? has('admin') : has('operator', 'approver', 'treasurer', 'admin');

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void command.run({ active: !stop.active, reason }).then((result) => {
      if (result) setReason('');
    });
  };

  return (
    <>
      <PageHeader
        title={stop.active ? 'Lift the stop' : 'Stop everything'}
        purpose={
          stop.active
            ? 'While the stop is on, no execution sends anything. Lifting it lets approved executions go on where they stopped.'
            : 'Holds every execution of this organization before its next page of effects. What was sent stays sent; nothing more leaves until the stop is lifted.'
        }
      />
      {stop.active && (
        <p className={classes.state}>
          Stopped
          {stop.uid !== null && (
            <>
              {' '}
              by <MemberName uid={stop.uid} you={false} />
            </>
          )}
          {stop.at !== null && (
            <>
              , <Instant at={stop.at} seconds />
            </>
          )}
          : <ReasonText of={stop.reason} />
        </p>
      )}
      {allowed ? (
        <form className={classes.form} onSubmit={submit}>
          <Textarea
            label="Reason"
            description="Everyone sees it, and the audit log keeps it."
            required
            withAsterisk={false}
            minLength={3}
            maxLength={1000}
            autosize={false}
            rows={3}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <CommandProblem failure={command.failure} />
          <Button
            type="submit"
            loading={command.pending}
            disabled={reason.trim().length < 3}
            color={stop.active ? 'ink' : 'red'}
          >
            {stop.active ? 'Lift the stop' : `Stop everything in ${organization.name}`}
          </Button>
        </form>
      ) : (
        <p className="muted">
          {stop.active
            ? 'Only an administrator lifts the stop.'
            : 'Operators, approvers, treasurers and administrators may stop the organization.'}
        </p>
      )}
    </>
  );
}
