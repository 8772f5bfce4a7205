import type { Notification } from '@countersign/domain/schemas/notification';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useSeenUntil } from '../../../app/notifications.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import classes from './notifications.module.css';

const PAGE = 30;

/** What the platform and the runs have told this member, newest first. */
export default function NotificationsPage(): ReactNode {
  const { orgId, me } = useWorkplace();
  const list = useLiveList(refs.notifications(orgId, me.uid), PAGE);
  const [seenUntil, see] = useSeenUntil();
  // What was new when the page was opened stays marked while it is read.
  const [openedWith] = useState(seenUntil);
  const newest = list.live.kind === 'ready' ? list.live.value[0]?.createdAt : undefined;
  useEffect(() => {
    if (newest !== undefined) see(newest);
  }, [newest, see]);

  return (
    <>
      <PageHeader
        title="Notifications"
        purpose="Messages to you. This browser remembers which of them you have seen."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={5} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="your notifications" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty action={<Link to="/approvals">See what waits for signatures</Link>}>
            Nobody has told you anything yet.
          </Empty>
        ) : (
          <ul className={classes.list}>
            {list.live.value.map((notification) => (
              <Message key={notification.id} notification={notification} unread={notification.createdAt > openedWith} />
            ))}
          </ul>
        ))}
      <More list={list} noun="notifications" />
    </>
  );
}

function Message({
  notification,
  unread,
}: {
  readonly notification: Notification;
  readonly unread: boolean;
}): ReactNode {
  const { title, body, executionId, createdAt } = notification;
  return (
    <li className={classes.row} data-unread={unread || undefined}>
      <span className={classes.dot} aria-hidden />
      <div>
        <p className={classes.title}>
          {unread && <span className="visually-hidden">New: </span>}
          {executionId === null ? title : <Link to={`/executions/${executionId}`}>{title}</Link>}
        </p>
        {body !== '' && <p className={classes.body}>{body}</p>}
      </div>
      <span className={classes.when}>
        <Age at={createdAt} />
      </span>
    </li>
  );
}
