import { plural } from '@countersign/domain/plan/sentence';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Instant } from '../../../components/instant.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import type { AuditGroup } from '../api/groups.ts';
import classes from './audit-page.module.css';
import { EventLine } from './event-line.tsx';

export function AuditGroupView({
  group,
  alone,
  sealedSize,
}: {
  readonly group: AuditGroup;
  readonly alone: boolean;
  readonly sealedSize: number | null;
}): ReactNode {
  return (
    <li className={classes.group} data-execution={group.executionId !== null || undefined}>
      {group.executionId !== null && <GroupHead executionId={group.executionId} alone={alone} />}
      <ol>
        {group.items.map((item) => {
          if (item.kind === 'event')
            return <EventLine key={item.event.body.id} event={item.event} sealedSize={sealedSize} />;
          const [newest] = item.events;
          return (
            <li key={newest?.body.id}>
              <details className={classes.pages}>
                <summary>{plural(item.events.length, 'event')} of pages being announced and sent</summary>
                <ol>
                  {item.events.map((event) => (
                    <EventLine key={event.body.id} event={event} sealedSize={sealedSize} />
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
      {execution && (
        <span className={classes.which}>
          {execution.inputs[0] === undefined ? <Instant at={execution.requestedAt} /> : execution.inputs[0].name}
        </span>
      )}
      {execution && <StateMark execution={execution} />}
      {!alone && (
        <Link to={{ search: `?execution=${executionId}` }} className={classes.only}>
          only this
        </Link>
      )}
    </p>
  );
}
