import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CommandFailure } from '../app/command.ts';
import { CommandProblem } from './command-problem.tsx';
import classes from './form.module.css';

/** Something that takes a reason, which the audit log keeps, and a button that says what happens. */
export function ReasonForm({
  label,
  command,
  ends = false,
  disabled = false,
  description = 'The audit log keeps it.',
  children,
  onSubmit,
}: {
  readonly label: string;
  readonly command: { readonly pending: boolean; readonly failure: CommandFailure | null };
  /** It ends something: the button is red. */
  readonly ends?: boolean;
  readonly disabled?: boolean;
  readonly description?: string;
  readonly children?: ReactNode;
  readonly onSubmit: (reason: string) => void;
}): ReactNode {
  const [reason, setReason] = useState('');
  const ready = reason.trim().length >= 3 && !disabled;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready && !command.pending) onSubmit(reason.trim());
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      {children}
      <TextInput
        label="Reason"
        description={description}
        required
        withAsterisk={false}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <CommandProblem failure={command.failure} />
      <Button
        type="submit"
        variant={ends ? 'outline' : 'default'}
        {...(ends ? { color: 'red' } : {})}
        loading={command.pending}
        disabled={!ready}
      >
        {label}
      </Button>
    </form>
  );
}
