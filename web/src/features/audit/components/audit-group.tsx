import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { plural } from '@countersign/domain/plan/sentence';
import { type ReactNode, Suspense, lazy, useState } from 'react';
import { Link } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { unbroken } from '../../../components/unbroken.ts';
import { refs } from '../../../refs.ts';
import type { AuditGroup } from '../api/groups.ts';
import { describeEvent } from '../api/sentence.ts';
import classes from './audit-page.module.css';

/** Brings the making and checking of proofs, which few who read the log need. */
const EventProof = lazy(() => import('./event-proof.tsx'));

export function AuditGroupView({ group, alone }: { readonly group: AuditGroup; readonly alone: boolean }): ReactNode {
  return (
    <li className={classes.group} data-execution={group.executionId !== null || undefined}>
      {group.executionId !== null && <GroupHead executionId={group.executionId} alone={alone} />}
      <ol>
        {group.items.map((item) => {
          if (item.kind === 'event') return <EventLine key={item.event.body.id} event={item.event} />;
          const [newest] = item.events;
          return (
            <li key={newest?.body.id}>
              <details className={classes.pages}>
                <summary>{plural(item.events.length, 'event')} of pages being announced and sent</summary>
                <ol>
                  {item.events.map((event) => (
                    <EventLine key={event.body.id} event={event} />
                  ))}
                </ol>
              </details>
            </li>
          );
        })}
      </ol>
    </li>
  );
}

function GroupHead({ executionId, alone }: { readonly executionId: string; readonly alone: boolean }): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.execution(orgId, executionId));
  const execution = live.kind === 'ready' ? live.value : null;
  return (
    <p className={classes.head}>
      <Link to={`/executions/${executionId}`}>{execution?.title ?? executionId}</Link>
      {execution && <StateMark execution={execution} />}
      {!alone && (
        <Link to={{ search: `?execution=${executionId}` }} className={classes.only}>
          only this
        </Link>
      )}
    </p>
  );
}

const PARTS = {
  engine: 'The engine',
  tick: 'The clock',
  ledger: 'The ledger',
  audit: 'The audit log',
  files: 'The file check',
  seed: 'The set-up',
} as const;

function EventLine({ event }: { readonly event: AuditEvent }): ReactNode {
  const { body } = event;
  const { orgId } = useWorkplace();
  const [open, setOpen] = useState(false);
  const hasPersonal = Object.keys(body.commitments).length > 0;
  const personal = useLiveDocument(hasPersonal ? refs.auditPersonal(orgId, body.id) : null);
  const values =
    personal.kind === 'ready' && personal.value
      ? Object.fromEntries(Object.entries(personal.value.values).map(([field, { value }]) => [field, value]))
      : {};
  const erased = hasPersonal && personal.kind === 'ready' && personal.value === null;
  return (
    <li className={classes.event} data-denied={body.type === 'command.denied' || undefined}>
      <span className={classes.when}>
        <Instant at={body.at} seconds />
      </span>
      <span className={classes.sentence}>
        <span className={classes.actor}>
          {body.actor.kind === 'member' ? <MemberName uid={body.actor.uid} you={false} /> : PARTS[body.actor.part]}
        </span>{' '}
        {unbroken(describeEvent(body, values))}
        {erased && <span className="muted"> (personal values erased)</span>}
      </span>
      <button
        type="button"
        className={classes.seq}
        aria-expanded={open}
        aria-label={`Event ${event.seq}: its place and its proof`}
        title="Its place and its proof"
        onClick={() => setOpen(!open)}
      >
        #{event.seq}
      </button>
      {open && (
        <Suspense fallback={null}>
          <EventProof event={event} />
        </Suspense>
      )}
    </li>
  );
}
