import { plural } from '@countersign/domain/plan/sentence';
import type { Notification } from '@countersign/domain/schemas/notification';
import { Button } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { type MarkRead, useMarkRead } from '../api/use-mark-read.ts';
import classes from './notifications.module.css';

const PAGE = 30;

/** What the platform and the runs have told this member, newest first. */
export default function NotificationsPage(): ReactNode {
  const { orgId, me } = useWorkplace();
  const list = useLiveList(refs.notifications(orgId, me.uid), PAGE);
  const messages = list.live.kind === 'ready' ? list.live.value : [];
  return (
    <>
      <PageHeader
        title="Notifications"
        purpose="Messages to you, and to nobody else. They stay new until you have read them."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={5} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="your notifications" />}
      {list.live.kind === 'ready' && messages.length === 0 && (
        <Empty action={<Link to="/approvals">See what waits for signatures</Link>}>
          Nobody has told you anything yet.
        </Empty>
      )}
      {messages.length > 0 && <Messages messages={messages} />}
      <More list={list} noun="notifications" />
    </>
  );
}

function Messages({ messages }: { readonly messages: readonly Notification[] }): ReactNode {
  const all = useMarkRead();
  const status = useRef<HTMLParagraphElement>(null);
  const unread = messages.filter(({ read }) => !read);
  const markAll = async (): Promise<void> => {
    // The button goes with what it did: the focus stays where it says so.
    if (await all.run(unread.map(({ id }) => id))) status.current?.focus();
  };
  return (
    <>
      <div className={classes.tools}>
        <p ref={status} role="status" tabIndex={-1} className="muted">
          {unread.length === 0
            ? 'All of them are read.'
            : `${plural(unread.length, 'message')} shown here not read yet.`}
        </p>
        {unread.length > 0 && (
          <Button variant="default" size="xs" loading={all.pending} onClick={() => void markAll()}>
            Mark {unread.length === 1 ? 'it' : `all ${unread.length}`} as read
          </Button>
        )}
      </div>
      <CommandProblem failure={all.failure} />
      <ul className={classes.list}>
        {messages.map((message) => (
          <Message key={message.id} message={message} />
        ))}
      </ul>
    </>
  );
}

function Message({ message }: { readonly message: Notification }): ReactNode {
  const { id, title, body, executionId, createdAt, read } = message;
  const one: MarkRead = useMarkRead();
  const row = useRef<HTMLLIElement>(null);
  const mark = async (): Promise<void> => {
    if (await one.run([id])) row.current?.focus();
  };
  return (
    <li ref={row} tabIndex={-1} className={classes.row} data-unread={!read || undefined}>
      <span className={classes.dot} aria-hidden />
      <div>
        <p className={classes.title}>
          {!read && <span className="visually-hidden">New: </span>}
          {executionId === null ? (
            title
          ) : (
            // Who opens what it is about has read it.
            <Link to={`/executions/${executionId}`} onClick={() => void (read || one.run([id]))}>
              {title}
            </Link>
          )}
        </p>
        {body !== '' && <p className={classes.body}>{body}</p>}
        <CommandProblem failure={one.failure} />
      </div>
      <span className={classes.when}>
        <Age at={createdAt} />
        {!read && (
          <Button
            variant="subtle"
            size="compact-sm"
            loading={one.pending}
            aria-label={`Mark “${title}” as read`}
            onClick={() => void mark()}
          >
            Mark as read
          </Button>
        )}
      </span>
    </li>
  );
}
