import type { Execution } from '@countersign/domain/schemas/execution';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { formatInstant } from '../../../components/time.ts';
import { refs } from '../../../refs.ts';
import classes from './log-view.module.css';

/** Log pages hold up to 200 lines. */
const PAGES = 10;
const MOST_LINES = 1000;
/** Nearer to the end than this counts as being at the end. */
const NEAR_PX = 24;

/** The newest lines, live. Following stops when one scrolls up, and goes on at the end. */
export function LogView({ execution }: { readonly execution: Execution }): ReactNode {
  const { orgId, organization } = useWorkplace();
  const list = useLiveList(refs.logs(orgId, execution.id), PAGES);
  const [follow, setFollow] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const lines = list.live.kind === 'ready' ? [...list.live.value].reverse().flatMap((page) => page.lines) : [];
  const shown = lines.slice(-MOST_LINES);

  useLayoutEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, lines.length]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = (): void => setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [list.live.kind]);

  if (list.live.kind === 'loading') return <RowsSkeleton rows={8} />;
  if (list.live.kind === 'failed') return <Failure failure={list.live.failure} what="the log" />;
  if (lines.length === 0) return <Empty>No line was written yet.</Empty>;
  return (
    <div className={classes.root}>
      <div className={classes.tools}>
        <span className="muted">
          {shown.length === lines.length && !list.hasMore
            ? `${lines.length.toLocaleString('en')} lines`
            : `The newest ${shown.length.toLocaleString('en')} lines`}
        </span>
        {list.hasMore && lines.length < MOST_LINES && (
          <button type="button" onClick={list.loadMore}>
            Show earlier
          </button>
        )}
        {!follow && (
          <button type="button" onClick={() => setFollow(true)}>
            Follow
          </button>
        )}
      </div>
      <div ref={box} className={classes.box} tabIndex={0} role="log" aria-label="Log" aria-live="off">
        {shown.map((line, index) => (
          <p key={index} className={classes.line} data-level={line.level}>
            <time dateTime={line.at} title={formatInstant(line.at, organization.timeZone, true)}>
              {line.at.slice(11, 23)}
            </time>
            <span className={classes.level}>{line.level}</span>
            <span className={classes.source}>{line.source}</span>
            <span className={classes.message}>{line.message}</span>
          </p>
        ))}
      </div>
      <p className={classes.zone}>Times in the log are UTC.</p>
    </div>
  );
}
