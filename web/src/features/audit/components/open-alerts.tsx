import type { Alert } from '@countersign/domain/schemas/alert';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Failure } from '../../../components/failure.tsx';
import formClasses from '../../../components/form.module.css';
import { Instant } from '../../../components/instant.tsx';
import { More } from '../../../components/more.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './seal-head.module.css';

const PAGE = 5;

/** What somebody should look at; nothing when there is nothing. */
export function OpenAlerts(): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.alerts(orgId, 'open'), PAGE);
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what="alerts" />;
  if (list.live.kind !== 'ready' || (list.live.value.length === 0 && list.invalid.length === 0)) return null;
  return (
    <div>
      <ul aria-label="Open alerts">
        {list.live.value.map((alert) => (
          <AlertRow key={alert.id} alert={alert} />
        ))}
      </ul>
      <More list={list} noun="alerts" />
    </div>
  );
}

function AlertRow({ alert }: { readonly alert: Alert }): ReactNode {
  const { has } = useWorkplace();
  const [open, setOpen] = useState(false);
  const critical = alert.severity === 'critical';
  return (
    <li className={classes.alert}>
      <span>
        <Mark tone={critical ? 'bad' : 'act'} shape={critical ? 'octagon' : 'triangle'} wrap>
          {alert.message}
        </Mark>{' '}
        <span className={classes.second}>
          since <Instant at={alert.at} seconds />
          {alert.lastSeenAt !== alert.at && (
            <>
              , last seen <Instant at={alert.lastSeenAt} seconds />
            </>
          )}
        </span>
      </span>
      {has('treasurer', 'auditor', 'admin') && (
        <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={() => setOpen(!open)}>
          Looked at it…
        </Button>
      )}
      {open && <Acknowledge alertId={alert.id} />}
    </li>
  );
}

function Acknowledge({ alertId }: { readonly alertId: string }): ReactNode {
  const command = useCommand('acknowledgeAlert');
  const [note, setNote] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!command.pending) void command.run({ alertId, note });
  };
  return (
    <form className={formClasses.form} onSubmit={submit}>
      <TextInput
        label="What came of it"
        description="The audit log keeps it. Found again, the alert comes back."
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <CommandProblem failure={command.failure} />
      <Button type="submit" variant="default" loading={command.pending}>
        Take it off the list
      </Button>
    </form>
  );
}
