import type { ReactNode } from 'react';
import classes from './empty.module.css';

/** A list that is really empty: says what would be here, and offers one step. */
export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }): ReactNode {
  return (
    <div className={classes.root}>
      <p>{children}</p>
      {action}
    </div>
  );
}
