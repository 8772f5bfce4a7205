import { cronInWords } from '@countersign/domain/schedule/cron-in-words';
import type { Operation } from '@countersign/domain/schemas/plugin';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark, StateMark } from '../../../components/state-mark.tsx';
import { formatInstant } from '../../../components/time.ts';
import { refs } from '../../../refs.ts';
import classes from './schedules.module.css';

const PAGE = 30;
const OPERATIONS = 100;

/** What runs by the clock, when next, and for whom. */
export default function SchedulesPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.schedules(orgId), PAGE);
  const operations = useLiveList(refs.operations(orgId), OPERATIONS);
  const known = operations.live.kind === 'ready' ? operations.live.value : [];
  return (
    <>
      <PageHeader
        title="Schedules"
        purpose="Runs that begin by the clock. Whoever made a schedule counts as the requester of its runs, and can not sign them."
        actions={
          <>
            <Button component={Link} to="/schedules/calendars" variant="default">
              Calendars
            </Button>
            {has('operator') && (
              <Button component={Link} to="/schedules/new">
                New schedule
              </Button>
            )}
          </>
        }
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={4} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="schedules" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty action={has('operator') ? <Link to="/schedules/new">Make one</Link> : undefined}>
            Nothing runs by the clock.
          </Empty>
        ) : (
          <ul className={classes.list}>
            {list.live.value.map((schedule) => (
              <Row
                key={schedule.id}
                schedule={schedule}
                operation={known.find(({ id }) => id === schedule.operationId)}
              />
            ))}
          </ul>
        ))}
      <More list={list} noun="schedules" />
    </>
  );
}

function Row({
  schedule,
  operation,
}: {
  readonly schedule: Schedule;
  readonly operation: Operation | undefined;
}): ReactNode {
  return (
    <li className={classes.row}>
      <ScheduleMark schedule={schedule} />
      <span>
        <Link to={`/schedules/${schedule.id}`} className={classes.title}>
          {schedule.title}
        </Link>
        <span className={classes.second}>
          {operation?.title ?? schedule.operationId}, made by <MemberName uid={schedule.madeBy} you={false} />
        </span>
      </span>
      <span>
        <Times cron={schedule.cron} />
        <span className={classes.second}>
          {schedule.nextAt === null ? schedule.timeZone : `next ${formatInstant(schedule.nextAt, schedule.timeZone)}`}
        </span>
      </span>
      <span>
        {schedule.lastExecutionId === null ? (
          <span className="muted">no run yet</span>
        ) : (
          <LastRun schedule={schedule} />
        )}
      </span>
      {schedule.problem !== null && (
        <p className={classes.problem}>
          {schedule.problem.message} (<Age at={schedule.problem.at} />)
        </p>
      )}
    </li>
  );
}

export function ScheduleMark({ schedule }: { readonly schedule: Schedule }): ReactNode {
  if (schedule.active && schedule.problem !== null)
    return (
      <Mark tone="bad" shape="triangle">
        Left out
      </Mark>
    );
  return schedule.active ? (
    <Mark tone="good" shape="clock">
      Active
    </Mark>
  ) : (
    <Mark tone={schedule.problem === null ? 'quiet' : 'bad'} shape="bar">
      Paused
    </Mark>
  );
}

/** In words where there are short ones, with the expression beside it. */
function Times({ cron }: { readonly cron: string }): ReactNode {
  const words = cronInWords(cron);
  if (words === null) return <span className="mono">{cron}</span>;
  return <span title={cron}>{words.charAt(0).toUpperCase() + words.slice(1)}</span>;
}

function LastRun({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const { orgId } = useWorkplace();
  const id = schedule.lastExecutionId ?? '';
  const live = useLiveDocument(refs.execution(orgId, id));
  const execution = live.kind === 'ready' ? live.value : null;
  return (
    <>
      <Link to={`/executions/${id}`}>{execution === null ? 'Last run' : <StateMark execution={execution} />}</Link>
      {schedule.lastDueAt !== null && (
        <span className={classes.second}>
          was due <Age at={schedule.lastDueAt} />
        </span>
      )}
    </>
  );
}
