import type { Execution } from '@countersign/domain/schemas/execution';
import { Button, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import classes from './rail.module.css';

/** Stop this run: at once before it sends, before its next page while it does. */
export function CancelBox({ execution }: { readonly execution: Execution }): ReactNode {
  const { me, has } = useWorkplace();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [kept, setKept] = useState(false);
  const command = useCommand('cancelExecution');
  if (!has('admin') && !(execution.requestedBy === me.uid && has('operator'))) return null;
  if (execution.cancelRequested)
    return (
      <p className="muted" role="status">
        Cancelled by request; it stops before the next page.
      </p>
    );
  if (!asking) {
    return (
      <Button variant="default" size="xs" autoFocus={kept} onClick={() => setAsking(true)}>
        Cancel this run…
      </Button>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void command.run({ executionId: execution.id, reason });
  };
  return (
    <form className={classes.cancelForm} onSubmit={submit}>
      <Textarea
        label="Reason for cancelling"
        description={
          execution.state === 'applying'
            ? 'What was sent stays sent; the rest is left untouched.'
            : 'Nothing was sent, and nothing will be.'
        }
        required
        withAsterisk={false}
        minLength={3}
        maxLength={1000}
        rows={3}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <CommandProblem failure={command.failure} />
      <div className={classes.cancelActions}>
        <Button type="submit" color="red" loading={command.pending} disabled={reason.trim().length < 3}>
          Cancel this run
        </Button>
        <Button
          variant="default"
          disabled={command.pending}
          onClick={() => {
            setKept(true);
            setAsking(false);
          }}
        >
          Keep it
        </Button>
      </div>
    </form>
  );
}
