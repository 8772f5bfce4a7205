import { plural } from '@countersign/domain/plan/sentence';
import { comesBefore } from '@countersign/domain/queue/turns';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Operation } from '@countersign/domain/schemas/plugin';
import type { QueueEntry } from '@countersign/domain/schemas/queue';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { refs } from '../../../refs.ts';
import classes from './operation-controls.module.css';

/** More are counted. */
const SHOWN = 5;

const WHY = {
  operation_limit: 'others of this operation are before it',
  account_busy: 'another run pays one of its accounts',
  operation_paused: 'the operation is paused',
  organization_stopped: 'everything is stopped',
} as const satisfies Record<NonNullable<Execution['waiting']>['reason'], string>;

/** How many runs of an operation apply, and which wait for their turn, in their order. */
export function OperationQueue({ operation }: { readonly operation: Operation }): ReactNode {
  const { orgId } = useWorkplace();
  // One document, and one listener, for all operations of the page.
  const queue = useLiveDocument(refs.queue(orgId));
  if (queue.kind === 'loading') return <span className="muted">…</span>;
  if (queue.kind === 'failed') return <span className="muted">can't be read right now</span>;
  const entries = (queue.value?.entries ?? []).filter(({ operationId }) => operationId === operation.id);
  const running = entries.filter(({ state }) => state === 'running').length;
  const waiting = entries
    .filter(({ state }) => state === 'waiting')
    .toSorted((one, other) => (comesBefore(one, other) ? -1 : 1));
  return (
    <>
      {running === 0 ? 'none' : plural(running, 'run')} now, at most {operation.maxRunning} side by side
      {waiting.length > 0 && `; ${plural(waiting.length, 'run')} in the queue:`}
      {waiting.length > 0 && (
        <ol className={classes.queue}>
          {waiting.slice(0, SHOWN).map((entry, index) => (
            <Waiting key={entry.executionId} entry={entry} place={index + 1} />
          ))}
          {waiting.length > SHOWN && <li className="muted">and {plural(waiting.length - SHOWN, 'more run')}</li>}
        </ol>
      )}
    </>
  );
}

function Waiting({ entry, place }: { readonly entry: QueueEntry; readonly place: number }): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.execution(orgId, entry.executionId));
  const execution = live.kind === 'ready' ? live.value : null;
  return (
    <li>
      <span className={classes.place}>{place}.</span>
      <Link to={`/executions/${entry.executionId}`}>
        {execution?.inputs[0]?.name ?? execution?.title ?? entry.executionId.slice(0, 10)}
      </Link>
      <span className="muted">
        signed <Age at={entry.approvedAt} />
        {execution !== null && (
          <>
            , asked for by <MemberName uid={execution.requestedBy} />
            {execution.waiting !== null && <>; {WHY[execution.waiting.reason]}</>}
          </>
        )}
      </span>
    </li>
  );
}
