import { type ReactNode, useEffect } from 'react';
import classes from './page-header.module.css';

/** The page's name, one sentence on what it is for, and its main action. */
export function PageHeader({
  title,
  purpose,
  back,
  actions,
}: {
  readonly title: string;
  readonly purpose?: ReactNode;
  readonly back?: ReactNode;
  readonly actions?: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} · Countersign`;
  }, [title]);
  return (
    <header className={classes.root}>
      <div>
        {back !== undefined && <p className={classes.back}>{back}</p>}
        <h1>{title}</h1>
        {purpose !== undefined && <p className={classes.purpose}>{purpose}</p>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
