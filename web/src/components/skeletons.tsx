import type { ReactNode } from 'react';
import classes from './skeletons.module.css';

/** Grey lines where rows will be. */
export function RowsSkeleton({ rows = 4 }: { readonly rows?: number }): ReactNode {
  return (
    <div className={classes.rows} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={classes.row}>
          <span className={classes.line} style={{ width: `${38 - (index % 3) * 7}%` }} />
          <span className={classes.line} style={{ width: '12%' }} />
        </div>
      ))}
    </div>
  );
}

export function PageSkeleton(): ReactNode {
  return (
    <div className={classes.page}>
      <span className={classes.title} />
      <RowsSkeleton rows={6} />
    </div>
  );
}
