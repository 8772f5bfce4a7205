import type { Operation } from '@countersign/domain/schemas/plugin';
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { ReasonForm } from '../../../components/reason-form.tsx';
import { ReasonText } from '../../../components/reason-text.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import classes from './operation-controls.module.css';

/** The most that the platform lets apply side by side. */
const MOST = 50;

/** That an operation is paused, by whom, since when and why. */
export function PausedNote({ paused }: { readonly paused: Operation['paused'] }): ReactNode {
  if (!paused.active) return null;
  return (
    <div className={classes.paused}>
      <p>
        <Mark tone="bad" shape="octagon">
          Paused
        </Mark>{' '}
        <span className="muted">
          {paused.uid !== null && (
            <>
              by <MemberName uid={paused.uid} you={false} />
            </>
          )}
          {paused.at !== null && (
            <>
              , <Age at={paused.at} />
            </>
          )}
        </span>
      </p>
      <p>
        <ReasonText of={paused.reason} />
      </p>
      <p className="muted">Runs can be planned and signed; none begins, and none goes on to its next page.</p>
    </div>
  );
}

type Open = 'none' | 'pause' | 'limit';

/** Hold an operation back, let it go on, and how many of its runs apply side by side. */
export function OperationControls({ operation }: { readonly operation: Operation }): ReactNode {
  const { has } = useWorkplace();
  const [open, setOpen] = useState<Open>('none');
  if (!has('treasurer', 'admin')) return null;
  const toggle = (which: Open): void => setOpen(open === which ? 'none' : which);
  const close = (): void => setOpen('none');
  return (
    <div className={classes.controls}>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={open === 'pause'}
        aria-label={`${operation.paused.active ? 'Resume' : 'Pause'} ${operation.title}`}
        onClick={() => toggle('pause')}
      >
        {operation.paused.active ? 'Resume…' : 'Pause…'}
      </Button>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={open === 'limit'}
        aria-label={`Change the limit of runs of ${operation.title} that apply side by side`}
        onClick={() => toggle('limit')}
      >
        Change the limit…
      </Button>
      {open === 'pause' &&
        (operation.paused.active ? (
          <Resume operationId={operation.id} onDone={close} />
        ) : (
          <Pause operationId={operation.id} onDone={close} />
        ))}
      {open === 'limit' && <Limit operation={operation} onDone={close} />}
    </div>
  );
}

interface FormProps {
  readonly operationId: string;
  readonly onDone: () => void;
}

function Pause({ operationId, onDone }: FormProps): ReactNode {
  const command = useCommand('pauseOperation');
  return (
    <ReasonForm
      label="Pause this operation"
      ends
      command={command}
      description="What is under way ends its page of effects, and waits. The audit log keeps the reason."
      onSubmit={(reason) => void command.run({ operationId, reason }).then((result) => result && onDone())}
    />
  );
}

function Resume({ operationId, onDone }: FormProps): ReactNode {
  const command = useCommand('resumeOperation');
  return (
    <ReasonForm
      label="Let it go on"
      command={command}
      description="What waits goes on at once, in the order of its approvals. The audit log keeps the reason."
      onSubmit={(reason) => void command.run({ operationId, reason }).then((result) => result && onDone())}
    />
  );
}

function Limit({ operation, onDone }: { readonly operation: Operation; readonly onDone: () => void }): ReactNode {
  const command = useCommand('setMaxRunning');
  const [value, setValue] = useState(String(operation.maxRunning));
  const whole = /^[1-9]\d?$/.test(value.trim()) && Number(value) <= MOST ? Number(value) : null;
  return (
    <ReasonForm
      label="Change the limit"
      command={command}
      disabled={whole === null || whole === operation.maxRunning}
      onSubmit={(reason) => {
        if (whole !== null)
          void command
            .run({ operationId: operation.id, maxRunning: whole, reason })
            .then((result) => result && onDone());
      }}
    >
      <TextInput
        label="Runs that apply side by side"
        description={`1 to ${MOST}. Two that pay the same account never do.`}
        inputMode="numeric"
        error={whole === null ? `Write a whole number from 1 to ${MOST}` : undefined}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
    </ReasonForm>
  );
}
