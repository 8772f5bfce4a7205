import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LiveList } from '../app/live.ts';
import classes from './more.module.css';

/** Below a list: the next page, and what could not be read. */
export function More({
  list,
  noun,
}: {
  readonly list: Pick<LiveList<unknown>, 'hasMore' | 'loadMore' | 'invalid'>;
  readonly noun: string;
}): ReactNode {
  if (!list.hasMore && list.invalid.length === 0) return null;
  return (
    <div className={classes.root}>
      {list.invalid.length > 0 && (
        <p className={classes.invalid} role="alert">
          {list.invalid.length} {noun} can't be shown, because {list.invalid.length === 1 ? 'it does' : 'they do'} not
          have the form that this version knows: {list.invalid.slice(0, 3).join(', ')}
        </p>
      )}
      {list.hasMore && (
        <Button variant="default" size="xs" onClick={list.loadMore}>
          Show more
        </Button>
      )}
    </div>
  );
}
