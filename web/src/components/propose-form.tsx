import type { CommandInput } from '@countersign/domain/schemas/commands';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../app/command.ts';
import { CommandProblem } from './command-problem.tsx';
import classes from './form.module.css';

export type Proposed = CommandInput<'proposeChange'>['change'];

/** The end of every form that proposes a change: why, and the button that says what happens next. */
export function ProposeForm({
  change,
  children,
  label = 'Propose',
  onDone,
}: {
  /** Null while the form is not complete. */
  readonly change: Proposed | null;
  readonly children: ReactNode;
  readonly label?: string;
  readonly onDone?: () => void;
}): ReactNode {
  const [reason, setReason] = useState('');
  const [done, setDone] = useState<{ readonly proposalId: string; readonly state: string } | null>(null);
  const command = useCommand('proposeChange');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (change === null) return;
    void command.run({ change, reason }).then((result) => {
      if (result === null) return;
      setDone(result);
      setReason('');
      onDone?.();
    });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      {children}
      <TextInput
        label="Reason"
        required
        withAsterisk={false}
        minLength={3}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <CommandProblem failure={command.failure} />
      <Button
        type="submit"
        variant="default"
        loading={command.pending}
        disabled={change === null || reason.trim().length < 3}
      >
        {label}
      </Button>
      {done !== null && (
        <p role="status">
          {done.state === 'applied' ? 'Done: it takes power away, so that it needs no second person. ' : 'Proposed. '}
          <Link to={`/changes/${done.proposalId}`}>See the change</Link>
        </p>
      )}
    </form>
  );
}
