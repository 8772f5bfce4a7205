import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

/** A whole area that has nothing to show: says why, and offers one action. */
export function Notice({
  title,
  message,
  action,
}: {
  readonly title: string;
  readonly message: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void };
}): ReactNode {
  return (
    <div className={classes.root} role="status">
      <p className={classes.title}>{title}</p>
      <p className={classes.message}>{message}</p>
      {action && (
        <Button variant="default" size="xs" onClick={action.run}>
          {action.label}
        </Button>
      )}
    </div>
  );
}
